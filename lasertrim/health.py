"""Probes for whoever watches the site: is it alive, can it work, what are its figures."""

from __future__ import annotations

import hmac
import os
import shutil
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

_FLOOR_PERCENT = 5  # of free disk, below which an upload could fail half-way


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer while the process serves requests. Touches nothing else."""
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database, migrations and storage allow work, else 503 and what does not."""
    faults = [fault for check in (_database, _storage) if (fault := check())]
    status = HTTPStatus.SERVICE_UNAVAILABLE if faults else HTTPStatus.OK
    return JsonResponse(
        {"status": "not ready" if faults else "ready", "faults": faults}, status=status
    )


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for a bearer token or an administrator."""
    token = settings.ENVIRONMENT.metrics_token
    given = request.headers.get("Authorization", "")
    allowed = bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if not allowed and not (request.user.is_authenticated and request.user.is_staff):
        return HttpResponse("Metrics want a bearer token.\n", status=401, content_type="text/plain")
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "database: no answer"
    return "database: migrations are missing" if behind else ""


def _storage() -> str:
    folder = settings.ORIGINALS_ROOT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usage = shutil.disk_usage(folder)
    except OSError:
        return "storage: the folder of the originals cannot be used"
    if not os.access(folder, os.W_OK):
        return "storage: the folder of the originals is read-only"
    if usage.free * 100 < usage.total * _FLOOR_PERCENT:
        return f"storage: less than {_FLOOR_PERCENT} % of the disk is free"
    return ""
