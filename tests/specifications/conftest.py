"""Two people, a model, and values that are complete."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from accounts.audit.record import Actor
from accounts.models import User
from analysis.models import Product, Specification
from analysis.models.specifications import SpecificationValues
from analysis.services import specifications as services

DAY = date(2026, 1, 1)
VALUES = SpecificationValues(
    element_type="Conductive plastic",
    linearity_kind="independent",
    linearity_text="±0.5 %",
    linearity_percent=0.5,
    angle=351.0,
    angle_unit="deg",
    angle_text="351 deg ±1",
    tolerance_kind="symmetric",
    tolerance=1.0,
    excluded_points="0-2, 48-50",
    excluded_reason="The wiper lifts at both ends.",
    resistance_minimum=4500.0,
    resistance_maximum=5500.0,
    effective_from=DAY,
)


@pytest.fixture
def colleague(db: None) -> User:
    return User.objects.create_user(
        "bob", password="another horse battery", first_name="Bob", last_name="Bee"
    )


@pytest.fixture
def second(colleague: User) -> Actor:
    return Actor(user=colleague, name="bob", address="192.0.2.8")


@pytest.fixture
def second_page(colleague: User) -> Client:
    """A browser in which the colleague is signed in."""
    client = Client()
    client.force_login(colleague, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def product(db: None) -> Product:
    return Product.objects.create(number="8340-1")


@pytest.fixture
def draft(product: Product, actor: Actor) -> Specification:
    return services.draft_create(product=product, track="", values=VALUES, actor=actor)


@pytest.fixture
def approved(draft: Specification, second: Actor) -> Specification:
    return services.specification_approve(
        specification_id=draft.pk,
        expected_version=draft.version,
        reason="Checked against drawing 8340 rev C.",
        actor=second,
    )
