"""What readers may ask the lists for."""

from __future__ import annotations

from django import forms

from analysis.models.words import StationName, Verdict
from analysis.queries.runs import RunFilter


class RunFilterForm(forms.Form):
    """The filter of the list of runs; every field may be empty."""

    q = forms.CharField(label="Search", required=False, max_length=120)
    model = forms.CharField(required=False, max_length=120)
    serial = forms.CharField(required=False, max_length=120)
    verdict = forms.ChoiceField(choices=[("", "Any"), *Verdict.choices], required=False)
    station = forms.ChoiceField(choices=[("", "Any"), *StationName.choices], required=False)
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, object]:
        """Refuse a range that ends before it begins."""
        cleaned: dict[str, object] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:  # type: ignore[operator]
            self.add_error("until", "The range ends before it begins.")
        return cleaned

    def wanted(self) -> RunFilter:
        """Return the filter; fields with faults ask for nothing (the form shows the faults)."""
        good = getattr(self, "cleaned_data", {})
        return RunFilter(**{name: value for name, value in good.items() if value})
