"""The address of the person's machine: the only reader of proxy headers.

Behind a proxy the site believes one header, ``X-Real-IP``, which the proxy must overwrite.
Everything else that a client may send (``X-Forwarded-For`` and its kin) is ignored.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 # nosec B104 - "none known"; nothing is bound to it


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address, ``0.0.0.0`` where none is known (a bare unix socket)."""
    peer = request.META.get("REMOTE_ADDR", "")
    claimed = request.META.get("HTTP_X_REAL_IP", "") if settings.ENVIRONMENT.behind_proxy else ""
    for candidate in (claimed, peer):
        try:
            return str(ipaddress.ip_address(candidate.strip()))
        except ValueError:
            continue
    return UNKNOWN_ADDRESS
