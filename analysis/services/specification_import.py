"""A workbook of specifications comes in: looked at first, written only once it is confirmed.

The bytes are kept under their digest. A confirmation names the digest and the plan it was shown;
both are computed anew from the kept bytes and the rows of the day, and whatever differs is shown
again instead of written. An import makes drafts and aliases, never an approved revision.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.audit.record import Actor, record
from analysis.models import Product, ProductAlias, Specification, SpecificationImport
from analysis.models.specifications import SpecificationValues
from analysis.models.words import SpecificationState
from analysis.queries.specifications import Difference, differences
from analysis.services import specifications as drafts
from analysis.services.intake import display_name
from analysis.services.specification_columns import COLUMN_OF, Entry, cells_of, entry_of
from analysis.services.specification_rules import specification_problems
from analysis.services.specification_workbook import (
    MAX_BYTES,
    Row,
    Table,
    UnreadableTable,
    read_table,
    write_table,
)
from analysis.storage import Incoming, open_original

NEW, CHANGED, UNCHANGED, ERROR = "new draft", "changed", "unchanged", "error"


class PlanChanged(Exception):
    """What would be written is not what was shown; ``plan`` is what it is now."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__("The specifications changed since the preview was made.")
        self.plan = plan


class AlreadyConfirmed(Exception):
    """An import is written once."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, and in which cell."""

    cell: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What would become of one row."""

    number: int
    model: str
    track: str
    action: str
    problems: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()
    values: SpecificationValues | None = None
    product_id: int | None = None  # None: the model is new
    draft_id: int | None = None  # the draft that would be edited
    draft_version: int = 0
    base: str = ""  # the revision it differs from
    new_aliases: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Tell whether a confirmation would write anything for this row."""
        return self.action in (NEW, CHANGED) or bool(self.new_aliases and self.action != ERROR)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do."""

    sheet: str
    rows: tuple[RowPlan, ...]
    unread: tuple[str, ...]
    fingerprint: str

    @property
    def counts(self) -> dict[str, int]:
        """Count the rows by what would become of them."""
        found = Counter(row.action for row in self.rows)
        return {action: found[action] for action in (NEW, CHANGED, UNCHANGED, ERROR)}

    @property
    def writes(self) -> int:
        """Count the rows a confirmation would write."""
        return sum(row.writes for row in self.rows)


def specification_export(*, rows: Sequence[tuple[Product, Specification | None]]) -> bytes:
    """Return a workbook with one row per product and specification, fit to be imported again."""
    return write_table(
        {
            "model": product.number,
            "aliases": " | ".join(sorted(alias.alias for alias in product.aliases.all())),
        }
        | (_cells(specification) if specification else {})
        for product, specification in rows
    )


def import_receive(*, name: str, incoming: Incoming, actor: Actor) -> SpecificationImport:
    """Keep an offered workbook for a preview. Raises UnreadableTable, NobodySigned."""
    if actor.user is None:
        incoming.discard()
        raise drafts.NobodySigned("Only a person who is signed in can do this.")
    if not incoming.size or incoming.size > MAX_BYTES:
        incoming.discard()
        raise UnreadableTable(
            f"A table of specifications has between 1 byte and {MAX_BYTES >> 20} MB."
        )
    kept = incoming.keep()
    read_table(_bytes_of(kept.sha256))
    with transaction.atomic():
        imported = SpecificationImport.objects.create(
            sha256=kept.sha256,
            size=kept.size,
            name=display_name(name),
            made_by=actor.user,
            made_at=timezone.now(),
        )
        record(
            action="specification_import.previewed",
            actor=actor,
            subject=f"specification_import:{imported.pk}",
            after={"name": imported.name, "sha256": kept.sha256},
        )
    return imported


def import_plan(imported: SpecificationImport) -> ImportPlan:
    """Say what an import would do now. Writes nothing. Raises UnreadableTable."""
    return _plan(read_table(_bytes_of(imported.sha256)))


def import_confirm(
    *, import_id: int, sha256: str, fingerprint: str, actor: Actor
) -> SpecificationImport:
    """Write what was previewed: all sound rows, or nothing.

    Raises PlanChanged, AlreadyConfirmed, UnreadableTable, and what drafting raises.
    """
    imported = SpecificationImport.objects.get(pk=import_id)
    if sha256 != imported.sha256:
        raise PlanChanged(import_plan(imported))
    table = read_table(_bytes_of(imported.sha256))
    with transaction.atomic():
        taken = SpecificationImport.objects.filter(pk=import_id, confirmed_at=None).update(
            confirmed_at=timezone.now(), drafts=0
        )
        if not taken:
            raise AlreadyConfirmed
        plan = _plan(table)
        if plan.fingerprint != fingerprint:
            raise PlanChanged(plan)
        try:
            written = sum(_write(row, actor) for row in plan.rows if row.writes)
        except (drafts.ConflictError, drafts.DraftExists, drafts.WrongState):
            raise PlanChanged(plan) from None
        SpecificationImport.objects.filter(pk=import_id).update(drafts=written)
        record(
            action="specification_import.confirmed",
            actor=actor,
            subject=f"specification_import:{import_id}",
            after={"sha256": imported.sha256, "drafts": written, **plan.counts},
        )
    imported.refresh_from_db()
    return imported


def _bytes_of(sha256: str) -> bytes:
    """Return the kept bytes, checked against their digest. Raises UnreadableTable."""
    try:
        with open_original(sha256) as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableTable("The workbook is gone from the store; hand it over again.") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableTable("The kept workbook was damaged; hand it over again.")
    return data


def _cells(specification: Specification) -> dict[str, str | float | date | None]:
    def name(person: object) -> str:
        return "" if person is None else str(person)

    approved_on = specification.approved_at
    return {
        **cells_of(specification.values),
        "track": specification.track,
        "revision": specification.revision_name,
        "state": specification.state,
        "author": name(specification.author),
        "approved_by": name(specification.approved_by),
        "approved_on": timezone.localdate(approved_on) if approved_on else None,
    }


@dataclass(frozen=True, slots=True)
class _Site:
    """What the site holds of the models in a table, in three queries."""

    products: dict[str, int]  # number -> key
    numbers: set[str]  # of the site and of the table
    aliases: dict[str, str]  # alias -> number
    revisions: dict[tuple[int, str], list[Specification]]  # newest first, withdrawn left out


def _site(entries: Sequence[Entry]) -> _Site:
    products = dict(Product.objects.values_list("number", "pk"))
    aliases = dict(ProductAlias.objects.values_list("alias", "product__number"))
    wanted = {products[entry.model] for entry in entries if entry.model in products}
    revisions: dict[tuple[int, str], list[Specification]] = {}
    rows = Specification.objects.exclude(state=SpecificationState.WITHDRAWN)
    for row in rows.order_by("-revision").iterator():
        if row.product_id in wanted:
            revisions.setdefault((row.product_id, row.track), []).append(row)
    numbers = set(products) | {entry.model for entry in entries}
    return _Site(products, numbers, aliases, revisions)


def _plan(table: Table) -> ImportPlan:
    entries = [entry_of(row.cells) for row in table.rows]
    site = _site(entries)
    seen: dict[tuple[str, str], int] = {}
    names: dict[str, str] = {}
    plans = []
    for row, entry in zip(table.rows, entries, strict=True):
        problems = dict(entry.problems)
        problems |= dict.fromkeys(row.formulas, "A formula or an error; paste its value instead.")
        first = seen.setdefault((entry.model, entry.track), row.number)
        if first != row.number and entry.model:
            problems["model"] = f"The same model and track stand in row {first}."
        problems |= _alias_problems(entry, site, names)
        plans.append(_row_plan(table, row, entry, site, problems))
    return ImportPlan(table.sheet, tuple(plans), table.unread, _fingerprint(plans))


def _row_plan(
    table: Table, row: Row, entry: Entry, site: _Site, problems: dict[str, str]
) -> RowPlan:
    product_id = site.products.get(entry.model)
    revisions = site.revisions.get((product_id or 0, entry.track), [])
    base = revisions[0] if revisions else None
    before = base.values if base else SpecificationValues()
    values = entry.upon(before)
    nothing = base is None and values == replace(
        SpecificationValues(), effective_from=values.effective_from
    )
    if values.effective_from is None:
        values = replace(values, effective_from=before.effective_from or timezone.localdate())
    if not problems and not nothing:
        for name, sentence in specification_problems(values).items():
            problems[COLUMN_OF.get(name, "model")] = sentence
    plan = RowPlan(
        number=row.number,
        model=entry.model,
        track=entry.track,
        action=ERROR,
        problems=tuple(Problem(table.cell(c, row.number), s) for c, s in problems.items()),
        product_id=product_id,
        base=base.revision_name if base else "",
    )
    if problems:
        return plan
    mine = {alias for alias, number in site.aliases.items() if number == entry.model}
    plan = replace(plan, new_aliases=tuple(a for a in entry.aliases if a not in mine))
    if nothing or values == before:
        return replace(plan, action=UNCHANGED)
    is_draft = base is not None and base.is_draft
    return replace(
        plan,
        action=CHANGED if base else NEW,
        values=values,
        differences=tuple(differences(before, values)),
        draft_id=base.pk if base and is_draft else None,
        draft_version=base.version if base and is_draft else 0,
    )


def _alias_problems(entry: Entry, site: _Site, names: dict[str, str]) -> dict[str, str]:
    """Refuse a spelling that means another model, on the site or in the same table."""
    for alias in entry.aliases:
        owner = site.aliases.get(alias) or (alias if alias in site.numbers else "")
        owner = owner or names.setdefault(alias, entry.model)
        if owner != entry.model:
            return {"aliases": f"“{alias}” is model {owner} already."}
    if entry.model in site.aliases:
        owner = site.aliases[entry.model]
        return {"model": f"“{entry.model}” is another spelling of model {owner}; name that one."}
    return {}


def _write(row: RowPlan, actor: Actor) -> int:
    """Write one row; return how many drafts that made or changed."""
    product = Product.objects.get_or_create(number=row.model)[0]
    for alias in row.new_aliases:
        ProductAlias.objects.create(product=product, alias=alias)
    if row.new_aliases:
        record(
            action="product.described",
            actor=actor,
            subject=f"product:{product.pk}",
            after={"new_aliases": list(row.new_aliases)},
        )
    if row.values is None:
        return 0
    if row.draft_id is not None:
        drafts.draft_edit(
            specification_id=row.draft_id,
            expected_version=row.draft_version,
            values=row.values,
            actor=actor,
        )
    else:
        drafts.draft_create(product=product, track=row.track, values=row.values, actor=actor)
    return 1


def _fingerprint(plans: Sequence[RowPlan]) -> str:
    """Digest what would be written, so that a confirmation can be held against it."""
    said = [
        (
            plan.number,
            plan.model,
            plan.track,
            plan.action,
            [(problem.cell, problem.sentence) for problem in plan.problems],
            plan.values.as_dict() if plan.values else None,
            plan.product_id,
            (plan.draft_id, plan.draft_version, plan.base),
            plan.new_aliases,
        )
        for plan in plans
    ]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()
