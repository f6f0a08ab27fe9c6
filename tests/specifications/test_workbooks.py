"""Specifications leave as a workbook and come back: previewed, confirmed, as drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from accounts.audit.models import AuditEvent
from accounts.audit.record import SITE, Actor
from analysis.models import Product, ProductAlias, Specification, SpecificationImport
from analysis.models.specifications import SpecificationValues
from analysis.queries.products import ProductFilter, products_to_export
from analysis.services import specification_import as services
from analysis.services import specifications as drafts
from analysis.services.specification_columns import TAKEN, TOLD, cells_of, entry_of
from analysis.services.specification_workbook import (
    MAX_BYTES,
    UnreadableTable,
    read_table,
    write_table,
)
from analysis.storage import Incoming, original_path
from tests.specifications.conftest import DAY, VALUES

database = pytest.mark.django_db


def workbook(*rows: Mapping[str, Any], headings: tuple[str, ...] = ()) -> bytes:
    """Return a workbook as a person might have filled it."""
    names = headings or tuple(dict.fromkeys(name for row in rows for name in row))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(names))
    for row in rows:
        sheet.append([row.get(name) for name in names])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def offered(data: bytes) -> Incoming:
    incoming = Incoming()
    incoming.write(data)
    return incoming


def receive(data: bytes, actor: Actor) -> SpecificationImport:
    return services.import_receive(name="table.xlsx", incoming=offered(data), actor=actor)


def confirm(imported: SpecificationImport, actor: Actor) -> SpecificationImport:
    plan = services.import_plan(imported)
    return services.import_confirm(
        import_id=imported.pk,
        sha256=imported.sha256,
        fingerprint=plan.fingerprint,
        actor=actor,
    )


def export(**asked: Any) -> bytes:
    return services.specification_export(rows=products_to_export(ProductFilter(**asked)))


def only_row(data: bytes, actor: Actor) -> services.RowPlan:
    (row,) = services.import_plan(receive(data, actor)).rows
    return row


# --- out ------------------------------------------------------------------------------------------
@database
def test_an_export_has_real_numbers_a_frozen_heading_and_every_column(
    approved: Specification, product: Product
) -> None:
    Product.objects.create(number="7001")
    ProductAlias.objects.create(product=product, alias="8340 1")
    sheet = load_workbook(BytesIO(export())).active
    assert sheet is not None
    assert sheet.freeze_panes == "B2"
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (*TAKEN, *TOLD)
    empty, full = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    assert empty["model"] == "7001"
    assert {empty[name] for name in rows[0] if name != "model"} == {None}
    assert (full["electrical_angle"], full["electrical_angle_tol"]) == (351, 1)
    assert (full["total_resistance_min"], full["linearity_spec_pct"]) == (4500, 0.5)
    assert (full["linearity_type"], full["exclude_points"]) == ("Independent", "0-2, 48-50")
    assert full["effective_from"] == datetime(2026, 1, 1)
    assert (full["state"], full["revision"], full["author"]) == ("approved", "r1", "ann")
    assert full["aliases"] == "8340 1"


@database
def test_an_export_holds_what_the_filter_shows(approved: Specification) -> None:
    Product.objects.create(number="7001")
    assert [row.cells["model"] for row in read_table(export(state="approved")).rows] == ["8340-1"]
    assert [row.cells["model"] for row in read_table(export(q="70")).rows] == ["7001"]


@pytest.mark.parametrize(
    "hostile", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']
)
def test_text_never_becomes_a_formula(hostile: str) -> None:
    data = write_table([{"model": hostile, "notes": hostile}])
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    for cell in (sheet["A2"], sheet.cell(2, TAKEN.index("notes") + 1)):
        assert cell.data_type == "s"
        assert cell.quotePrefix
    assert b"<f>" not in ZipFile(BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_what_xml_cannot_hold_is_left_out() -> None:
    (row,) = read_table(write_table([{"model": "a\x00b\x1b\ud800c", "notes": "x" * 40_000}])).rows
    assert row.cells["model"] == "abc"


# --- round trips ----------------------------------------------------------------------------------
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20).map(
    str.strip
)
numbers = st.floats(0.001, 1e6).map(lambda number: round(number, 6))


@st.composite
def values(draw: st.DrawFn) -> SpecificationValues:
    angle = draw(st.none() | numbers)
    kind = draw(st.sampled_from(["none", "symmetric", "range", "minimum", "maximum"]))
    kind = kind if angle else "none"
    sided = kind in ("symmetric", "range")
    percent = draw(st.none() | st.floats(0.001, 100).map(lambda number: round(number, 3)))
    return SpecificationValues(
        element_type=draw(texts),
        notes=draw(texts),
        output_smoothness=draw(texts),
        linearity_kind=draw(
            st.sampled_from(["", "independent", "absolute", "zero-based", "terminal-based"])
        ),
        linearity_percent=percent,
        angle=angle,
        angle_unit=draw(st.sampled_from(["deg", "in"])) if angle else "",
        tolerance_kind=kind,
        tolerance=round(draw(st.floats(0, 0.9)) * angle, 6) if angle and sided else None,
        angle_bound=draw(st.none() | numbers) if kind in ("minimum", "maximum") else None,
        resistance_minimum=draw(st.none() | numbers),
        sigma_threshold=draw(st.none() | numbers),
        excluded_points="0-2, 7",
        excluded_reason="Why not.",
        effective_from=draw(st.dates(date(1990, 1, 1), date(2100, 1, 1))),
    )


@given(values())
def test_every_value_comes_back_from_a_workbook(said: SpecificationValues) -> None:
    (row,) = read_table(write_table([{"model": "M", **cells_of(said)}])).rows
    entry = entry_of(row.cells)
    assert not entry.problems
    back = entry.upon(SpecificationValues())
    assert replace(back, angle_text="") == said


@database
def test_an_export_that_comes_back_changes_nothing(
    approved: Specification, product: Product, actor: Actor, second: Actor
) -> None:
    two_sided = replace(
        VALUES, angle=90.0, tolerance_kind="bilateral", tolerance=None, angle_text="±45 deg"
    )
    drafts.draft_create(product=product, track="TA", values=two_sided, actor=actor)
    drafts.draft_create(
        product=product,
        track="TC",
        values=replace(
            VALUES,
            tolerance=1 / 3,
            angle_text="351 deg ±0.333333333",
            resistance_minimum=4500.123456789012345,
        ),
        actor=actor,
    )
    drafts.draft_create(
        product=product,
        track="TB",
        values=replace(VALUES, linearity_kind="", linearity_word="VR Max"),
        actor=actor,
    )
    Product.objects.create(number="7001")
    plan = services.import_plan(receive(export(), actor))
    assert [row.action for row in plan.rows] == ["unchanged"] * 5
    assert plan.writes == 0
    assert plan.unread == ()


# --- in -------------------------------------------------------------------------------------------
@database
def test_a_preview_writes_nothing_and_a_confirmation_makes_drafts_only(
    approved: Specification, product: Product, actor: Actor
) -> None:
    data = workbook(
        {"Model": "8340-1", "Electrical Angle": "351 deg +- 2", "aliases": "8340 1 | 8340.1"},
        {"Model": "NEW-1", "Electrical Angle": "1.5 in ± .01"},
        {"Model": "NEW-2", "Electrical Angle": "Section A, B & C = 60 +-.3"},
        {"Model": 7001},
    )
    imported = receive(data, actor)
    plan = services.import_plan(imported)
    assert [row.action for row in plan.rows] == ["changed", "new draft", "error", "unchanged"]
    assert plan.rows[2].problems[0].cell == "B4"
    assert "for each track" in plan.rows[2].problems[0].sentence
    assert plan.rows[3].model == "7001"
    assert (Specification.objects.count(), Product.objects.count()) == (1, 1)

    done = confirm(imported, actor)
    assert (done.drafts, done.confirmed_at is not None) == (2, True)
    made = list(Specification.objects.exclude(pk=approved.pk).order_by("product__number"))
    assert [(row.product.number, row.state) for row in made] == [
        ("8340-1", "draft"),
        ("NEW-1", "draft"),
    ]
    changed = made[0]
    assert (changed.revision, changed.tolerance, changed.notes) == (2, 2.0, "")
    assert changed.resistance_minimum == 4500.0  # no column: stays as it was
    assert set(product.aliases.values_list("alias", flat=True)) == {"8340 1", "8340.1"}
    assert Product.objects.count() == 2
    event = AuditEvent.objects.get(action="specification_import.confirmed")
    assert event.after["drafts"] == 2
    assert event.after["sha256"] == imported.sha256
    with pytest.raises(services.AlreadyConfirmed):
        confirm(imported, actor)


@database
def test_an_open_draft_is_changed_not_doubled(draft: Specification, second: Actor) -> None:
    imported = receive(workbook({"model": "8340-1", "notes": "From the table."}), second)
    (row,) = services.import_plan(imported).rows
    assert (row.action, row.draft_id, row.base) == ("changed", draft.pk, "r1")
    confirm(imported, second)
    draft.refresh_from_db()
    assert (draft.notes, draft.version, draft.changed_by) == ("From the table.", 2, second.user)
    assert draft.angle == 351.0


@database
def test_what_changed_since_the_preview_is_shown_again_not_written(
    draft: Specification, actor: Actor, second: Actor
) -> None:
    imported = receive(workbook({"model": "8340-1", "notes": "From the table."}), second)
    seen = services.import_plan(imported)
    drafts.draft_edit(
        specification_id=draft.pk,
        expected_version=1,
        values=replace(VALUES, notes="Meanwhile."),
        actor=actor,
    )
    with pytest.raises(services.PlanChanged) as changed:
        services.import_confirm(
            import_id=imported.pk,
            sha256=imported.sha256,
            fingerprint=seen.fingerprint,
            actor=second,
        )
    assert changed.value.plan.rows[0].draft_version == 2
    with pytest.raises(services.PlanChanged):
        services.import_confirm(
            import_id=imported.pk,
            sha256="0" * 64,
            fingerprint=changed.value.plan.fingerprint,
            actor=second,
        )
    imported.refresh_from_db()
    assert imported.confirmed_at is None
    assert Specification.objects.get().notes == "Meanwhile."


@database
def test_kept_bytes_that_were_tampered_with_are_not_imported(actor: Actor) -> None:
    imported = receive(workbook({"model": "NEW-1", "notes": "x"}), actor)
    kept = original_path(imported.sha256)
    kept.chmod(0o640)
    kept.write_bytes(workbook({"model": "EVIL", "notes": "x"}))
    with pytest.raises(UnreadableTable, match="damaged"):
        services.import_plan(imported)
    kept.unlink()
    with pytest.raises(UnreadableTable, match="gone"):
        services.import_plan(imported)


@database
def test_a_script_hands_over_nothing(db: None) -> None:
    with pytest.raises(drafts.NobodySigned):
        receive(workbook({"model": "NEW-1"}), SITE)


@database
@pytest.mark.parametrize(
    ("cells", "cell", "words"),
    [
        ({"model": None, "notes": "x"}, "A2", "names no model"),
        ({"model": "M" * 121}, "A2", "120 characters"),
        ({"model": "M", "track": "T" * 13}, "B2", "12 characters"),
        ({"model": "M", "notes": "=1+1"}, "B2", "formula"),
        ({"model": "M", "notes": True}, "B2", "Text is expected"),
        ({"model": "M", "notes": "x" * 4001}, "B2", "4000 characters"),
        ({"model": "M", "sigma_threshold": "much"}, "B2", "not a number"),
        ({"model": "M", "sigma_threshold": "1_000"}, "B2", "not a number"),
        ({"model": "M", "sigma_threshold": "nan"}, "B2", "number is expected|larger than 0"),
        ({"model": "M", "sigma_threshold": -1}, "B2", "larger than 0"),
        ({"model": "M", "sigma_threshold": datetime(2020, 1, 1)}, "B2", "number is expected"),
        ({"model": "M", "linearity_type": "odd"}, "B2", "no known kind"),
        ({"model": "M", "linearity_spec_pct": 101}, "B2", "percentage"),
        ({"model": "M", "exclude_points": "9-1"}, "B2", "backwards"),
        ({"model": "M", "exclude_points": datetime(2020, 1, 2)}, "B2", "made a date of it"),
        ({"model": "M", "exclude_points": 5, "exclude_reason": None}, "C2", "why these points"),
        ({"model": "M", "effective_from": "soon"}, "B2", "date is expected"),
        ({"model": "M", "effective_from": 3}, "B2", "date is expected"),
        ({"model": "M", "electrical_angle": 350}, "A2", "degrees or inches"),
        ({"model": "M", "electrical_angle": "garbage"}, "B2", "not an angle"),
        ({"model": "M", "electrical_angle": True}, "B2", "number is expected"),
        (
            {"model": "M", "electrical_angle": 45, "electrical_angle_tol_type": "bilateral"},
            "B2",
            "±45 deg",
        ),
        ({"model": "M", "electrical_angle": 45, "electrical_angle_unit": "mm"}, "C2", "none of"),
        (
            {"model": "M", "electrical_angle": "45 in", "electrical_angle_unit": "deg"},
            "C2",
            "written in in",
        ),
        (
            {"model": "M", "electrical_angle": "45 deg min", "electrical_angle_tol_type": "max"},
            "C2",
            "written as minimum",
        ),
        (
            {"model": "M", "electrical_angle": "45 deg ±1", "electrical_angle_tol": 2},
            "C2",
            "written with ±1",
        ),
        ({"model": "M", "total_resistance_min": 5, "total_resistance_max": 4}, "C2", "below"),
        ({"model": "M", "aliases": "x" * 121}, "B2", "at most 120"),
        ({"model": "M", "aliases": "8340-1"}, "B2", "is model 8340-1 already"),
        ({"model": "M", "aliases": "8340 1"}, "B2", "is model 8340-1 already"),
        ({"model": "8340 1", "notes": "x"}, "A2", "another spelling of model 8340-1"),
    ],
)
def test_every_error_names_its_cell(
    product: Product, actor: Actor, cells: dict[str, Any], cell: str, words: str
) -> None:
    ProductAlias.objects.create(product=product, alias="8340 1")
    row = only_row(workbook(cells), actor)
    assert row.action == "error"
    assert cell in [problem.cell for problem in row.problems]
    assert any(re.search(words, problem.sentence) for problem in row.problems), row.problems
    assert not row.writes


@database
def test_numbers_and_texts_of_an_angle_mean_the_same(actor: Actor) -> None:
    rows = [
        {"electrical_angle": "351 deg +- 1"},
        {"electrical_angle": 351, "electrical_angle_tol": 1, "electrical_angle_unit": "Degrees"},
        {
            "electrical_angle": "351",
            "electrical_angle_tol": "1",
            "electrical_angle_tol_type": "Symmetric",
            "electrical_angle_unit": "deg.",
            "electrical_angle_text": "351 deg +- 1",
        },
    ]
    data = workbook(*({"model": f"M{n}", **row} for n, row in enumerate(rows)))
    plan = services.import_plan(receive(data, actor))
    assert [row.action for row in plan.rows] == ["new draft"] * 3
    said = [row.values for row in plan.rows if row.values]
    assert {(v.angle, v.tolerance, v.tolerance_kind, v.angle_unit) for v in said} == {
        (351.0, 1.0, "symmetric", "deg")
    }
    assert [v.angle_text for v in said] == ["351 deg +- 1", "351 deg ±1", "351 deg +- 1"]


@database
def test_the_same_model_and_track_twice_is_an_error_of_the_second(actor: Actor) -> None:
    data = workbook(
        {"model": "M", "track": "", "notes": "a"},
        {"model": "M", "track": "ta", "notes": "b"},
        {"model": "M", "track": "TA ", "notes": "c"},
    )
    plan = services.import_plan(receive(data, actor))
    assert [row.action for row in plan.rows] == ["new draft", "new draft", "error"]
    assert "row 3" in plan.rows[2].problems[0].sentence


def test_headings_are_found_below_a_title_and_in_any_spelling() -> None:
    book = Workbook()
    book.create_sheet("Other").append(["nothing"])
    sheet = book.create_sheet("Model Reference")
    for row in (
        ["Our models"],
        [],
        ["", "Model Number", "Element-Type", "Colour", "state"],
        ["", "8340-1", "Wire", "red", "approved"],
        [],
        ["", " ", None],
    ):
        sheet.append(row)
    stream = BytesIO()
    book.save(stream)
    table = read_table(stream.getvalue())
    assert (table.sheet, table.unread) == ("Model Reference", ("colour",))
    assert [(row.number, dict(row.cells)) for row in table.rows] == [
        (4, {"model": "8340-1", "element_type": "Wire"})
    ]
    assert table.cell("element_type", 4) == "C4"


# --- hostile workbooks ----------------------------------------------------------------------------
def bomb() -> bytes:
    stream = BytesIO(workbook({"model": "M"}))
    with ZipFile(stream, "a", ZIP_DEFLATED) as package:
        package.writestr("xl/media/zeros.bin", b"\0" * (70 << 20))
    return stream.getvalue()


def with_entity() -> bytes:
    source = ZipFile(BytesIO(workbook({"model": "M"})))
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as package:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<!DOCTYPE a [<!ENTITY b "c">]>' + data
            package.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"text", "no .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, "no .xlsx"),
        (b"PK\x03\x04 damaged", "damaged"),
        (workbook({"model": "M"})[:-200], "damaged"),
        (workbook({"something": "M"}), "No sheet has a heading"),
        (workbook({"a": 1}, headings=("model", "notes", "notes")), "two columns"),
        (b"PK" + b"x" * MAX_BYTES, "at most 2 MB"),
    ],
)
def test_what_is_no_table_is_answered_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableTable, match=words):
        read_table(data)


@pytest.mark.parametrize("made", [bomb, with_entity])
def test_a_hostile_package_is_not_opened(made: Any) -> None:
    with pytest.raises(UnreadableTable, match=r"not opened|unpacks"):
        read_table(made())


def test_too_many_rows_are_refused_without_reading_them_all() -> None:
    with pytest.raises(UnreadableTable, match="more than 5,000 rows"):
        read_table(write_table({"model": f"M{n}"} for n in range(5_050)))


# --- the pages ------------------------------------------------------------------------------------
def upload(page: Client, data: bytes) -> Any:
    file = SimpleUploadedFile("My table.xlsx", data)
    return page.post(reverse("specification-imports"), {"file": file})


@database
def test_the_road_of_an_import_through_the_pages(
    page: Client, second_page: Client, product: Product
) -> None:
    assert b"electrical_angle_tol_type" in page.get(reverse("specification-imports")).content
    response = upload(
        page,
        workbook(
            {"model": "8340-1", "notes": "<b>x</b>"}, {"model": "N", "electrical_angle": "odd"}
        ),
    )
    imported = SpecificationImport.objects.get()
    address = imported.get_absolute_url()
    assert response["Location"] == address
    preview = page.get(address)
    text = preview.content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "C3" in text
    assert second_page.get(address).status_code == 404
    only_errors = page.get(address, {"show": "error"}).context["rows"]
    assert [row.model for row in only_errors] == ["N"]

    stale = page.post(address, {"sha256": imported.sha256, "fingerprint": "x"})
    assert "this is new" in stale.content.decode()
    assert not Specification.objects.exists()
    shown = preview.context["plan"].fingerprint
    data = {"sha256": imported.sha256, "fingerprint": shown}
    done = page.post(address, data, follow=True).content.decode()
    assert "1 draft made or changed" in done
    assert Specification.objects.get().notes == "<b>x</b>"
    assert "1 draft made or changed" in page.post(address, data, follow=True).content.decode()
    assert Specification.objects.count() == 1


@database
def test_a_workbook_that_cannot_be_read_is_answered_on_the_page(page: Client) -> None:
    for data, words in ((b"text", "no .xlsx"), (b"x" * (MAX_BYTES + 1), "2 MB")):
        response = upload(page, data)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert page.post(reverse("specification-imports")).status_code == 422
    assert not SpecificationImport.objects.exists()
    assert not list(Path(settings.ORIGINALS_ROOT, "incoming").glob("*.part"))


@database
def test_a_preview_whose_bytes_are_gone_leads_back(page: Client) -> None:
    upload(page, workbook({"model": "M"}))
    imported = SpecificationImport.objects.get()
    original_path(imported.sha256).unlink()
    assert page.get(imported.get_absolute_url())["Location"] == reverse("specification-imports")


@database
def test_an_export_is_a_download_and_on_record(page: Client, approved: Specification) -> None:
    response = page.get(reverse("specification-export"), {"state": "approved"})
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    (row,) = read_table(response.content).rows
    assert row.cells["model"] == "8340-1"
    assert AuditEvent.objects.get(action="specification.exported").after == {"rows": 1}
    assert entry_of(row.cells).fields["effective_from"] == DAY
