"""What was concluded: the methods, and each method's answer about each track."""

from __future__ import annotations

from django.db import models

from analysis.models.runs import TrackRecord
from analysis.models.words import Verdict


class MethodVersion(models.Model):
    """A named profile of algorithm and parameters, as it was when a result was made with it."""

    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    parameters = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="method_once_per_version"),
        ]

    def __str__(self) -> str:
        return self.name


class Evaluation(models.Model):
    """The answer of one method about one track. Never changed; newer ones stand beside it."""

    track = models.ForeignKey(TrackRecord, models.CASCADE, related_name="evaluations")
    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="evaluations")
    made_at = models.DateTimeField()
    verdict = models.CharField(max_length=14, choices=Verdict.choices)
    reason = models.TextField()
    judged_sheet = models.CharField(max_length=120, blank=True)
    points_rows = models.PositiveIntegerField()
    points_measured = models.PositiveIntegerField()
    points_graded = models.PositiveIntegerField()
    failing_as_measured = models.PositiveIntegerField(null=True)
    failing_corrected = models.PositiveIntegerField(null=True)
    passes_as_measured = models.BooleanField(null=True)
    passes_corrected = models.BooleanField(null=True)
    offset = models.FloatField(null=True)
    offset_low = models.FloatField(null=True)
    offset_high = models.FloatField(null=True)
    margin = models.FloatField(null=True)
    largest_error = models.FloatField(null=True)
    sigma_gradient = models.FloatField(null=True)
    sigma_threshold = models.FloatField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["track", "method"], name="evaluation_once_per_method"),
        ]

    def __str__(self) -> str:
        return f"{self.track_id} {self.verdict}"
