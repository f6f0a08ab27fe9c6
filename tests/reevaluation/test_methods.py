"""The site judges by another method when two people agree on it, never by one alone."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import AuditEvent
from accounts.audit.record import SITE, Actor
from analysis.models import MethodActivation, MethodVersion, Run
from analysis.numerics.method import DESKTOP_5, LASERTRIM_1
from analysis.services.evaluations import ChangedMethod, active_method, methods_register
from analysis.services.methods import (
    ActivationRefused,
    activation_approve,
    activation_decline,
    activation_propose,
)

pytestmark = pytest.mark.django_db


def propose(actor: Actor) -> MethodActivation:
    return activation_propose(actor=actor, method=DESKTOP_5, reason="compare with history")


def test_a_new_site_judges_by_its_own_method() -> None:
    assert active_method() == LASERTRIM_1


def test_a_proposal_alone_changes_nothing(actor: Actor) -> None:
    propose(actor)
    assert active_method() == LASERTRIM_1


def test_a_second_person_puts_it_in_force(actor: Actor, second: Actor) -> None:
    activation_approve(activation_id=propose(actor).pk, actor=second)
    assert active_method() == DESKTOP_5
    event = AuditEvent.objects.get(action="method.activated")
    assert (event.actor_name, event.before["method"], event.after["method"]) == (
        "bob",
        "lasertrim-1",
        "desktop-v5",
    )


def test_the_proposer_cannot_approve(actor: Actor) -> None:
    with pytest.raises(ActivationRefused, match="second person"):
        activation_approve(activation_id=propose(actor).pk, actor=actor)
    with pytest.raises(ActivationRefused, match="second person"):
        activation_approve(activation_id=MethodActivation.objects.get().pk, actor=SITE)


def test_the_database_refuses_one_person_too(actor: Actor) -> None:
    activation = propose(actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        MethodActivation.objects.filter(pk=activation.pk).update(
            approved_by=actor.user, approved_at=activation.proposed_at
        )


def test_nobody_proposes_what_is_in_force_or_proposed_already(actor: Actor) -> None:
    with pytest.raises(ActivationRefused, match="already"):
        activation_propose(actor=actor, method=LASERTRIM_1, reason="again")
    propose(actor)
    with pytest.raises(ActivationRefused, match="already"):
        propose(actor)
    with pytest.raises(ActivationRefused, match="Sign in"):
        activation_propose(actor=SITE, method=DESKTOP_5, reason="no person")


def test_a_declined_proposal_is_closed(actor: Actor, second: Actor) -> None:
    activation = propose(actor)
    activation_decline(activation_id=activation.pk, actor=second)
    with pytest.raises(ActivationRefused, match="answered"):
        activation_approve(activation_id=activation.pk, actor=second)
    assert active_method() == LASERTRIM_1
    propose(actor)


def test_new_files_are_judged_by_the_method_in_force(
    actor: Actor, second: Actor, request: pytest.FixtureRequest
) -> None:
    activation_approve(activation_id=propose(actor).pk, actor=second)
    runs: list[Run] = request.getfixturevalue("runs")
    names = {
        track.evaluation.method.name
        for run in runs
        for track in run.tracks.select_related("evaluation__method")
        if track.evaluation
    }
    assert names == {"desktop-v5"}


def test_a_method_that_left_the_release_is_not_judged_by(actor: Actor, second: Actor) -> None:
    activation_approve(activation_id=propose(actor).pk, actor=second)
    method = MethodActivation.objects.get().method
    type(method).objects.filter(pk=method.pk).update(digest="another")
    with pytest.raises(ChangedMethod, match="not in this release"):
        active_method()


def test_a_release_with_a_changed_method_does_not_begin_to_work(actor: Actor) -> None:
    methods_register()
    methods_register()
    MethodVersion.objects.filter(name="desktop-v2").update(digest="another")
    with pytest.raises(ChangedMethod, match="desktop-v2"):
        methods_register()
