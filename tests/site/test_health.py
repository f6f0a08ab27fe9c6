"""Probes and figures."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from lasertrim import health


def test_the_site_lives_without_asking_the_database(client: Client) -> None:
    response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


@pytest.mark.django_db
def test_the_site_is_ready_when_database_and_storage_are(client: Client) -> None:
    assert client.get("/health/ready").json() == {"status": "ready", "faults": []}


@pytest.mark.django_db
def test_a_read_only_store_is_named(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORIGINALS_ROOT = tmp_path
    monkeypatch.setattr(health.os, "access", lambda *_: False)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["faults"] == ["storage: the folder of the originals is read-only"]


@pytest.mark.django_db
def test_a_store_that_cannot_be_made_is_named(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.ORIGINALS_ROOT = tmp_path / "file" / "originals"
    assert "cannot be used" in client.get("/health/ready").json()["faults"][0]


@pytest.mark.django_db
def test_a_nearly_full_disk_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_FLOOR_PERCENT", 101)
    assert "of the disk is free" in client.get("/health/ready").json()["faults"][0]


@pytest.mark.django_db
def test_missing_migrations_are_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one"])
    assert client.get("/health/ready").json()["faults"] == ["database: migrations are missing"]


@pytest.mark.django_db
def test_figures_are_for_a_token_or_an_administrator(
    client: Client, page: Client, admin_user: User, settings: Settings
) -> None:
    assert client.get("/metrics").status_code == 401
    assert page.get("/metrics").status_code == 401
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, metrics_token="a token")
    good = client.get("/metrics", headers={"Authorization": "Bearer a token"})
    assert good.status_code == 200
    assert b"django_http_requests" in good.content
    bad = client.get("/metrics", headers={"Authorization": "Bearer another"})
    assert bad.status_code == 401
    page.force_login(admin_user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert page.get("/metrics").status_code == 200


@pytest.mark.django_db
def test_probes_cost_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):
        client.get("/health/ready")
