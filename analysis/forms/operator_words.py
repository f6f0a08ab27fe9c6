"""What readers may ask of the runs whose operator said something else."""

from __future__ import annotations

from django import forms

from analysis.forms.runs import RunFilterForm
from analysis.queries.operator_words import Contradiction
from analysis.queries.runs import RunFilter


class ContradictionFilterForm(RunFilterForm):
    """Model, station, days and kind; every field may be empty."""

    q = None  # type: ignore[assignment]  # this is how Django forms drop a field of their base
    serial = None  # type: ignore[assignment]
    verdict = None  # type: ignore[assignment]
    kind = forms.ChoiceField(choices=[("", "Any"), *Contradiction.choices], required=False)

    def wanted(self) -> RunFilter:
        """Return the filter of the runs; the kind is no property of a run."""
        good = getattr(self, "cleaned_data", {})
        return RunFilter(
            **{name: value for name, value in good.items() if value and name != "kind"}
        )

    def wanted_kind(self) -> str:
        """Return the kind, "" for all."""
        return str(getattr(self, "cleaned_data", {}).get("kind", ""))
