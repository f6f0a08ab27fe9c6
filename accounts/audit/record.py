"""The only maker of audit events.

Call it inside the transaction of the change it tells of, so that neither can exist without the
other. Actions are ``noun.verb``; subjects are ``kind:id``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.client_address import client_address
from accounts.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person at an address, or the site itself."""

    user: User | None = None
    name: str = ""
    address: str | None = None


SITE = Actor(name="site")


def actor_of(request: HttpRequest) -> Actor:
    """Return the person behind a request."""
    user = request.user if isinstance(request.user, User) else None
    name = user.get_username() if user else ""
    return Actor(user=user, name=name, address=client_address(request))


def record(
    *,
    action: str,
    actor: Actor,
    subject: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write one event into the current transaction."""
    return AuditEvent.objects.create(
        at=timezone.now(),
        action=action,
        actor=actor.user,
        actor_name=actor.name,
        address=actor.address,
        subject=subject[:200],
        before=before,
        after=after,
        reason=reason,
    )
