"""What a product must be: revisioned limits. Triggers keep an approved row as it was approved."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from analysis.models.products import Product
from analysis.models.words import AngleTolerance, AngleUnit, Linearity, SpecificationState

_LARGEST = 1e9  # PostgreSQL holds NaN for larger than every number: upper ends keep it out
_MOST_OHMS = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationValues:
    """Everything of a revision that a person decides; a field here is a column there."""

    element_type: str = ""
    product_class: str = ""
    circuit: str = ""
    linearity_kind: str = ""
    linearity_word: str = ""
    linearity_text: str = ""
    linearity_percent: float | None = None
    angle: float | None = None
    angle_unit: str = ""
    angle_text: str = ""
    tolerance_kind: str = AngleTolerance.NONE
    tolerance: float | None = None
    angle_bound: float | None = None
    excluded_points: str = ""
    excluded_reason: str = ""
    resistance_minimum: float | None = None
    resistance_maximum: float | None = None
    sigma_threshold: float | None = None
    output_smoothness: str = ""
    notes: str = ""
    effective_from: date | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


CONTENT = tuple(field.name for field in fields(SpecificationValues))


class Specification(models.Model):
    """One revision of the limits of a product, for one track or (track "") for all of them."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="specifications")
    track = models.CharField(max_length=12, blank=True, help_text="empty: every track")
    revision = models.PositiveIntegerField()
    state = models.CharField(
        max_length=9, choices=SpecificationState.choices, default=SpecificationState.DRAFT
    )
    version = models.PositiveIntegerField(default=1, help_text="grows with every saved edit")

    element_type = models.CharField(max_length=80, blank=True)
    product_class = models.CharField(max_length=80, blank=True)
    circuit = models.CharField("open or closed", max_length=40, blank=True)
    linearity_kind = models.CharField(
        "linearity", max_length=14, choices=Linearity.choices, blank=True
    )
    linearity_word = models.CharField(
        "other linearity", max_length=40, blank=True, help_text="a word that is none of the four"
    )
    linearity_text = models.CharField("linearity as printed", max_length=200, blank=True)
    linearity_percent = models.FloatField("linearity, %", null=True, blank=True)
    angle = models.FloatField("electrical angle", null=True, blank=True)
    angle_unit = models.CharField(max_length=3, choices=AngleUnit.choices, blank=True)
    angle_text = models.CharField("angle as typed", max_length=200, blank=True)
    tolerance_kind = models.CharField(
        "kind of tolerance",
        max_length=9,
        choices=AngleTolerance.choices,
        default=AngleTolerance.NONE,
    )
    tolerance = models.FloatField("angle tolerance", null=True, blank=True)
    angle_bound = models.FloatField(
        "other end of the angle", null=True, blank=True, help_text="of a minimum or a maximum"
    )
    excluded_points = models.TextField(blank=True, help_text="0-based, as “0-2, 48-50”")
    excluded_reason = models.TextField("why points are excluded", blank=True)
    resistance_minimum = models.FloatField("smallest resistance, ohm", null=True, blank=True)
    resistance_maximum = models.FloatField("largest resistance, ohm", null=True, blank=True)
    sigma_threshold = models.FloatField(null=True, blank=True)
    output_smoothness = models.CharField(max_length=120, blank=True)
    notes = models.TextField(blank=True)
    effective_from = models.DateField()

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, help_text="why it was approved")
    withdrawal_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawal_asked_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["product_id", "track", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "track", "revision"], name="specification_revision_once"
            ),
            models.UniqueConstraint(
                fields=["product", "track"],
                condition=Q(state=SpecificationState.DRAFT),
                name="one_draft_per_specification",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=SpecificationState.DRAFT,
                    approved_by=None,
                    approved_at=None,
                    withdrawal_asked_by=None,
                    withdrawn_by=None,
                )
                | Q(
                    ~Q(reason=""),
                    state=SpecificationState.APPROVED,
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    withdrawn_by=None,
                    withdrawn_at=None,
                )
                | Q(
                    ~Q(reason=""),
                    ~Q(withdrawal_reason=""),
                    state=SpecificationState.WITHDRAWN,
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    withdrawal_asked_by__isnull=False,
                    withdrawn_by__isnull=False,
                    withdrawn_at__isnull=False,
                ),
                name="specification_state_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (~Q(approved_by=F("author")) & ~Q(approved_by=F("changed_by"))),
                name="specification_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None) | ~Q(withdrawn_by=F("withdrawal_asked_by")),
                name="specification_withdrawn_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(tolerance_kind=AngleTolerance.NONE, tolerance=None, angle_bound=None)
                | Q(
                    tolerance_kind__in=[AngleTolerance.SYMMETRIC, AngleTolerance.RANGE],
                    angle__isnull=False,
                    tolerance__isnull=False,  # a comparison with NULL would not refuse
                    tolerance__gte=0,
                    tolerance__lt=F("angle"),
                    angle_bound=None,
                )
                | Q(
                    Q(tolerance=None) | Q(tolerance__gte=0, tolerance__lt=F("angle")),
                    tolerance_kind=AngleTolerance.BILATERAL,
                    angle__isnull=False,
                    angle_bound=None,
                )
                | Q(
                    Q(angle_bound=None) | Q(angle_bound__gte=F("angle"), angle_bound__lt=_LARGEST),
                    tolerance_kind=AngleTolerance.MINIMUM,
                    angle__isnull=False,
                    tolerance=None,
                )
                | Q(
                    Q(angle_bound=None) | Q(angle_bound__gt=0, angle_bound__lte=F("angle")),
                    tolerance_kind=AngleTolerance.MAXIMUM,
                    angle__isnull=False,
                    tolerance=None,
                ),
                name="specification_tolerance_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(angle=None, angle_unit="")
                | Q(
                    angle__isnull=False,
                    angle__gt=0,
                    angle__lt=_LARGEST,
                    angle_unit__in=AngleUnit.values,
                ),
                name="specification_angle_has_a_unit",
            ),
            models.CheckConstraint(
                condition=(
                    Q(resistance_minimum=None)
                    | Q(resistance_minimum__gt=0, resistance_minimum__lt=_MOST_OHMS)
                )
                & (
                    Q(resistance_maximum=None)
                    | Q(resistance_maximum__gt=0, resistance_maximum__lt=_MOST_OHMS)
                )
                & (
                    Q(resistance_minimum=None)
                    | Q(resistance_maximum=None)
                    | Q(resistance_minimum__lte=F("resistance_maximum"))
                ),
                name="specification_resistance_is_a_range",
            ),
            models.CheckConstraint(
                condition=(
                    Q(sigma_threshold=None) | Q(sigma_threshold__gt=0, sigma_threshold__lt=_LARGEST)
                )
                & (
                    Q(linearity_percent=None)
                    | Q(linearity_percent__gt=0, linearity_percent__lte=100)
                ),
                name="specification_numbers_are_positive",
            ),
            models.CheckConstraint(
                condition=Q(excluded_points="") | ~Q(excluded_reason=""),
                name="specification_says_why_points_are_excluded",
            ),
            models.CheckConstraint(
                condition=Q(revision__gte=1), name="specification_revisions_count_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.number} {self.revision_name}"

    def get_absolute_url(self) -> str:
        return reverse("specification", args=[self.pk])

    @property
    def revision_name(self) -> str:
        """Return the name of the revision as results carry it: "r3", "TRK1 r3"."""
        return revision_name(self.track, self.revision)

    @property
    def is_draft(self) -> bool:
        """Tell whether it can still be edited."""
        return self.state == SpecificationState.DRAFT

    @property
    def is_approved(self) -> bool:
        """Tell whether it stands."""
        return self.state == SpecificationState.APPROVED

    @property
    def values(self) -> SpecificationValues:
        """Return what a person decided of this revision."""
        return SpecificationValues(**{name: getattr(self, name) for name in CONTENT})


def revision_name(track: str, revision: int) -> str:
    """Name a revision of a track, "" being all of them."""
    return f"{track} r{revision}".strip()


class SpecificationImport(models.Model):
    """A workbook of specifications that somebody handed over, and what came of it."""

    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    drafts = models.PositiveIntegerField(null=True, help_text="made or changed, once confirmed")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, drafts=None)
                | Q(confirmed_at__isnull=False, drafts__isnull=False),
                name="confirmed_imports_say_how_many",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("specification-import", args=[self.pk])
