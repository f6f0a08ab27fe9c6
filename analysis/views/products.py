"""The list of models, one model, and where files and specifications disagree."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit.record import actor_of
from analysis.forms.products import ProductFilterForm
from analysis.forms.specifications import DescribeForm
from analysis.models import Product
from analysis.queries import disagreements as comparisons
from analysis.queries import products as queries
from analysis.services.products import AliasTaken, product_describe

_COLUMNS = (
    ("model", "Model", False),
    ("runs", "Runs", True),
    ("units", "Units", True),
    ("yield", "Accepted", True),
    ("last", "Last run", False),
)


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    """Every model with its runs in numbers and the state of its specification."""
    form = ProductFilterForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    found = queries.product_page(wanted, request.GET.get("page", 1))
    context = {
        "form": form,
        "found": found,
        "wanted": wanted,
        "columns": _sorting(wanted),
        "states": [(state, label, found.states[state]) for state, label in queries.STATES.items()],
    }
    return render(request, "analysis/products/products.html", context)


@require_safe
def product(request: HttpRequest, pk: int, title: str = "") -> HttpResponse:
    """One model: its specification, its history, its runs."""
    found = get_object_or_404(Product, pk=pk)
    if title != found.title:
        return redirect(found, permanent=False)
    context = {"product": found, "facts": queries.product_facts(found)}
    return render(request, "analysis/products/product.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other spellings of a model, and the day it was requalified."""
    found = get_object_or_404(Product, pk=pk)
    if request.method == "POST":
        form = DescribeForm(request.POST)
        if form.is_valid():
            try:
                product_describe(product=found, actor=actor_of(request), **form.cleaned_data)
            except AliasTaken as taken:
                form.add_error("aliases", taken.sentence)
            else:
                messages.success(request, "Saved.")
                return redirect(found)
    else:
        aliases = "\n".join(found.aliases.values_list("alias", flat=True))
        form = DescribeForm(initial={"aliases": aliases, "requalified_on": found.requalified_on})
    context = {"product": found, "form": form}
    return render(request, "analysis/products/describe.html", context)


@require_safe
def disagreements(request: HttpRequest) -> HttpResponse:
    """Models whose files and specification are more than 5 % apart."""
    context = {
        "rows": comparisons.disagreements(),
        "most": comparisons.RUNS_COMPARED,
        "specified": comparisons.products_specified(),
    }
    return render(request, "analysis/products/disagreements.html", context)


def _sorting(wanted: queries.ProductFilter) -> list[dict[str, object]]:
    """Return the columns that sort: how each stands now, and what a click asks for."""
    columns = []
    for name, label, is_number in _COLUMNS:
        is_here = wanted.sort == name
        # Numbers and dates are asked for largest first, names from A to Z.
        first = name if name == "model" else f"-{name}"
        turned = name if wanted.backwards else f"-{name}"
        columns.append(
            {
                "name": name,
                "label": label,
                "is_number": is_number,
                "next": turned if is_here else first,
                "now": ("descending" if wanted.backwards else "ascending") if is_here else "",
            }
        )
    return columns
