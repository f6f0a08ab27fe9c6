"""Handing files over, and watching what becomes of them."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.record import actor_of
from analysis.models import Batch, BatchItem
from analysis.models.words import Door
from analysis.queries import batches as queries
from analysis.services import intake
from analysis.views.receiving import ReceivedFile
from analysis.views.theme import next_address


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The upload page; a POST is the plain form of a browser without scripts."""
    if request.method != "POST":
        return render(request, "analysis/upload.html")
    files = [file for file in request.FILES.getlist("files") if isinstance(file, ReceivedFile)]
    if not files:
        messages.error(request, "Choose at least one workbook, then press Upload.")
        return redirect("upload")
    actor = actor_of(request)
    batch = intake.batch_create(actor=actor, door=Door.BROWSER)
    for file in files:
        intake.file_take(
            batch=batch, actor=actor, name=file.name or "", folder="", incoming=file.incoming
        )
    return redirect(batch)


@require_POST
def batch_create(request: HttpRequest) -> JsonResponse:
    """Open a batch for the upload page's script."""
    batch = intake.batch_create(actor=actor_of(request), door=Door.BROWSER)
    return JsonResponse(
        {
            "id": str(batch.pk),
            "url": batch.get_absolute_url(),
            "file_url": reverse("batch-file", args=[batch.pk]),
        },
        status=HTTPStatus.CREATED,
    )


@require_POST
def batch_file(request: HttpRequest, batch_id: UUID) -> JsonResponse:
    """Take one file into a batch; a name without a file is answered with its refusal."""
    batch = own_batch_or_404(request, batch_id)
    actor = actor_of(request)
    file = request.FILES.get("file")
    folder = request.POST.get("folder", "")
    if isinstance(file, ReceivedFile):
        item = intake.file_take(
            batch=batch,
            actor=actor,
            name=file.name or "",
            folder=folder,
            incoming=file.incoming,
        )
    else:
        name = request.POST.get("name", "")
        reason = intake.file_refusal(name=name, size=0)
        item = intake.file_refuse(batch=batch, actor=actor, name=name, folder=folder, reason=reason)
    return JsonResponse(_item_answer(item), status=HTTPStatus.CREATED)


@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    """All hand-overs, newest first."""
    page = queries.batches(request.GET.get("page", 1))
    return render(request, "analysis/batches.html", {"page": page})


@require_safe
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One hand-over: what became of each name."""
    return render(request, "analysis/batch.html", _batch_context(request, batch_id))


@require_safe
def batch_progress(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The live part of the batch page; 204 where nothing has changed."""
    progress = queries.batch_progress(batch_id)
    if request.GET.get("seen") == progress.marker:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "analysis/batch_progress.html", _batch_context(request, batch_id))


@require_POST
def source_retry(request: HttpRequest, source_file_id: int) -> HttpResponse:
    """Read a quarantined file again."""
    if intake.source_file_retry(source_file_id=source_file_id, actor=actor_of(request)):
        messages.success(request, "The file is queued again.")
    else:
        messages.info(request, "That file is not in quarantine any more.")
    return redirect(next_address(request, reverse("batches")))


def own_batch_or_404(request: HttpRequest, batch_id: UUID) -> Batch:
    """Return a batch that this person opened."""
    return get_object_or_404(Batch, pk=batch_id, made_by=request.user)


def _batch_context(request: HttpRequest, batch_id: UUID) -> dict[str, object]:
    progress = queries.batch_progress(batch_id)  # first: the items are then never older than it
    state = request.GET.get("state", "")
    return {
        "batch": get_object_or_404(Batch.objects.select_related("made_by"), pk=batch_id),
        "progress": progress,
        "marker": progress.marker,
        "state": state if state in queries.STATES else "",
        "states": queries.STATES,
        "page": queries.batch_items(batch_id, state=state, number=request.GET.get("page", 1)),
    }


def _item_answer(item: BatchItem) -> dict[str, str]:
    return {
        "name": item.name,
        "outcome": item.outcome,
        "outcome_label": item.get_outcome_display(),
        "reason": item.reason,
    }
