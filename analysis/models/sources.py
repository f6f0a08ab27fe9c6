"""What was handed over: batches, the names in them, and the original bytes behind the names."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse

from analysis.models.words import Door, Outcome, SourceState


class SourceFile(models.Model):
    """The original bytes of one workbook, once per content however often it is offered."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    name = models.CharField(max_length=255, help_text="The name it was first offered under.")
    folder = models.CharField(max_length=1000, blank=True)
    received_at = models.DateTimeField()
    state = models.CharField(
        max_length=12, choices=SourceState.choices, default=SourceState.RECEIVED
    )
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    cell = models.CharField(max_length=20, blank=True)
    incident = models.CharField(max_length=12, blank=True)
    reader_version = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state"], name="source_by_state")]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="source_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """One hand-over of files."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door = models.CharField(max_length=10, choices=Door.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"batch of {self.made_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])


class BatchItem(models.Model):
    """One name that was offered, and what became of it."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items")
    name = models.CharField(max_length=255)
    folder = models.CharField(max_length=1000, blank=True)
    offered_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True)
    source_file = models.ForeignKey(SourceFile, models.PROTECT, null=True, related_name="offers")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.REFUSED) | models.Q(source_file__isnull=False),
                name="taken_items_have_a_file",
            ),
        ]

    def __str__(self) -> str:
        return self.name
