"""What people tell the site about a model besides its specification."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from accounts.audit.record import Actor, record
from analysis.models import Product, ProductAlias


class AliasTaken(Exception):
    """A spelling that already means another model."""

    def __init__(self, alias: str, owner: str) -> None:
        self.sentence = f"“{alias}” is model {owner} already."
        super().__init__(self.sentence)


def product_describe(
    *, product: Product, aliases: Iterable[str], requalified_on: date | None, actor: Actor
) -> None:
    """Set the other spellings and the day of requalification. Raises AliasTaken."""
    wanted = sorted({alias.strip() for alias in aliases} - {""})
    with transaction.atomic():
        row = Product.objects.select_for_update().get(pk=product.pk)
        had = sorted(row.aliases.values_list("alias", flat=True))
        for alias in set(wanted) - set(had):
            _refuse_taken(alias)
        row.aliases.exclude(alias__in=wanted).delete()
        _add(row, set(wanted) - set(had))
        before = {"aliases": had, "requalified_on": _day(row.requalified_on)}
        after = {"aliases": wanted, "requalified_on": _day(requalified_on)}
        Product.objects.filter(pk=row.pk).update(requalified_on=requalified_on)
        if before != after:
            record(
                action="product.described",
                actor=actor,
                subject=f"product:{row.pk}",
                before=before,
                after=after,
            )


def taken_by(alias: str) -> str:
    """Return the model number that a spelling belongs to; empty where it is free."""
    owner = ProductAlias.objects.filter(alias=alias).values_list("product__number", flat=True)
    numbers = Product.objects.filter(number=alias).values_list("number", flat=True)
    return owner.first() or numbers.first() or ""


def _refuse_taken(alias: str) -> None:
    owner = taken_by(alias)
    if owner:
        raise AliasTaken(alias, owner)


def _add(product: Product, aliases: Iterable[str]) -> None:
    for alias in sorted(aliases):
        try:
            with transaction.atomic():
                ProductAlias.objects.create(product=product, alias=alias)
        except IntegrityError:  # somebody was quicker
            raise AliasTaken(alias, taken_by(alias)) from None


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
