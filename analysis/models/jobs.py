"""Work to do. The row is the truth; a queue message is only a hint that names it."""

from __future__ import annotations

from django.db import models

from analysis.models.reevaluations import Reevaluation
from analysis.models.sources import SourceFile
from analysis.models.words import JobState


class Job(models.Model):
    """One piece of work, claimed by conditional update, fenced by its token."""

    source_file = models.ForeignKey(
        SourceFile, models.PROTECT, null=True, related_name="jobs", help_text="to read"
    )
    reevaluation = models.ForeignKey(
        Reevaluation, models.PROTECT, null=True, related_name="jobs", help_text="to work on"
    )
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField()
    hinted_at = models.DateTimeField(help_text="when the queue was last told of it")
    message = models.PositiveBigIntegerField(null=True, help_text="the queue's row that names it")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    host = models.CharField(max_length=120, blank=True)
    process = models.PositiveIntegerField(null=True)
    token = models.CharField(max_length=32, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            # Of all jobs: with values bound to "state IN (?, ?)" SQLite never takes a partial one.
            models.Index(fields=["state", "queued_at"], name="job_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_file"],
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="one_open_job_per_file",
            ),
            models.UniqueConstraint(
                fields=["reevaluation"],
                condition=models.Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="one_open_job_per_reevaluation",
            ),
            models.CheckConstraint(
                condition=models.Q(source_file__isnull=True) ^ models.Q(reevaluation__isnull=True),
                name="job_has_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"job {self.pk} {self.state}"


class WorkerBeat(models.Model):
    """The last sign of life of the workers on one host."""

    host = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host
