"""The pages of models and specifications, as two people see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEvent
from accounts.audit.record import Actor
from analysis.models import Product, ProductAlias, Run, Specification
from analysis.queries import disagreements as comparisons
from analysis.queries.products import ProductFilter, product_page
from analysis.services import specifications as services
from tests.integrity.test_ingest import take
from tests.specifications.conftest import DAY, VALUES
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
WorkOff = Callable[[], int]
LONG_AGO = DAY.replace(year=2000)


@pytest.fixture
def runs(actor: Actor, work_off: WorkOff) -> list[Run]:
    for workbook in fleet():
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    return list(Run.objects.select_related("product"))


def sent(page: Client, draft: Specification, **changes: str) -> dict[str, str]:
    """Return what a browser sends that opened the form now and changed these fields."""
    form = page.get(reverse("specification-edit", args=[draft.pk])).context["form"]
    data = {}
    for field in form:
        value = field.value()
        data[field.name] = "" if value is None else str(value)
        data[field.html_initial_name] = data[field.name]
    return data | changes


def save(page: Client, draft: Specification, data: dict[str, str]) -> Any:
    return page.post(reverse("specification-edit", args=[draft.pk]), data)


# --- the list -------------------------------------------------------------------------------------
def test_a_site_without_models_tells_what_to_do(page: Client) -> None:
    text = page.get(reverse("models")).content.decode()
    assert "No model yet" in text
    assert reverse("specification-imports") in text


def test_the_list_counts_runs_units_and_verdicts(page: Client, runs: list[Run]) -> None:
    listed = list(page.get(reverse("models")).context["found"].page)
    assert {row.pk for row in listed} == {run.product_id for run in runs}
    for row in listed:
        mine = [run for run in runs if run.product_id == row.pk]
        assert row.runs == len(mine)
        assert row.units == len({run.unit_id for run in mine if run.unit_id})
        assert row.last_at == max(run.ordered_at for run in mine)
        for verdict, _, count in row.verdicts:
            assert count == sum(run.verdict == verdict for run in mine)
        judged = [run for run in mine if run.verdict in ("PASS", "WARNING", "FAIL")]
        good = [run for run in judged if run.verdict != "FAIL"]
        assert row.yield_percent == pytest.approx(100 * len(good) / len(judged))


@pytest.mark.parametrize("sort", ["model", "runs", "units", "last", "yield"])
def test_every_column_sorts_both_ways(page: Client, runs: list[Run], sort: str) -> None:
    Product.objects.create(number="0 without runs")
    orders = []
    for sign in ("", "-"):
        response = page.get(reverse("models"), {"sort": sign + sort})
        orders.append([row.number for row in response.context["found"].page])
        assert f'aria-sort="{"descending" if sign else "ascending"}"' in response.content.decode()
    assert sorted(orders[0]) == sorted(orders[1])
    if sort in ("last", "yield"):
        assert [order[-1] for order in orders] == ["0 without runs"] * 2


def test_the_list_is_filtered_by_number_spelling_and_state(
    page: Client, approved: Specification, product: Product
) -> None:
    other = Product.objects.create(number="7001")
    ProductAlias.objects.create(product=other, alias="Old Name")

    def listed(**asked: str) -> set[str]:
        found = page.get(reverse("models"), asked).context["found"]
        return {row.number for row in found.page}

    assert listed(q="8340") == {"8340-1"}
    assert listed(q="old n") == {"7001"}
    assert listed(state="approved") == {"8340-1"}
    assert listed(state="none") == {"7001"}
    assert listed(state="draft") == set()
    response = page.get(reverse("models"), {"state": "odd", "sort": "odd"})
    assert set(response.context["form"].errors) == {"state", "sort"}


def test_the_list_costs_a_fixed_number_of_queries(
    page: Client,
    runs: list[Run],
    approved: Specification,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(12):
        page.get(reverse("models"))


def test_long_lists_are_paged(page: Client) -> None:
    Product.objects.bulk_create(Product(number=f"{number:04}") for number in range(120))
    found = product_page(ProductFilter(), 3)
    assert (found.count, len(found.page)) == (120, 20)
    assert b"101\xe2\x80\x93120 of 120" in page.get(reverse("models"), {"page": "3"}).content


# --- one model ------------------------------------------------------------------------------------
def test_the_page_of_a_model_opens_within_its_queries(
    page: Client, runs: list[Run], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for product in Product.objects.all():
        with django_assert_max_num_queries(14):
            response = page.get(product.get_absolute_url())
        assert response.status_code == 200
        assert reverse("draft-start", args=[product.pk]) in response.content.decode()


def test_the_page_of_a_model_shows_what_is_in_force_and_what_came_before(
    page: Client, approved: Specification, actor: Actor, second: Actor, product: Product
) -> None:
    draft = services.draft_create(
        product=product, track="", actor=second, values=replace(VALUES, tolerance=2.0)
    )
    text = page.get(product.get_absolute_url()).content.decode()
    for words in ("351° ±1°", "0-2, 48-50", "The wiper lifts", "Bob Bee", "351° ±2°", "<del>"):
        assert words in text
    assert reverse("specification-edit", args=[draft.pk]) in text


@pytest.mark.parametrize("number", ["A/B 12", "../../etc", "<b>x</b>", "100% é", "?q=1#x", "عربي"])
def test_odd_model_numbers_have_pages_too(page: Client, number: str) -> None:
    product = Product.objects.create(number=number)
    response = page.get(product.get_absolute_url())
    assert response.status_code == 200
    assert "<b>x</b>" not in response.content.decode()
    assert page.get(f"/models/{product.pk}/")["Location"] == product.get_absolute_url()
    assert page.get(f"/models/{product.pk}/wrong-title/")["Location"] == product.get_absolute_url()


def test_other_spellings_are_kept_once_and_recorded(page: Client, product: Product) -> None:
    address = reverse("model-edit", args=[product.pk])
    data = {"aliases": " 8340 1 \n8340.1|8340.1", "requalified_on": "2024-05-01"}
    assert page.post(address, data)["Location"] == product.get_absolute_url()
    assert set(product.aliases.values_list("alias", flat=True)) == {"8340 1", "8340.1"}
    assert page.post(address, data).status_code == 302
    assert AuditEvent.objects.filter(action="product.described").count() == 1
    assert "8340 1\n8340.1" in page.get(address).content.decode()

    other = Product.objects.create(number="7001")
    taken = page.post(reverse("model-edit", args=[other.pk]), {"aliases": "8340 1"})
    assert b"is model 8340-1 already" in taken.content
    own = page.post(reverse("model-edit", args=[other.pk]), {"aliases": "8340-1"})
    assert b"is model 8340-1 already" in own.content
    assert page.post(address, {"aliases": "", "requalified_on": "2999-01-01"}).status_code == 200
    assert page.post(address, {"aliases": "x" * 121}).status_code == 200
    page.post(address, {"aliases": ""})
    assert not product.aliases.exists()


# --- drafting -------------------------------------------------------------------------------------
def test_a_draft_is_begun_for_a_track_or_all(page: Client, product: Product) -> None:
    address = reverse("draft-start", args=[product.pk])
    assert page.get(address).status_code == 200
    response = page.post(address, {"track": "trk2"})
    draft = Specification.objects.get()
    assert draft.track == "TRK2"
    assert response["Location"] == reverse("specification-edit", args=[draft.pk])
    again = page.post(address, {"track": "TRK2"}, follow=True)
    assert b"There is a draft already" in again.content
    assert page.post(address, {"track": "much too long a name"}).status_code == 200
    assert Specification.objects.count() == 1


def test_what_was_typed_is_read_and_saved(page: Client, draft: Specification) -> None:
    data = sent(
        page,
        draft,
        angle_text="1.5 ± .01",
        angle_unit="in",
        excluded_points="50, 0-2",
        linearity="VR Max",
    )
    assert save(page, draft, data)["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.angle, draft.tolerance, draft.angle_unit) == (1.5, 0.01, "in")
    assert (draft.excluded_points, draft.angle_text) == ("0-2, 50", "1.5 ± .01")
    assert (draft.linearity_kind, draft.linearity_word) == ("", "VR Max")
    save(page, draft, sent(page, draft, angle_text="", angle_unit="in", linearity="absolute"))
    draft.refresh_from_db()
    assert (draft.angle, draft.angle_unit, draft.tolerance_kind) == (None, "", "none")
    assert (draft.linearity_kind, draft.linearity_word) == ("absolute", "")


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("angle_text", "Section A, B = 60", "for each track"),
        ("angle_text", "351 ± 400", "smaller than the angle"),
        ("angle_bound", "340", "only to a minimum"),
        ("angle_bound", "nan", "Enter a number"),
        ("resistance_minimum", "6000", "lies below the smallest"),
        ("excluded_points", "5-1", "runs backwards"),
        ("excluded_reason", "", "why these points"),
        ("effective_from", "", "required"),
        ("effective_from", "yesterday", "valid date"),
        ("linearity", "odd", "valid choice"),
        ("notes", "x" * 4001, "at most 4000"),
    ],
)
def test_every_fault_is_told_beside_its_field_and_first_on_the_page(
    page: Client, draft: Specification, field: str, text: str, words: str
) -> None:
    response = save(page, draft, sent(page, draft, **{field: text}))
    assert response.status_code == 200
    content = response.content.decode()
    assert 'class="error-summary"' in content
    assert 'aria-invalid="true"' in content
    assert any(
        words in error for errors in response.context["form"].errors.values() for error in errors
    )
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_unit_is_asked_for_where_neither_text_nor_field_names_one(
    page: Client, draft: Specification
) -> None:
    response = save(page, draft, sent(page, draft, angle_text="351 ±1", angle_unit=""))
    assert list(response.context["form"].errors) == ["angle_unit"]


def test_two_people_who_save_one_draft_see_both_versions(
    page: Client, second_page: Client, draft: Specification
) -> None:
    mine = sent(page, draft, notes="Mine.")
    theirs = sent(second_page, draft, angle_text="340 Min", notes="Theirs.")
    save(second_page, draft, theirs)
    response = save(page, draft, mine)
    assert response.status_code == 409
    text = response.content.decode()
    for words in ("Bob Bee changed this at", "Theirs.", "Mine.", "340 Min", "351 deg ±1"):
        assert words in text
    draft.refresh_from_db()
    assert draft.notes == "Theirs."

    form = response.context["form"]
    assert form["notes"].value() == "Mine."  # touched by me
    assert form["angle_text"].value() == "340 Min"  # touched only by them
    again = {field.name: str(field.value() or "") for field in form}
    assert save(page, draft, again)["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.notes, draft.angle_text, draft.version) == ("Mine.", "340 Min", 3)


def test_a_third_save_in_between_is_a_conflict_again_and_loses_nothing(
    page: Client, second_page: Client, draft: Specification
) -> None:
    mine = sent(page, draft, notes="Mine.")
    save(second_page, draft, sent(second_page, draft, element_type="Wire"))
    form = save(page, draft, mine).context["form"]
    shown = {}
    for field in form:
        shown[field.name] = str(field.value() or "")
        shown[field.html_initial_name] = str(form.data.get(field.html_initial_name, ""))
    save(second_page, draft, sent(second_page, draft, product_class="B"))
    third = save(page, draft, shown)
    assert third.status_code == 409
    form = third.context["form"]
    told = {name: form[name].value() for name in ("notes", "element_type", "product_class")}
    assert told == {"notes": "Mine.", "element_type": "Wire", "product_class": "B"}


def test_a_draft_that_is_gone_or_signed_is_not_edited(
    page: Client, second: Actor, draft: Specification
) -> None:
    data = sent(page, draft, notes="Late.")
    services.specification_approve(
        specification_id=draft.pk, expected_version=1, reason="Fine.", actor=second
    )
    assert save(page, draft, data)["Location"] == draft.get_absolute_url()
    for name in ("specification-approve", "specification-discard"):
        address = reverse(name, args=[draft.pk])
        assert page.get(address)["Location"] == draft.get_absolute_url()
    assert page.get(reverse("specification-edit", args=[999_999])).status_code == 404


@pytest.mark.parametrize(
    ("text", "words"),
    [("351 ±1", "from 350 to 352"), ("garbage", "not an angle"), ("", "351 deg ±1")],
)
def test_the_preview_says_what_is_heard(page: Client, text: str, words: str) -> None:
    response = page.get(reverse("angle-preview"), {"angle_text": text})
    assert words in response.content.decode()
    assert "<html" not in response.content.decode()


# --- signing --------------------------------------------------------------------------------------
def test_the_author_sees_why_he_cannot_approve(page: Client, draft: Specification) -> None:
    address = reverse("specification-approve", args=[draft.pk])
    assert "a second person has to approve it" in page.get(address).content.decode()
    page.post(address, {"reason": "I say so.", "version": "1"})
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_colleague_sees_the_changes_and_signs(
    second_page: Client, approved: Specification, actor: Actor, product: Product
) -> None:
    draft = services.draft_create(
        product=product, track="", actor=actor, values=replace(VALUES, tolerance=2.0)
    )
    address = reverse("specification-approve", args=[draft.pk])
    text = second_page.get(address).content.decode()
    assert "351° ±1°" in text
    assert "351° ±2°" in text
    assert "a day in the past" in text
    assert second_page.post(address, {"reason": "", "version": "1"}).status_code == 200
    response = second_page.post(address, {"reason": "Drawing rev D.", "version": "1"})
    assert response["Location"] == product.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.is_approved, draft.reason) == (True, "Drawing rev D.")


def test_a_draft_that_changed_under_the_reviewer_is_shown_again(
    page: Client, second_page: Client, draft: Specification
) -> None:
    save(page, draft, sent(page, draft, notes="One more thing."))
    address = reverse("specification-approve", args=[draft.pk])
    response = second_page.post(address, {"reason": "Fine.", "version": "1"}, follow=True)
    assert "Look at it again before you sign" in response.content.decode()
    assert "One more thing." in response.content.decode()
    draft.refresh_from_db()
    assert draft.is_draft


def test_a_draft_is_discarded_after_a_second_look(page: Client, draft: Specification) -> None:
    address = reverse("specification-discard", args=[draft.pk])
    assert b"Discard draft r1" in page.get(address).content
    page.post(address, {"version": "77"})
    assert Specification.objects.exists()
    page.post(address, {"version": "1"})
    assert not Specification.objects.exists()


def test_a_withdrawal_takes_two_on_the_page_as_well(
    page: Client, second_page: Client, approved: Specification
) -> None:
    def step(browser: Client, name: str, **data: str) -> str:
        address = reverse("specification-withdrawal", args=[approved.pk, name])
        return browser.post(address, data, follow=True).content.decode()

    assert "Withdraw this revision" in page.get(approved.get_absolute_url()).content.decode()
    assert "Say why" in step(page, "ask", reason="")
    assert "Asked for" in step(page, "ask", reason="Wrong drawing.")
    assert "You asked for it" in page.get(approved.get_absolute_url()).content.decode()
    assert "somebody else confirms" in step(page, "confirm")
    assert "Wrong drawing." in page.get(approved.product.get_absolute_url()).content.decode()
    assert "stays in force" in step(second_page, "drop")
    step(page, "ask", reason="Wrong drawing.")
    assert "is withdrawn" in step(second_page, "confirm")
    assert "Withdrawn" in page.get(approved.get_absolute_url()).content.decode()
    address = reverse("specification-withdrawal", args=[approved.pk, "odd"])
    assert page.post(address).status_code == 404
    assert page.get(address).status_code == 405


# --- files against limits -------------------------------------------------------------------------
def test_files_far_from_their_specification_are_listed(
    page: Client, runs: list[Run], actor: Actor, second: Actor
) -> None:
    assert b"Nothing to compare yet" in page.get(reverse("disagreements")).content
    run = next(r for r in runs if r.position_unit == "deg" and r.verdict == "PASS")
    track = run.tracks.first()
    assert track is not None
    measured = abs(track.travel["value"])

    def specify(**changes: Any) -> list[comparisons.Disagreement]:
        draft = services.draft_create(
            product=run.product,
            track="",
            actor=actor,
            values=replace(
                VALUES,
                resistance_minimum=None,
                resistance_maximum=None,
                effective_from=LONG_AGO,
                **changes,
            ),
        )
        services.specification_approve(
            specification_id=draft.pk, expected_version=1, reason="Fine.", actor=second
        )
        return comparisons.disagreements()

    assert specify(angle=measured) == []
    assert b"Files and specifications agree" in page.get(reverse("disagreements")).content
    found = specify(angle=measured * 1.2)
    assert {row.what for row in found} == {"Electrical angle"}
    assert all(0 < row.beyond <= row.compared for row in found)
    text = page.get(reverse("disagreements")).content.decode()
    assert run.product.number in text
    assert reverse("run", args=[found[0].examples[0]]) in text
    assert specify(angle=measured * 1.2, angle_unit="in") == []  # degrees are not inches
    minimum = {"tolerance_kind": "minimum", "tolerance": None}
    assert specify(angle=measured * 0.5, **minimum) == []
    assert specify(angle=measured * 1.2, **minimum)
    assert specify(angle=measured * 2, tolerance_kind="maximum", tolerance=None) == []
    assert specify(angle=measured * 0.5, tolerance_kind="maximum", tolerance=None)


def test_a_resistance_beyond_its_window_is_listed_and_percent_never_compared(
    runs: list[Run], actor: Actor, second: Actor
) -> None:
    run = next(r for r in runs if r.verdict == "PASS")
    for track, window in (("", (1.0, 2.0)), ("TRK9", (None, None))):
        draft = services.draft_create(
            product=run.product,
            track=track,
            actor=actor,
            values=replace(
                VALUES,
                linearity_percent=0.0001,
                angle=None,
                angle_unit="",
                angle_text="",
                tolerance=None,
                tolerance_kind="none",
                resistance_minimum=window[0],
                resistance_maximum=window[1],
                effective_from=LONG_AGO,
            ),
        )
        services.specification_approve(
            specification_id=draft.pk, expected_version=1, reason="Fine.", actor=second
        )
    found = comparisons.disagreements()
    assert {row.what for row in found} == {"Resistance"}
    assert found[0].specified == "1 to 2"


# --- who may --------------------------------------------------------------------------------------
def test_nobody_sees_anything_without_signing_in(
    client: Client, draft: Specification, product: Product
) -> None:
    addresses = [
        reverse(name)
        for name in (
            "models",
            "disagreements",
            "angle-preview",
            "specification-export",
            "specification-imports",
        )
    ]
    addresses += [product.get_absolute_url(), reverse("model-edit", args=[product.pk])]
    addresses += [reverse("draft-start", args=[product.pk])]
    names = ("", "-edit", "-approve", "-discard")
    addresses += [reverse(f"specification{name}", args=[draft.pk]) for name in names]
    addresses += [reverse("specification-import", args=[1])]
    for address in addresses:
        for method in (client.get, client.post):
            assert method(address)["Location"].startswith("/accounts/login/")
    assert Specification.objects.get().version == 1
