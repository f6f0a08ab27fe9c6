"""Where the operator at the laser said something else than the verdict says."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analysis.forms.operator_words import ContradictionFilterForm
from analysis.queries import operator_words as queries
from analysis.queries import station_column


@require_safe
def contradiction_list(request: HttpRequest) -> HttpResponse:
    """Runs whose words contradict their verdict, newest first, narrowed by the address."""
    form = ContradictionFilterForm(request.GET)
    form.is_valid()
    kind = form.wanted_kind()
    found = queries.contradictions(form.wanted(), kind=kind, number=request.GET.get("page", 1))
    context = {
        "form": form,
        "found": found,
        "page": found.page,
        "kind": kind,
        "kinds": [(choice, found.counts[choice]) for choice in queries.Contradiction],
        "total": sum(found.counts.values()),
        "is_filtered": any(value for name, value in request.GET.items() if name != "page"),
    }
    return render(request, "analysis/operator_words.html", context)


@require_safe
def column_list(request: HttpRequest) -> HttpResponse:
    """Tracks whose own pass/fail column marks other points than the limits do."""
    context = {
        "page": station_column.differing_tracks(request.GET.get("page", 1)),
        "compared": station_column.compared_tracks(),
    }
    return render(request, "analysis/station_column.html", context)
