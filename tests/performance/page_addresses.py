"""The pages that are measured, with filters and cursors that find something."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from accounts.models import User
from analysis.models import Batch, BatchItem, Run, TrackRecord
from analysis.queries.batches import batch_progress
from analysis.queries.runs import RunFilter, run_page
from reports.run_figure import TrackFigure, find_track_figure

VISITED = ("runs", "runs of a verdict", "runs of a model", "runs, deep page", "run", "batch of 500")


def signed_in(user: User) -> Client:
    """Return a test client that speaks for a person."""
    client = Client(SERVER_NAME="localhost", HTTP_ACCEPT_ENCODING="gzip")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def addresses() -> dict[str, str]:
    """Return the addresses by what they show."""
    newest = Run.objects.select_related("product").order_by("-ordered_at", "-id")[7]
    count = Run.objects.count()
    middle = Run.objects.order_by("ordered_at")[count // 2].ordered_at.date()
    month = {"since": middle - timedelta(days=30), "until": middle}
    deep = run_page(RunFilter(until=middle))
    batch = Batch.objects.filter(made_by__isnull=False).order_by("-made_at")[1]
    item = BatchItem.objects.filter(batch=batch).select_related("source_file")[3]
    model = newest.product.number
    seen = batch_progress(batch.pk).marker
    progress = reverse("batch-progress", args=[batch.pk])
    return {
        "runs": _runs(),
        "runs of a verdict": _runs(verdict="FAIL"),
        "runs of a rare verdict": _runs(verdict="NOT_MEASURED"),
        "runs of a station": _runs(station="laser-2"),
        "runs of a model": _runs(model=model),
        "runs of a serial": _runs(serial=newest.serial),
        "runs of a month": _runs(**month),
        "runs of model, verdict, month": _runs(model=model, verdict="FAIL", **month),
        "runs, deep page": _runs(before=deep.older),
        "runs, deep page backwards": _runs(after=deep.older),
        "runs, deep page of a verdict": _runs(verdict="FAIL", before=deep.older),
        "search: serial": _runs(q=newest.serial),
        "search: part of a file name": _runs(q=item.name[5:14]),
        "search: found nowhere": _runs(q="nothing like this"),
        "run": newest.get_absolute_url(),
        "batch of 500": batch.get_absolute_url(),
        "batch progress": progress,
        "batch progress, unchanged": f"{progress}?{urlencode({'seen': seen})}",
        "batches": reverse("batches"),
        "upload": reverse("upload"),
    }


def _runs(**query: object) -> str:
    path: str = reverse("runs")
    return f"{path}?{urlencode(query)}" if query else path


def figure_addresses() -> list[str]:
    """Return the address of the figure of every track."""
    tracks = TrackRecord.objects.order_by("pk").values_list("run", "name")
    return [reverse("run-figure", args=[run, name]) for run, name in tracks]


def figure_subjects() -> list[TrackFigure]:
    """Return what every figure is drawn from."""
    tracks = TrackRecord.objects.order_by("pk").values_list("run", "name")
    found = (find_track_figure(run_id=run, name=name) for run, name in tracks)
    return [subject for subject in found if subject is not None]
