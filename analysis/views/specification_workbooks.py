"""Specifications as workbooks: out, and back in with a preview."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit.record import actor_of, record
from analysis.forms.products import ProductFilterForm
from analysis.models import SpecificationImport
from analysis.queries.products import products_to_export
from analysis.services import specification_import as services
from analysis.services.specification_columns import TAKEN
from analysis.services.specification_workbook import MAX_BYTES, MEDIA_TYPE, UnreadableTable
from analysis.services.specifications import SpecificationRefusal
from analysis.views.receiving import ReceivedFile

_SHOWN = 200


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The list of models, as filtered, with the newest revision of each specification."""
    form = ProductFilterForm(request.GET)
    form.is_valid()
    rows = products_to_export(form.wanted())
    record(action="specification.exported", actor=actor_of(request), after={"rows": len(rows)})
    response = HttpResponse(services.specification_export(rows=rows), content_type=MEDIA_TYPE)
    name = f"specifications-{timezone.localdate():%Y-%m-%d}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Hand over a workbook; what it would do is shown before anything is written."""
    context: dict[str, object] = {"columns": TAKEN, "most": MAX_BYTES >> 20}
    if request.method == "POST":
        file = request.FILES.get("file")
        if not isinstance(file, ReceivedFile):
            context["refusal"] = "Choose a workbook first."
        else:
            try:
                imported = services.import_receive(
                    name=file.name or "", incoming=file.incoming, actor=actor_of(request)
                )
                return redirect(imported)
            except UnreadableTable as unreadable:
                context["refusal"] = unreadable.sentence
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "refusal" in context else HTTPStatus.OK
    return render(request, "analysis/specifications/import.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What an import would do; a POST that names what was shown does it."""
    imported = get_object_or_404(SpecificationImport, pk=pk, made_by=request.user)
    if imported.confirmed_at is not None:
        return render(request, "analysis/specifications/imported.html", {"imported": imported})
    try:
        if request.method == "POST":
            done = services.import_confirm(
                import_id=pk,
                sha256=request.POST.get("sha256", ""),
                fingerprint=request.POST.get("fingerprint", ""),
                actor=actor_of(request),
            )
            messages.success(request, f"{done.drafts} drafts are ready for a colleague’s approval.")
            return redirect(done)
        plan = services.import_plan(imported)
    except services.PlanChanged as changed:
        messages.error(request, "The specifications changed since you looked: this is new.")
        plan = changed.plan
    except services.AlreadyConfirmed:
        return redirect(imported)
    except (UnreadableTable, SpecificationRefusal) as refusal:
        messages.error(request, refusal.sentence)
        return redirect("specification-imports")
    return _preview_page(request, imported, plan)


def _preview_page(
    request: HttpRequest, imported: SpecificationImport, plan: services.ImportPlan
) -> HttpResponse:
    wanted = request.GET.get("show", "")
    rows = [row for row in plan.rows if not wanted or row.action == wanted]
    context = {
        "imported": imported,
        "plan": plan,
        "counts": plan.counts,
        "rows": rows[:_SHOWN],
        "more": max(0, len(rows) - _SHOWN),
        "wanted": wanted,
        "errors": plan.counts[services.ERROR],
    }
    return render(request, "analysis/specifications/preview.html", context)
