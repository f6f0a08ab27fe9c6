"""Thin doors: what can be looked at and taken away."""

from __future__ import annotations

import gzip
import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from reports.run_figure import TrackFigure, compressed_svg, find_track_figure

_THEMES = ("light", "dark", "print")
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


@require_safe
def run_figure(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Answer with the error figure of a track as SVG; its colours are ``?theme=``."""
    theme = request.GET.get("theme", "light")
    if theme not in _THEMES:
        return HttpResponseBadRequest(
            f"A figure has the themes {', '.join(_THEMES)}.", content_type="text/plain"
        )
    subject = find_track_figure(run_id=pk, name=name) if pk < 2**63 else None
    if subject is None:
        raise Http404("There is no such track.")
    etag = f'W/"{subject.key(theme)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _answer(request, compressed_svg(subject, theme=theme))
    if request.GET.get("download"):
        response.headers["Content-Disposition"] = content_disposition_header(
            True, _file_name(subject)
        )
    # One address, whatever the evaluation: a browser keeps the bytes but asks whether they hold.
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _answer(request: HttpRequest, compressed: bytes) -> HttpResponse:
    if _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(compressed, content_type="image/svg+xml")
        response.headers["Content-Encoding"] = "gzip"
        return response
    return HttpResponse(gzip.decompress(compressed), content_type="image/svg+xml")


def _file_name(subject: TrackFigure) -> str:
    words = f"{subject.model} {subject.serial} {subject.track} error"
    return "_".join(re.findall(r"[\w.-]+", words))[:150].lstrip(".") + ".svg"
