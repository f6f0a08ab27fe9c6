"""What every page's template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from analysis.queries.site import worker_state
from analysis.views.theme import THEMES
from lasertrim.version import VERSION


def site(request: HttpRequest) -> dict[str, Any]:
    """Context for every template: theme, version, zone, and whether work gets done."""
    theme = request.COOKIES.get("theme", "auto")
    context: dict[str, Any] = {
        "theme": theme if theme in THEMES else "auto",
        "site_version": VERSION,
        "zone": settings.TIME_ZONE,
        "worker_late": False,
        "waiting_files": 0,
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and not getattr(request, "htmx", False):
        state = worker_state()
        context |= {"worker_late": state.late, "waiting_files": state.waiting}
    return context
