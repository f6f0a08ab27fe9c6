"""The first administrator of a new site."""

from __future__ import annotations

import dataclasses
import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db


def run() -> str:
    out = io.StringIO()
    call_command("first_admin", stdout=out)
    return out.getvalue()


def test_a_new_site_prints_a_random_password_once() -> None:
    printed = run()
    password = printed.split("shown this once): ")[1].split("\n")[0]
    request = RequestFactory().post("/accounts/login/")
    assert authenticate(request, username="admin", password=password) == User.objects.get()
    assert run() == ""
    assert User.objects.count() == 1


def test_a_given_password_is_used_and_never_printed(settings: Settings) -> None:
    settings.ENVIRONMENT = dataclasses.replace(
        settings.ENVIRONMENT, admin_username="root", admin_password="given by the operator"
    )
    assert "given by the operator" not in run()
    assert User.objects.get().check_password("given by the operator")


def test_a_site_with_people_gets_no_administrator(engineer: User) -> None:
    assert run() == ""
    assert not User.objects.filter(is_superuser=True).exists()
