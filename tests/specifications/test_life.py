"""Drafted by one person, approved by another, never changed after, and all of it on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.audit.models import AuditEvent
from accounts.audit.record import SITE, Actor
from accounts.models import User
from analysis.models import Product, Specification
from analysis.models.specifications import CONTENT, SpecificationValues
from analysis.numerics.specification import LinearityKind, ToleranceKind, rotation_bounds
from analysis.queries import specifications as queries
from analysis.services import specifications as services
from tests.specifications.conftest import DAY, VALUES

pytestmark = pytest.mark.django_db


def approve(draft: Specification, actor: Actor) -> Specification:
    return services.specification_approve(
        specification_id=draft.pk,
        expected_version=draft.version,
        reason="Checked.",
        actor=actor,
    )


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


# --- the database ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"angle": -1.0}, "angle_has_a_unit|tolerance_fits"),
        ({"angle": None}, "angle_has_a_unit|tolerance_fits"),
        ({"angle_unit": "mm"}, "angle_has_a_unit"),
        ({"angle": float("nan")}, "angle_has_a_unit|NOT NULL|tolerance_fits"),
        ({"tolerance": None}, "tolerance_fits"),
        ({"tolerance": 400.0}, "tolerance_fits"),
        ({"tolerance": -1.0}, "tolerance_fits"),
        ({"tolerance_kind": "minimum"}, "tolerance_fits"),
        ({"tolerance_kind": "minimum", "tolerance": None, "angle_bound": 5.0}, "tolerance_fits"),
        ({"tolerance_kind": "maximum", "tolerance": None, "angle_bound": 500.0}, "tolerance_fits"),
        ({"tolerance_kind": "odd"}, "tolerance_fits"),
        ({"resistance_minimum": 0.0}, "resistance_is_a_range"),
        ({"resistance_minimum": 6000.0}, "resistance_is_a_range"),
        ({"sigma_threshold": 0.0}, "numbers_are_positive"),
        ({"linearity_percent": 101.0}, "numbers_are_positive"),
        ({"excluded_reason": ""}, "why_points_are_excluded"),
        ({"revision": 0}, "count_from_one|revision"),
        ({"state": "approved"}, "state_is_signed"),
        ({"state": "withdrawn"}, "state_is_signed"),
    ],
)
def test_the_database_refuses_rows_that_contradict_themselves(
    product: Product, engineer: User, columns: dict[str, Any], constraint: str
) -> None:
    row = {
        "product": product,
        "revision": 1,
        "author": engineer,
        "created_at": "2026-01-01T00:00Z",
        "changed_by": engineer,
        "changed_at": "2026-01-01T00:00Z",
        **VALUES.as_dict(),
    }
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Specification.objects.create(**row | columns)


def test_a_revision_number_is_given_once_and_one_draft_is_open(draft: Specification) -> None:
    for number in (1, 2):
        twin = Specification.objects.get(pk=draft.pk)
        twin.pk, twin.revision = None, number
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)
    twin.revision, twin.track = 1, "TRK1"
    twin.save(force_insert=True)


def test_the_database_itself_asks_for_a_second_person(
    draft: Specification, engineer: User, colleague: User
) -> None:
    signed = {"state": "approved", "approved_at": draft.created_at, "reason": "Fine."}
    row = Specification.objects.filter(pk=draft.pk)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        row.update(approved_by=engineer, **signed)
    row.update(changed_by=colleague)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        row.update(approved_by=colleague, **signed)


@pytest.mark.parametrize(
    "column",
    [*CONTENT, "version", "reason", "revision", "track", "approved_at", "author_id", "product_id"],
)
def test_no_column_of_an_approved_revision_can_be_changed(
    approved: Specification, colleague: User, column: str
) -> None:
    other: Any = {
        "effective_from": "2030-01-01",
        "approved_at": "2030-01-01 00:00:00",
        "author_id": colleague.pk,
        "product_id": Product.objects.create(number="other").pk,
    }.get(column, 7)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f'UPDATE analysis_specification SET "{column}" = %s WHERE id = %s',  # noqa: S608
            [str(other) if column not in ("author_id", "product_id") else other, approved.pk],
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM analysis_specification",
        "UPDATE analysis_specification SET state = 'draft', approved_by_id = NULL, "
        "approved_at = NULL",
    ],
)
def test_an_approved_revision_cannot_be_deleted_or_reopened(
    approved: Specification, statement: str
) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Specification.objects.get().is_approved


def test_approval_cannot_change_the_content_on_the_way(
    draft: Specification, colleague: User
) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Specification.objects.filter(pk=draft.pk).update(
            state="approved",
            approved_by=colleague,
            approved_at=draft.created_at,
            reason="Fine.",
            tolerance=2.0,
        )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="INSERT OR REPLACE: not on postgres")
@pytest.mark.parametrize("same_key", [True, False])
def test_sqlite_refuses_to_replace_an_approved_revision(
    approved: Specification, same_key: bool
) -> None:
    columns = [f.column for f in Specification._meta.concrete_fields]
    picked = ", ".join(f'"{c}"' if c != "id" or same_key else "id + 1" for c in columns)
    names = ", ".join(f'"{c}"' for c in columns)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT OR REPLACE INTO analysis_specification ({names}) "  # noqa: S608
            f"SELECT {picked} FROM analysis_specification"
        )


# --- drafting -------------------------------------------------------------------------------------
def test_a_draft_of_nothing_begins_empty_and_is_on_record(
    product: Product, actor: Actor, engineer: User
) -> None:
    draft = services.draft_create(product=product, track=" trk1 ", actor=actor)
    assert (draft.track, draft.revision, draft.version) == ("TRK1", 1, 1)
    assert (draft.author, draft.changed_by, draft.is_draft) == (engineer, engineer, True)
    event = AuditEvent.objects.get(action="specification.drafted")
    assert event.subject == f"specification:{draft.pk}"
    assert event.after["revision"] == "TRK1 r1"


def test_a_draft_after_an_approval_copies_it(
    approved: Specification, product: Product, actor: Actor
) -> None:
    draft = services.draft_create(product=product, track="", actor=actor)
    assert draft.revision == 2
    assert replace(draft.values, effective_from=DAY) == approved.values
    of_track = services.draft_create(product=product, track="TRK2", actor=actor)
    assert of_track.angle == approved.angle


def test_a_second_draft_is_answered_with_the_first(draft: Specification, second: Actor) -> None:
    with pytest.raises(services.DraftExists) as there:
        services.draft_create(product=draft.product, track="", actor=second)
    assert there.value.draft == draft
    assert Specification.objects.count() == 1


def test_saving_names_what_changed(draft: Specification, second: Actor, colleague: User) -> None:
    saved = services.draft_edit(
        specification_id=draft.pk,
        expected_version=1,
        values=replace(VALUES, tolerance=2.0, excluded_points="50, 49,48, 0-2"),
        actor=second,
    )
    assert (saved.version, saved.changed_by, saved.author.username) == (2, colleague, "ann")
    assert saved.excluded_points == "0-2, 48-50"
    event = AuditEvent.objects.get(action="specification.changed")
    assert event.before == {"tolerance": 1.0}
    assert event.after["tolerance"] == 2.0


def test_a_save_upon_somebody_elses_save_brings_both_versions(
    draft: Specification, actor: Actor, second: Actor
) -> None:
    services.draft_edit(
        specification_id=draft.pk,
        expected_version=1,
        values=replace(VALUES, notes="Theirs."),
        actor=second,
    )
    mine = replace(VALUES, notes="Mine.")
    with pytest.raises(services.ConflictError, match="Bob Bee changed this at") as conflict:
        services.draft_edit(specification_id=draft.pk, expected_version=1, values=mine, actor=actor)
    assert conflict.value.yours == mine
    assert conflict.value.theirs.notes == "Theirs."
    assert Specification.objects.get().notes == "Theirs."
    assert actions().count("specification.changed") == 1
    with pytest.raises(services.ConflictError):
        services.draft_discard(specification_id=draft.pk, expected_version=1, actor=actor)
    with pytest.raises(services.ConflictError):
        services.specification_approve(
            specification_id=draft.pk,
            expected_version=1,
            reason="Fine.",
            actor=Actor(user=User.objects.create_user("cyd"), name="cyd"),
        )


def test_a_discarded_draft_stays_on_record(draft: Specification, actor: Actor) -> None:
    services.draft_discard(specification_id=draft.pk, expected_version=1, actor=actor)
    assert not Specification.objects.exists()
    event = AuditEvent.objects.get(action="specification.discarded")
    assert event.before["angle_text"] == "351 deg ±1"
    assert event.before["effective_from"] == "2026-01-01"
    with pytest.raises(services.WrongState, match="discarded"):
        services.draft_discard(specification_id=draft.pk, expected_version=1, actor=actor)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_from": None}, "effective_from"),
        ({"angle": 0.0, "tolerance": None, "tolerance_kind": "none"}, "angle"),
        ({"angle": float("inf")}, "angle"),
        ({"angle": float("nan")}, "angle"),
        ({"angle": None}, "angle"),
        ({"angle": None, "tolerance": None, "tolerance_kind": "none"}, "angle_unit"),
        ({"angle_unit": ""}, "angle_unit"),
        ({"tolerance": None}, "tolerance"),
        ({"tolerance": 351.0}, "tolerance"),
        ({"tolerance_kind": "minimum"}, "tolerance"),
        ({"tolerance_kind": "none"}, "tolerance"),
        ({"tolerance_kind": "odd"}, "tolerance_kind"),
        ({"tolerance_kind": "minimum", "tolerance": None, "angle_bound": 9.0}, "angle_bound"),
        ({"tolerance_kind": "maximum", "tolerance": None, "angle_bound": 900.0}, "angle_bound"),
        ({"angle_bound": 352.0}, "angle_bound"),
        ({"excluded_points": "9-1"}, "excluded_points"),
        ({"excluded_reason": " "}, "excluded_reason"),
        ({"resistance_maximum": 4000.0}, "resistance_maximum"),
        ({"resistance_minimum": -1.0}, "resistance_minimum"),
        ({"sigma_threshold": 0.0}, "sigma_threshold"),
        ({"linearity_percent": 0.0}, "linearity_percent"),
        ({"linearity_kind": "odd"}, "linearity_kind"),
        ({"element_type": "x" * 81}, "element_type"),
    ],
)
def test_values_that_contradict_each_other_are_named_by_field(
    draft: Specification, actor: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(services.InvalidSpecification) as wrong:
        services.draft_edit(
            specification_id=draft.pk,
            expected_version=1,
            values=replace(VALUES, **changes),
            actor=actor,
        )
    assert field in wrong.value.problems
    assert wrong.value.sentence
    assert Specification.objects.get().version == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"tolerance_kind": "minimum", "tolerance": None, "angle_bound": 355.0},
        {"tolerance_kind": "maximum", "tolerance": None, "angle_bound": 340.0},
        {"tolerance_kind": "bilateral", "tolerance": None},
        {"tolerance_kind": "range"},
        {"tolerance_kind": "none", "tolerance": None},
        {"tolerance_kind": "none", "tolerance": None, "angle": None, "angle_unit": ""},
        {"excluded_points": "", "excluded_reason": ""},
        {"linearity_kind": "", "linearity_word": "VR Max"},
    ],
)
def test_every_sound_kind_is_stored(
    draft: Specification, actor: Actor, changes: dict[str, Any]
) -> None:
    values = replace(VALUES, **changes)
    services.draft_edit(specification_id=draft.pk, expected_version=1, values=values, actor=actor)
    assert Specification.objects.get().values == values


def test_a_track_name_that_is_too_long_is_refused(product: Product, actor: Actor) -> None:
    with pytest.raises(services.InvalidSpecification, match="12 characters"):
        services.draft_create(product=product, track="A" * 13, actor=actor)


def test_a_script_cannot_sign(product: Product, draft: Specification) -> None:
    with pytest.raises(services.NobodySigned):
        services.draft_create(product=product, track="TRK1", actor=SITE)
    with pytest.raises(services.NobodySigned):
        approve(draft, SITE)


# --- approving ------------------------------------------------------------------------------------
def test_a_second_person_approves_and_it_is_on_record(
    approved: Specification, colleague: User
) -> None:
    assert approved.is_approved
    assert (approved.approved_by, approved.author.username) == (colleague, "ann")
    event = AuditEvent.objects.get(action="specification.approved")
    assert (event.actor, event.address) == (colleague, "192.0.2.8")
    assert event.reason == "Checked against drawing 8340 rev C."
    assert event.after["angle_text"] == "351 deg ±1"
    assert actions() == ["specification.drafted", "specification.approved"]


def test_the_author_cannot_approve(draft: Specification, actor: Actor) -> None:
    with pytest.raises(services.SecondPersonNeeded, match="second person"):
        approve(draft, actor)
    assert Specification.objects.get().is_draft
    assert actions() == ["specification.drafted"]


def test_who_changed_it_last_cannot_approve_until_the_author_stands_by_it(
    draft: Specification, actor: Actor, second: Actor
) -> None:
    changed = services.draft_edit(
        specification_id=draft.pk,
        expected_version=1,
        values=replace(VALUES, notes="A word."),
        actor=second,
    )
    with pytest.raises(services.SecondPersonNeeded, match="changed this draft last"):
        approve(changed, second)
    stood_by = services.draft_edit(
        specification_id=draft.pk, expected_version=2, values=changed.values, actor=actor
    )
    assert approve(stood_by, second).is_approved


def test_an_approval_says_why(draft: Specification, second: Actor) -> None:
    with pytest.raises(services.InvalidSpecification, match="Say why"):
        services.specification_approve(
            specification_id=draft.pk, expected_version=1, reason="  ", actor=second
        )


def test_an_approved_revision_is_not_edited_discarded_or_approved_again(
    approved: Specification, actor: Actor, second: Actor
) -> None:
    with pytest.raises(services.WrongState, match="approved"):
        services.draft_edit(
            specification_id=approved.pk, expected_version=1, values=VALUES, actor=actor
        )
    with pytest.raises(services.WrongState):
        services.draft_discard(specification_id=approved.pk, expected_version=1, actor=actor)
    with pytest.raises(services.SecondPersonNeeded, match="approved already"):
        approve(approved, second)


# --- withdrawing ----------------------------------------------------------------------------------
def test_one_asks_for_a_withdrawal_and_another_confirms(
    approved: Specification, actor: Actor, second: Actor, product: Product
) -> None:
    asked = services.withdrawal_ask(
        specification_id=approved.pk, reason="Wrong drawing.", actor=actor
    )
    assert asked.is_approved
    with pytest.raises(services.SecondPersonNeeded):
        services.withdrawal_confirm(specification_id=approved.pk, actor=actor)
    with pytest.raises(services.WrongState, match="asked for already"):
        services.withdrawal_ask(specification_id=approved.pk, reason="Again.", actor=second)
    gone = services.withdrawal_confirm(specification_id=approved.pk, actor=second)
    assert gone.state == "withdrawn"
    assert queries.specification_in_force(product=product, track="", on_day=DAY) is None
    assert actions()[-2:] == ["specification.withdrawal_asked", "specification.withdrawn"]
    with pytest.raises(services.WrongState, match="withdrawn"):
        services.withdrawal_ask(specification_id=approved.pk, reason="Again.", actor=second)


def test_a_withdrawal_can_be_dropped(approved: Specification, actor: Actor, second: Actor) -> None:
    services.withdrawal_ask(specification_id=approved.pk, reason="Hm.", actor=actor)
    kept = services.withdrawal_drop(specification_id=approved.pk, actor=second)
    assert (kept.is_approved, kept.withdrawal_asked_by) == (True, None)
    with pytest.raises(services.WrongState):
        services.withdrawal_drop(specification_id=approved.pk, actor=second)
    with pytest.raises(services.WrongState):
        services.withdrawal_confirm(specification_id=approved.pk, actor=second)
    with pytest.raises(services.InvalidSpecification):
        services.withdrawal_ask(specification_id=approved.pk, reason="", actor=second)


def test_a_withdrawn_revision_stays_as_it_is(
    approved: Specification, actor: Actor, second: Actor
) -> None:
    services.withdrawal_ask(specification_id=approved.pk, reason="Wrong.", actor=actor)
    services.withdrawal_confirm(specification_id=approved.pk, actor=second)
    for changes in ({"state": "approved"}, {"withdrawal_reason": "Another."}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Specification.objects.filter(pk=approved.pk).update(**changes)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Specification.objects.filter(pk=approved.pk).delete()


def test_the_database_refuses_a_withdrawal_by_the_one_who_asked(
    approved: Specification, actor: Actor, engineer: User
) -> None:
    services.withdrawal_ask(specification_id=approved.pk, reason="Wrong.", actor=actor)
    with pytest.raises(IntegrityError, match="withdrawn_by_a_second"), transaction.atomic():
        Specification.objects.filter(pk=approved.pk).update(
            state="withdrawn", withdrawn_by=engineer, withdrawn_at=approved.created_at
        )


# --- in force -------------------------------------------------------------------------------------
def approved_one(
    product: Product, actor: Actor, second: Actor, *, track: str = "", **changes: Any
) -> Specification:
    values: SpecificationValues = replace(VALUES, **changes)
    draft = services.draft_create(product=product, track=track, values=values, actor=actor)
    return approve(draft, second)


def test_the_newest_revision_whose_day_has_come_is_in_force(
    product: Product, actor: Actor, second: Actor
) -> None:
    first = approved_one(product, actor, second)
    later = approved_one(product, actor, second, effective_from=DAY + timedelta(days=10))
    services.draft_create(product=product, track="", actor=actor)

    def on(day: date) -> Specification | None:
        return queries.specification_in_force(product=product, track="TRK1", on_day=day)

    assert on(DAY - timedelta(days=1)) is None
    assert on(DAY) == on(DAY + timedelta(days=9)) == first
    assert on(DAY + timedelta(days=10)) == later
    services.draft_discard(
        specification_id=Specification.objects.get(state="draft").pk,
        expected_version=1,
        actor=actor,
    )
    corrected = approved_one(product, actor, second, effective_from=DAY + timedelta(days=2))
    assert on(DAY + timedelta(days=1)) == first
    assert on(DAY + timedelta(days=20)) == corrected


def test_a_specification_of_the_track_comes_before_the_general_one(
    product: Product, actor: Actor, second: Actor
) -> None:
    own = approved_one(product, actor, second, track="TRK2")
    general = approved_one(product, actor, second)
    approved_one(Product.objects.create(number="other"), actor, second)
    for track, wanted in (("TRK2", own), ("TRK1", general), ("", general)):
        found = queries.specification_in_force(product=product, track=track, on_day=DAY)
        assert found == wanted
        book = queries.approved_by_product([product.pk])[product.pk]
        assert queries.choose_in_force(book, track=track, on_day=DAY) == wanted
    assert len(queries.approved_by_product()) == 2


def test_the_judge_gets_the_numbers_and_the_name_of_the_revision(
    approved: Specification,
) -> None:
    found = queries.as_numeric(approved)
    assert found is not None
    assert (found.kind, found.tolerance_kind) == (
        LinearityKind.INDEPENDENT,
        ToleranceKind.SYMMETRIC,
    )
    assert found.excluded_points == (0, 1, 2, 48, 49, 50)
    assert found.revision == "r1"
    assert rotation_bounds(found).allow_rotation
    assert queries.as_numeric(None) is None
    approved.track, approved.linearity_kind = "TA", ""
    named = queries.as_numeric(approved)
    assert named is not None
    assert (named.revision, named.kind) == ("TA r1", None)


def test_excluded_points_tell_who_brought_them(
    product: Product, actor: Actor, second: Actor
) -> None:
    approved_one(product, actor, second, excluded_points="", excluded_reason="")
    brought = approved_one(product, actor, second)
    newest = approved_one(product, actor, second, notes="More.")
    rows = queries.specifications_of(product)
    found = queries.exclusion_of(newest, rows)
    assert found is not None
    assert found.since == brought
    assert queries.exclusion_of(rows[-1], rows) is None
    steps = queries.history_of(rows)
    assert [[d.name for d in step.differences] for step in steps] == [
        ["notes"],
        ["excluded_points", "excluded_reason"],
        [],
    ]
