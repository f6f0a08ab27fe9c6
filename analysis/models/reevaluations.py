"""Judging stored runs anew: who asked for it, how far it is, what it changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from analysis.models.evaluations import Evaluation, MethodVersion
from analysis.models.runs import TrackRecord
from analysis.models.specifications import Specification


class Reevaluation(models.Model):
    """One request to judge a set of stored runs under a method and specification."""

    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="+")
    specification = models.ForeignKey(
        Specification,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="one revision for all runs; empty: the one in force on the day of each run",
    )
    scope = models.JSONField(help_text="which runs: the filter of the list, a product or one run")
    scope_words = models.CharField(max_length=300)
    reason = models.TextField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    in_force = models.BooleanField(help_text="whether its answers become the verdicts of the runs")
    total = models.PositiveIntegerField()
    last_run = models.PositiveBigIntegerField(help_text="the newest run it may touch")
    cursor = models.PositiveBigIntegerField(default=0, help_text="the last run that is done")
    done = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"re-evaluation {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reevaluation", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Tell whether work is left and nobody called it off."""
        return self.finished_at is None and self.cancelled_at is None

    @property
    def percent(self) -> int:
        """Return the share that is done, 0 to 100."""
        return 100 if not self.total else min(100, self.done * 100 // self.total)


class ReevaluationChange(models.Model):
    """One track whose answer differs from the one that was in force."""

    reevaluation = models.ForeignKey(Reevaluation, models.CASCADE, related_name="changes")
    track = models.ForeignKey(TrackRecord, models.CASCADE, related_name="+")
    before = models.ForeignKey(Evaluation, models.CASCADE, related_name="+")
    after = models.ForeignKey(Evaluation, models.CASCADE, related_name="+")
    verdict_before = models.CharField(max_length=14)
    verdict_after = models.CharField(max_length=14)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["reevaluation", "track"], name="change_once_per_track"),
        ]
        indexes = [
            models.Index(
                fields=["reevaluation", "verdict_before", "verdict_after"], name="changes_by_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict_before} to {self.verdict_after}"
