"""What people may type about specifications; the rules themselves are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from analysis.models.specifications import SpecificationValues
from analysis.models.words import AngleTolerance, AngleUnit, Linearity
from analysis.numerics.specification_text import (
    LONGEST_POINTS,
    LONGEST_TEXT,
    Angle,
    NotUnderstood,
    plain_number,
    read_angle,
    read_linearity,
)
from analysis.queries.specifications import canonical_points
from analysis.services.specification_rules import specification_problems

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_OTHER_WORDS = ("VR Max", "Custom")
# The form has one field for an angle with its tolerance: faults of its parts are told there.
_FIELD_OF = {
    "angle": "angle_text",
    "tolerance": "angle_text",
    "tolerance_kind": "angle_text",
    "linearity_kind": "linearity",
    "linearity_word": "linearity",
}
_SAME_NAMES = (
    "element_type",
    "product_class",
    "circuit",
    "linearity_text",
    "linearity_percent",
    "angle_bound",
    "excluded_points",
    "excluded_reason",
    "resistance_minimum",
    "resistance_maximum",
    "sigma_threshold",
    "output_smoothness",
    "notes",
    "effective_from",
)


def _text(label: str, length: int, help_text: str = "", **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs})
    return forms.CharField(
        label=label, max_length=length, required=False, help_text=help_text, widget=widget
    )


def _number(label: str, help_text: str = "") -> forms.FloatField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(label=label, required=False, help_text=help_text, widget=widget)


def _lines(label: str, rows: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4_000,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class SpecificationForm(forms.Form):
    """Everything of a draft. ``version`` is the one that was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    effective_from = forms.DateField(
        label="In force from",
        widget=_DATE,
        help_text="Runs of this day and later are judged by it, once it is approved.",
    )
    element_type = _text("Element type", 80)
    product_class = _text("Product class", 80)
    circuit = _text("Open or closed", 40)
    linearity = forms.ChoiceField(
        label="Kind of linearity",
        required=False,
        choices=[("", "Not stated"), *Linearity.choices, *((word, word) for word in _OTHER_WORDS)],
    )
    linearity_text = _text("Linearity as printed", 200, "As the drawing says it.")
    linearity_percent = _number(
        "Linearity, %", "Kept as printed; never compared with errors in volts."
    )
    angle_text = _text("As on the drawing", LONGEST_TEXT)
    angle_unit = forms.ChoiceField(
        label="Unit",
        required=False,
        choices=[("", "As written"), *AngleUnit.choices],
        help_text="Where the text names none.",
    )
    angle_bound = _number("Other end", "Largest angle of a minimum, smallest of a maximum.")
    excluded_points = _text(
        "Points", LONGEST_POINTS, "Counted from 0, both ends included: 0-2, 48-50"
    )
    excluded_reason = _lines("Why they are left out", 2)
    resistance_minimum = _number("Smallest resistance, Ω")
    resistance_maximum = _number("Largest resistance, Ω")
    sigma_threshold = _number(
        "Sigma threshold", "Volts per degree or inch. Empty: the method’s own."
    )
    output_smoothness = _text("Output smoothness", 120)
    notes = _lines("Notes", 3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # What was on the screen at first comes back too: it tells which fields were touched.
            field.show_hidden_initial = name != "version"

    @classmethod
    def opened(cls, values: SpecificationValues, version: int) -> SpecificationForm:
        """Return the form with what a draft says."""
        return cls(initial=cls._shown(values, version))

    def upon(self, theirs: SpecificationValues, version: int) -> SpecificationForm:
        """Return what this reader touched, laid upon what somebody else saved."""
        saved = {
            name: "" if v is None else str(v) for name, v in self._shown(theirs, version).items()
        }
        mine = {name: self[name].value() or "" for name in self.changed_data if name != "version"}
        opened = {self.add_initial_prefix(name): text for name, text in saved.items()}
        return type(self)(data={**opened, **saved, **mine})

    @staticmethod
    def _shown(values: SpecificationValues, version: int) -> dict[str, Any]:
        initial = {name: _as_typed(getattr(values, name)) for name in _SAME_NAMES}
        initial |= {
            "version": version,
            "linearity": values.linearity_kind or values.linearity_word,
            "angle_text": values.angle_text,
            "angle_unit": values.angle_unit,
        }
        return initial

    def clean_excluded_points(self) -> str:
        """Bring a list of points into its stored form."""
        try:
            return canonical_points(self.cleaned_data["excluded_points"])
        except NotUnderstood as wrong:
            raise forms.ValidationError(str(wrong)) from None

    def clean(self) -> dict[str, Any]:
        """Read the angle, then hold everything against the rules."""
        cleaned: dict[str, Any] = super().clean() or {}
        found = self._angle(cleaned)
        if self.errors:
            return cleaned
        for name, sentence in specification_problems(self._values(cleaned, found)).items():
            self.add_error(_FIELD_OF.get(name, name), sentence)
        return cleaned

    def values(self) -> SpecificationValues:
        """Return what the form says, once it is valid."""
        return self._values(self.cleaned_data, self._angle(self.cleaned_data))

    def _angle(self, cleaned: dict[str, Any]) -> Angle | None:
        text = cleaned.get("angle_text") or ""
        if not text.strip():
            return None
        try:
            return read_angle(text)
        except NotUnderstood as wrong:
            self.add_error("angle_text", str(wrong))
            return None

    def _values(self, cleaned: dict[str, Any], angle: Angle | None) -> SpecificationValues:
        word = read_linearity(cleaned.get("linearity") or "")
        same = {name: cleaned.get(name) for name in _SAME_NAMES}
        # A unit that was left chosen beside an emptied angle says nothing.
        unit = (angle.unit or cleaned.get("angle_unit") or "") if angle else ""
        return SpecificationValues(
            **{
                name: "" if value is None and _is_text(name) else value
                for name, value in same.items()
            },
            linearity_kind=word.kind.value if word.kind else "",
            linearity_word=word.word,
            angle=angle.angle if angle else None,
            angle_unit=unit,
            angle_text=(cleaned.get("angle_text") or "").strip() if angle else "",
            tolerance_kind=angle.kind.value if angle else AngleTolerance.NONE,
            tolerance=angle.tolerance if angle else None,
        )


def _as_typed(value: Any) -> Any:
    return plain_number(value) if isinstance(value, float) else value


def _is_text(name: str) -> bool:
    return isinstance(getattr(SpecificationValues(), name), str)


class StartForm(forms.Form):
    """For which track a draft is begun."""

    track = forms.CharField(
        label="Track",
        max_length=12,
        required=False,
        help_text="Empty: every track. A specification of a track comes before the general one.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "tracks"}),
    )


class ReasonForm(forms.Form):
    """Why something is approved or withdrawn."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label="Reason",
        max_length=2_000,
        help_text="Stays in the audit trail: what was checked, and against which drawing.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DescribeForm(forms.Form):
    """Other spellings of a model, and when it was requalified."""

    aliases = forms.CharField(
        label="Other spellings",
        required=False,
        max_length=4_000,
        help_text="One a line, exactly as orders and drawings write them.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    requalified_on = forms.DateField(label="Requalified on", required=False, widget=_DATE)

    def clean_aliases(self) -> list[str]:
        """Return the spellings, one each."""
        lines = self.cleaned_data["aliases"].replace("|", "\n").splitlines()
        found = sorted({line.strip() for line in lines} - {""})
        if any(len(alias) > 120 for alias in found):
            raise forms.ValidationError("A spelling has at most 120 characters.")
        return found

    def clean_requalified_on(self) -> Any:
        """Refuse a day that has not come."""
        day = self.cleaned_data["requalified_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError("This day has not come yet.")
        return day
