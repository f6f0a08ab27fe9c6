"""Lockout after wrong passwords: axes counts, these functions tell it what to count and show."""

from __future__ import annotations

import math
from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def attempted_username(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Return the name that was tried, so that "Ann", "ANN" and " ann " share one counter."""
    name = (credentials or {}).get("username") or ""
    if not name and request is not None:
        name = request.POST.get("login") or request.POST.get("username") or ""
    return str(name).strip().casefold()[:150]


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: object = None
) -> HttpResponse:
    """Say that sign-in is locked, and for how long."""
    cool_off = get_cool_off(request)
    minutes = math.ceil(cool_off.total_seconds() / 60) if cool_off else None
    return render(request, "account/locked_out.html", {"minutes": minutes}, status=429)
