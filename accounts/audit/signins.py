"""Sign-ins, sign-outs and refusals become audit events.

Django, allauth and axes tell of these by signal only; nothing else of the project uses signals.
"""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts.audit.record import Actor, record
from accounts.client_address import client_address
from accounts.lockout import attempted_username
from accounts.models import User


def connect() -> None:
    """Listen for the life of the process."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit-signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-signed-out")
    user_login_failed.connect(_refused, dispatch_uid="audit-refused")
    user_locked_out.connect(_locked, dispatch_uid="audit-locked")


def _address(request: HttpRequest | None) -> str | None:
    return None if request is None else client_address(request)


def _signed_in(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    actor = Actor(user=user, name=user.get_username(), address=_address(request))
    record(action="session.begin", actor=actor, subject=f"user:{user.pk}")


def _signed_out(*, request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if user is None:
        return
    actor = Actor(user=user, name=user.get_username(), address=_address(request))
    record(action="session.end", actor=actor, subject=f"user:{user.pk}")


def _refused(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    name = attempted_username(request, credentials)
    record(action="session.refused", actor=Actor(name=name, address=_address(request)))


def _locked(*, request: HttpRequest | None = None, username: str = "", **_: Any) -> None:
    record(action="session.locked", actor=Actor(name=username or "", address=_address(request)))
