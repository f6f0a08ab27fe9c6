"""Who may come in, and what stops who may not."""

from __future__ import annotations

import dataclasses

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import Settings

from accounts.audit.models import AuditEvent
from accounts.models import User

pytestmark = pytest.mark.django_db
RIGHT = "correct horse battery"


def sign_in(client: Client, name: str, password: str, **extra: str) -> int:
    response = client.post(
        "/accounts/login/",
        {"login": name, "password": password},
        **extra,  # type: ignore[arg-type]
    )
    return int(response.status_code)


def is_signed_in(client: Client) -> bool:
    return client.get("/batches/").status_code == 200


def test_a_person_signs_in_by_name_in_any_case(engineer: User, client: Client) -> None:
    assert sign_in(client, " ANN ", RIGHT) == 302
    assert client.session["_auth_user_id"] == str(engineer.pk)


def test_a_wrong_password_is_refused(engineer: User, client: Client) -> None:
    assert sign_in(client, "ann", "wrong") == 200
    assert "_auth_user_id" not in client.session


def test_sign_up_is_closed(client: Client) -> None:
    form = {"username": "eve", "password1": "a long password 1", "password2": "a long password 1"}
    assert b"closed" in client.get("/accounts/signup/").content.lower()
    client.post("/accounts/signup/", form)
    assert not User.objects.exists()


def test_five_failures_lock_the_name_from_that_address(engineer: User, client: Client) -> None:
    for name in ("ann", "Ann", "ANN", " ann", "aNN "):
        sign_in(client, name, "wrong")
    response = client.post("/accounts/login/", {"login": "ann", "password": RIGHT})
    assert response.status_code == 429
    assert b"15 minutes" in response.content
    assert "_auth_user_id" not in client.session
    assert AccessAttempt.objects.count() == 1, "every spelling shares one counter"
    assert AuditEvent.objects.filter(action="session.locked").exists()


def test_a_locked_name_is_free_from_another_address(engineer: User, client: Client) -> None:
    for _ in range(6):
        sign_in(client, "ann", "wrong", REMOTE_ADDR="192.0.2.66")
    assert sign_in(Client(), "ann", RIGHT, REMOTE_ADDR="192.0.2.7") == 302


def test_the_admin_has_no_sign_in_page_of_its_own(client: Client) -> None:
    response = client.get("/admin/login/?next=/admin/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_a_forged_forwarding_header_changes_nothing(engineer: User, client: Client) -> None:
    for number in range(6):
        sign_in(
            client,
            "ann",
            "wrong",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
            HTTP_X_REAL_IP=f"198.51.100.{number}",
        )
    assert sign_in(client, "ann", RIGHT) == 429


def test_behind_a_proxy_the_address_is_the_one_the_proxy_sets(
    engineer: User, client: Client, settings: Settings
) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, behind_proxy=True)
    sign_in(client, "ann", RIGHT, REMOTE_ADDR="", HTTP_X_REAL_IP="192.0.2.99")
    assert AuditEvent.objects.get(action="session.begin").address == "192.0.2.99"


def test_a_bare_socket_still_lets_people_in(engineer: User, client: Client) -> None:
    assert sign_in(client, "ann", RIGHT, REMOTE_ADDR="") == 302


def test_next_never_leads_to_another_site(engineer: User, client: Client) -> None:
    for hostile in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        client.logout()
        response = client.post(
            "/accounts/login/", {"login": "ann", "password": RIGHT, "next": hostile}
        )
        assert response["Location"] == "/"


def test_one_name_in_any_case_is_one_person(engineer: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        get_user_model().objects.create_user("ANN")


def test_an_address_without_email_is_fine(engineer: User) -> None:
    assert engineer.email == ""


def test_a_password_needs_twelve_characters(engineer: User, page: Client) -> None:
    form = {"oldpassword": RIGHT, "password1": "short 1!", "password2": "short 1!"}
    response = page.post("/accounts/password/change/", form)
    assert response.status_code == 200
    assert b"12 characters" in response.content


def test_reading_keeps_a_session_alive_and_polling_does_not(page: Client) -> None:
    page.get("/batches/")
    seen = page.session["seen"]
    session = page.session
    session["seen"] = seen - 600
    session.save()
    page.get("/batches/", headers={"HX-Request": "true", "HX-Trigger": "batch-live"})
    assert page.session["seen"] == seen - 600
    page.get("/batches/")
    assert page.session["seen"] >= seen
