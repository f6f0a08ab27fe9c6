"""What is done to every request and answer, beyond Django's own middleware."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]
_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
_POLLING = ("batch-live", "reevaluation-live")  # ids of the parts of pages that ask by themselves


def page_headers(get_response: Next) -> Next:
    """Add the headers that no Django setting adds."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", _POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond


def idle_session(get_response: Next) -> Next:
    """Let a session live as long as its person does something; a page that polls is not a person.

    Django writes a session's expiry at sign-in only. It is moved at most once a minute, so that
    browsing does not cost a write per page.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and request.headers.get("HX-Trigger") not in _POLLING:
            now = int(time.time())
            if now - request.session.get("seen", 0) > min(60, settings.SESSION_COOKIE_AGE // 2):
                request.session["seen"] = now
        return response

    return respond
