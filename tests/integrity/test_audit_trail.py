"""The audit trail is written with the change and refuses to be changed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.audit.models import AuditEvent
from accounts.audit.record import SITE, Actor, record
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_event_says_who_did_what_from_where(engineer: User) -> None:
    actor = Actor(user=engineer, name="ann", address="192.0.2.7")
    record(action="thing.done", actor=actor, subject="thing:1", before={"a": 1}, after={"a": 2})
    event = AuditEvent.objects.get()
    assert (event.actor, event.actor_name, event.address) == (engineer, "ann", "192.0.2.7")
    assert (event.action, event.subject, event.before, event.after) == (
        "thing.done",
        "thing:1",
        {"a": 1},
        {"a": 2},
    )
    assert str(event) == "thing.done thing:1"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor_name = 'somebody else'",
        "DELETE FROM audit_auditevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(statement: str) -> None:
    record(action="thing.done", actor=SITE)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.get().actor_name == "site"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE: not on postgres")
def test_sqlite_refuses_to_replace_an_event() -> None:
    event = record(action="thing.done", actor=SITE)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT OR REPLACE INTO audit_auditevent (id, at, action, actor_name, subject, reason) "
            "VALUES (%s, '2020-01-01', 'thing.undone', '', '', '')",
            [event.pk],
        )
    assert AuditEvent.objects.get().action == "thing.done"


def test_signing_in_and_out_is_recorded(engineer: User, client: Client) -> None:
    wrong = {"login": "Ann", "password": "wrong"}
    client.post("/accounts/login/", wrong)
    client.post("/accounts/login/", {"login": "ann", "password": "correct horse battery"})
    client.post("/accounts/logout/")
    actions = list(AuditEvent.objects.order_by("id").values_list("action", "actor_name"))
    assert actions == [
        ("session.refused", "ann"),
        ("session.begin", "ann"),
        ("session.end", "ann"),
    ]
