"""Judging stored runs anew: ask, watch, call off, see what changed."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.record import actor_of, record
from analysis.forms.reevaluations import ReevaluationForm
from analysis.forms.runs import RunFilterForm
from analysis.models import Product, Reevaluation, Run
from analysis.queries import reevaluations as queries
from analysis.services import reevaluation as services
from analysis.services.evaluations import active_method
from analysis.views.csv_answer import csv_answer

_PER_PAGE = 100


@require_safe
def reevaluation_list(request: HttpRequest) -> HttpResponse:
    """All re-evaluations, newest first."""
    page = queries.reevaluations(request.GET.get("page", 1))
    return render(request, "analysis/reevaluations/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def reevaluation_new(request: HttpRequest) -> HttpResponse:
    """Ask for a re-evaluation of what the address names: a run, a model, a filter, or all."""
    scope, words, product = _scope(request)
    form = ReevaluationForm(
        request.POST if request.method == "POST" else None,
        product=product,
        active=active_method(),
    )
    if request.method == "POST" and form.is_valid():
        asked = services.reevaluation_request(
            actor=actor_of(request),
            scope=scope,
            scope_words=words,
            method=form.chosen_method(),
            specification=form.cleaned_data.get("specification"),
            reason=form.cleaned_data["reason"],
        )
        return redirect(asked)
    context = {
        "form": form,
        "words": words,
        "count": scope.runs().order_by().count(),
        "address": request.get_full_path(),
        "active": active_method(),
    }
    return render(request, "analysis/reevaluations/new.html", context)


@require_safe
def reevaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """One re-evaluation: how far it is and what it changed."""
    return render(request, "analysis/reevaluations/detail.html", _context(request, pk))


@require_safe
def reevaluation_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The live part of the page; 204 where nothing has changed."""
    context = _context(request, pk)
    if request.GET.get("seen") == context["marker"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "analysis/reevaluations/progress.html", context)


@require_POST
def reevaluation_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call it off; what is done stays."""
    if services.reevaluation_cancel(reevaluation_id=pk, actor=actor_of(request)):
        messages.success(request, "Called off. The runs that were judged anew stay as they are.")
    else:
        messages.info(request, "It had ended already.")
    return redirect("reevaluation", pk)


@require_safe
def reevaluation_export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The difference report as CSV."""
    asked = get_object_or_404(Reevaluation, pk=pk)
    record(
        action="reevaluation.exported",
        actor=actor_of(request),
        subject=f"reevaluation:{asked.pk}",
    )
    return csv_answer(f"re-evaluation-{asked.pk}.csv", queries.change_rows(asked))


def _context(request: HttpRequest, pk: int) -> dict[str, object]:
    asked = get_object_or_404(
        Reevaluation.objects.select_related("method", "specification", "requested_by"), pk=pk
    )
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    rows = queries.changes(asked, before=before, after=after)
    return {
        "reevaluation": asked,
        "kinds": queries.verdict_changes(asked),
        "page": Paginator(rows, _PER_PAGE).get_page(request.GET.get("page", 1)),
        "before": before,
        "after": after,
        "marker": f"{asked.done}-{asked.finished_at}-{asked.cancelled_at}",
    }


def _scope(request: HttpRequest) -> tuple[services.Scope, str, int | None]:
    """Return the scope that the address names, its words, and its one product if it has one."""
    if run_id := request.GET.get("run", ""):
        run = get_object_or_404(Run.objects.select_related("product"), pk=_number(run_id))
        return services.Scope(run=run.pk), f"run {run.pk}: {run}", run.product_id
    if product_id := request.GET.get("product", ""):
        product = get_object_or_404(Product, pk=_number(product_id))
        return services.Scope(product=product.pk), f"all runs of {product}", product.pk
    form = RunFilterForm(request.GET)
    form.is_valid()
    asked = {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value}
    if not asked:
        return services.Scope(), "all runs", None
    words = ", ".join(f"{form[name].label.lower()} {value}" for name, value in asked.items())
    return services.Scope(filter=form.wanted()), f"runs with {words}", None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
