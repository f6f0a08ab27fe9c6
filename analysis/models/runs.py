"""What was measured: a run of a unit, its tracks, and the sweeps over each track."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.urls import reverse

from analysis.models.products import Product, Unit
from analysis.models.sources import SourceFile
from analysis.models.words import Clock, Stage, StationName, Verdict


class Run(models.Model):
    """One measurement event from one source file. The same unit again is another run."""

    source_file = models.OneToOneField(SourceFile, models.PROTECT, related_name="run")
    product = models.ForeignKey(Product, models.PROTECT, related_name="runs")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="runs")
    serial = models.CharField(max_length=120, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.TRIM)
    layout = models.CharField(max_length=12)
    station = models.CharField(max_length=10, choices=StationName.choices)
    tested_at = models.DateTimeField(null=True)
    clock = models.CharField(max_length=8, choices=Clock.choices)
    ordered_at = models.DateTimeField(
        help_text="tested_at, or the time of arrival where the workbook tells none"
    )
    position_unit = models.CharField(max_length=4)
    verdict = models.CharField(max_length=14, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    operator_words = models.CharField(max_length=120, blank=True)
    last_saved_at = models.DateTimeField(null=True)
    parameters = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    reader_version = models.PositiveIntegerField()

    class Meta:
        ordering = ["-ordered_at", "-id"]
        indexes = [
            models.Index(fields=["-ordered_at", "-id"], name="run_newest"),
            models.Index(fields=["product", "-ordered_at", "-id"], name="run_newest_of_product"),
            models.Index(fields=["verdict", "-ordered_at", "-id"], name="run_newest_of_verdict"),
            models.Index(fields=["station", "-ordered_at", "-id"], name="run_newest_of_station"),
            # Serials are found whatever their case; LIKE would scan.
            models.Index(
                Upper("serial"), F("ordered_at").desc(), F("id").desc(), name="run_newest_of_serial"
            ),
            models.Index(
                fields=["station", "verdict", "-ordered_at", "-id"],
                name="run_newest_of_station_verdict",
            ),
            models.Index(fields=["product", "verdict", "ordered_at"], name="run_counts_of_product"),
            models.Index(
                fields=["verdict", "operator_words", "station", "product", "ordered_at"],
                name="run_by_operator_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.number} {self.serial}".strip()

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])


class TrackRecord(models.Model):
    """One resistive element in a run."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="tracks")
    name = models.CharField(max_length=12)
    state = models.CharField(max_length=14)
    reason = models.TextField(blank=True)
    trims = models.PositiveIntegerField()
    judged_sweep = models.PositiveIntegerField(null=True, help_text="place among the sweeps")
    travel = models.JSONField(default=dict)
    resistance_before = models.JSONField(default=dict)
    resistance_after = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    station_outside = models.PositiveIntegerField(
        null=True,
        help_text="points the station's own pass/fail column calls outside; reference only",
    )
    station_disagrees = models.BooleanField(
        default=False,
        db_index=True,
        help_text="that column marks points, and not the ones that fail as measured",
    )
    evaluation = models.ForeignKey(
        "analysis.Evaluation",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="the answer in force; the others stand beside it",
    )

    class Meta:
        db_table = "analysis_track"
        verbose_name = "track"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="track_once_per_run"),
        ]

    def __str__(self) -> str:
        return self.name


class SweepRecord(models.Model):
    """One pass over a track: six float64 columns and the flags, exactly as read."""

    track = models.ForeignKey(TrackRecord, models.CASCADE, related_name="sweeps")
    place = models.PositiveIntegerField()
    pass_number = models.PositiveIntegerField()
    sheet = models.CharField(max_length=120)
    first_row = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    points_measured = models.PositiveIntegerField()
    letters = models.JSONField(help_text="sheet column of each array")
    arrays = models.BinaryField()
    phase = models.JSONField(default=dict)
    resistance = models.JSONField(default=dict)
    is_template = models.BooleanField(default=False)
    is_remeasurement = models.BooleanField(default=False)
    findings = models.JSONField(default=list)

    class Meta:
        db_table = "analysis_sweep"
        verbose_name = "sweep"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["track", "place"], name="sweep_place_once_per_track"),
        ]

    def __str__(self) -> str:
        return self.sheet
