"""What was concluded: the methods, and each method's answers about each track."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from analysis.models.runs import TrackRecord
from analysis.models.specifications import Specification
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


class MethodActivation(models.Model):
    """The wish of one person that the site judges by a method, and the consent of another."""

    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="activations")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    reason = models.TextField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | ~models.Q(approved_by=models.F("proposed_by")),
                name="activation_by_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(
                    approved_by__isnull=False, approved_at__isnull=False, declined_at__isnull=True
                ),
                name="activation_approved_by_somebody_at_some_time",
            ),
            models.UniqueConstraint(
                fields=["method"],
                condition=models.Q(approved_at__isnull=True, declined_at__isnull=True),
                name="one_open_activation_per_method",
            ),
        ]

    def __str__(self) -> str:
        return f"activation of {self.method.name}"


class Evaluation(models.Model):
    """The answer of one method under one specification revision about one track.

    Never changed (a database trigger refuses it): newer answers stand beside older ones, and
    ``TrackRecord.evaluation`` names the one that is in force.
    """

    track = models.ForeignKey(TrackRecord, models.CASCADE, related_name="evaluations")
    method = models.ForeignKey(MethodVersion, models.PROTECT, related_name="evaluations")
    specification = models.ForeignKey(
        Specification, models.PROTECT, null=True, related_name="evaluations"
    )
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
    rotation = models.FloatField(null=True)
    margin = models.FloatField(null=True)
    largest_error = models.FloatField(null=True)
    sigma_gradient = models.FloatField(null=True)
    sigma_threshold = models.FloatField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "method", "specification"],
                name="evaluation_once_per_specification",
            ),
            models.UniqueConstraint(
                fields=["track", "method"],
                condition=models.Q(specification__isnull=True),
                name="evaluation_once_without_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track_id} {self.verdict}"
