"""What readers may ask the list of models for."""

from __future__ import annotations

from django import forms

from analysis.queries.products import SORTS, STATES, ProductFilter


class ProductFilterForm(forms.Form):
    """The filter of the list of models; every field may be empty."""

    q = forms.CharField(label="Model or other spelling", required=False, max_length=120)
    state = forms.ChoiceField(
        label="Specification", choices=[("", "Any"), *STATES.items()], required=False
    )
    sort = forms.ChoiceField(
        choices=[(sign + name, name) for name in SORTS for sign in ("", "-")], required=False
    )

    def wanted(self) -> ProductFilter:
        """Return the filter; fields with faults ask for nothing (the form shows the faults)."""
        good = getattr(self, "cleaned_data", {})
        sort = good.get("sort") or "model"
        return ProductFilter(
            q=good.get("q") or "",
            state=good.get("state") or "",
            sort=sort.removeprefix("-"),
            backwards=sort.startswith("-"),
        )
