"""Which method the site judges by: proposed by one person, approved by another."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import Actor, record
from analysis.models import MethodActivation
from analysis.numerics.method import Method
from analysis.services.evaluations import active_method, method_row


class ActivationRefused(Exception):
    """The activation cannot be done; the message tells the person why."""


def activation_propose(*, actor: Actor, method: Method, reason: str) -> MethodActivation:
    """Ask that the site judges by a method. Raises ActivationRefused."""
    if actor.user is None:
        raise ActivationRefused("Sign in to propose a method.")
    if method.digest == active_method().digest:
        raise ActivationRefused(f"The site judges by {method.name} already.")
    with transaction.atomic():
        row = method_row(method)
        if MethodActivation.objects.filter(method=row, approved_at=None, declined_at=None).exists():
            raise ActivationRefused(f"{method.name} is proposed already and waits for approval.")
        activation = MethodActivation.objects.create(
            method=row, proposed_by=actor.user, proposed_at=timezone.now(), reason=reason
        )
        record(
            action="method.proposed",
            actor=actor,
            subject=f"method:{method.name}",
            before={"method": active_method().name},
            after={"method": method.name, "digest": method.digest},
            reason=reason,
        )
    return activation


def activation_approve(*, activation_id: int, actor: Actor) -> None:
    """Put a proposed method in force. Raises ActivationRefused."""
    with transaction.atomic():
        activation = _open_activation(activation_id)
        if actor.user is None or activation.proposed_by_id == actor.user.pk:
            raise ActivationRefused("A second person must approve: you proposed this yourself.")
        before = active_method().name
        taken = MethodActivation.objects.filter(
            pk=activation_id, approved_at=None, declined_at=None
        ).update(approved_by=actor.user, approved_at=timezone.now())
        if not taken:
            raise ActivationRefused("Somebody else has just answered this proposal.")
        record(
            action="method.activated",
            actor=actor,
            subject=f"method:{activation.method.name}",
            before={"method": before},
            after={"method": activation.method.name, "digest": activation.method.digest},
            reason=activation.reason,
        )


def activation_decline(*, activation_id: int, actor: Actor) -> None:
    """Turn a proposal down; its proposer may take it back this way. Raises ActivationRefused."""
    with transaction.atomic():
        activation = _open_activation(activation_id)
        MethodActivation.objects.filter(
            pk=activation_id, approved_at=None, declined_at=None
        ).update(declined_at=timezone.now())
        record(action="method.declined", actor=actor, subject=f"method:{activation.method.name}")


def _open_activation(activation_id: int) -> MethodActivation:
    activation = (
        MethodActivation.objects.select_related("method")
        .filter(pk=activation_id, approved_at=None, declined_at=None)
        .first()
    )
    if activation is None:
        raise ActivationRefused("This proposal has been answered already.")
    return activation
