"""What people may ask of methods and re-evaluations."""

from __future__ import annotations

from django import forms

from analysis.models import Specification
from analysis.models.words import SpecificationState
from analysis.numerics.method import METHODS, Method, method_named


class ReevaluationForm(forms.Form):
    """The method, the specification and the reason of a re-evaluation."""

    method = forms.ChoiceField(label="Method")
    specification = forms.ModelChoiceField(
        Specification.objects.none(),
        required=False,
        empty_label="The revision in force on the day of each run",
        help_text="Another revision makes a comparison; the verdicts of the runs stay as they are.",
    )
    reason = forms.CharField(label="Why", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: object, product: int | None, active: Method, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            (name, f"{name} (the site's method)" if method.digest == active.digest else name)
            for name, method in METHODS.items()
        ]
        self.fields["method"].initial = active.name
        if product is None:
            del self.fields["specification"]  # a revision belongs to one model
        else:
            field = self.fields["specification"]
            field.queryset = Specification.objects.filter(  # type: ignore[attr-defined]
                product=product,
                state__in=[SpecificationState.APPROVED, SpecificationState.DRAFT],
            ).order_by("track", "-revision")

    def chosen_method(self) -> Method:
        """Return the method that was chosen."""
        method = method_named(self.cleaned_data["method"])
        assert method is not None  # noqa: S101  the choices are the registry
        return method


class ProposalForm(forms.Form):
    """The reason for judging by another method."""

    method = forms.ChoiceField(choices=[(name, name) for name in METHODS])
    reason = forms.CharField(label="Why", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
