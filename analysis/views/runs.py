"""The list of runs, one run, and the original it was read from."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.audit.record import actor_of, record
from analysis import storage
from analysis.forms.runs import RunFilterForm
from analysis.models import Run, SourceFile
from analysis.queries import runs as queries
from analysis.queries.operator_words import contradiction_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page: the newest runs."""
    return redirect("runs")


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs, newest first, narrowed by the filter in the address."""
    form = RunFilterForm(request.GET)
    form.is_valid()
    page = queries.run_page(
        form.wanted(),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
    )
    context = {"form": form, "page": page, "chips": _chips(request, form)}
    return render(request, "analysis/runs.html", context)


@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its verdict and everything the verdict rests on."""
    found = get_object_or_404(Run.objects.select_related("product", "source_file"), pk=pk)
    context = {
        "run": found,
        "tracks": queries.run_tracks(found),
        "others": queries.runs_of_same_unit(found),
        "offers": queries.offers_of(found),
        "contradiction": contradiction_of(found.operator_words, found.verdict),
    }
    return render(request, "analysis/run.html", context)


@require_safe
def original(request: HttpRequest, digest: str) -> FileResponse:
    """The original workbook, byte for byte, as a download that no browser opens by itself."""
    source_file = get_object_or_404(SourceFile, sha256=digest)
    try:
        stream = storage.open_original(digest)
    except FileNotFoundError:
        raise Http404("The original is missing in the store; tell an administrator.") from None
    record(
        action="original.downloaded",
        actor=actor_of(request),
        subject=f"source:{source_file.pk}",
        after={"name": source_file.name, "sha256": digest},
    )
    response = FileResponse(
        stream,
        as_attachment=True,
        filename=source_file.name,
        content_type="application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _chips(request: HttpRequest, form: RunFilterForm) -> list[dict[str, str]]:
    """Return the active filters, each with the address of the list without it."""
    chips = []
    for name, value in getattr(form, "cleaned_data", {}).items():
        if not value:
            continue
        left = request.GET.copy()
        for gone in (name, "before", "after"):
            left.pop(gone, None)
        words = dict(getattr(form.fields[name], "choices", ())).get(value, value)
        chips.append(
            {
                "label": str(form[name].label),
                "value": str(words),
                "without": f"{request.path}?{left.urlencode()}",
            }
        )
    return chips
