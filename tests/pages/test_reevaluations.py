"""Judging anew in a browser, choosing a method by two people, and what a run page proves."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEvent
from accounts.audit.record import Actor
from accounts.models import User
from analysis.models import (
    Evaluation,
    Job,
    MethodActivation,
    Reevaluation,
    ReevaluationChange,
    Run,
    SourceFile,
)
from analysis.models.specifications import SpecificationValues
from analysis.numerics.method import DESKTOP_2, DESKTOP_5, LASERTRIM_1, METHODS
from analysis.queries import proofs
from analysis.queries.method_parameters import parameter_groups
from analysis.queries.runs import run_tracks
from analysis.services import methods as method_services
from analysis.services import specifications as specification_services
from analysis.services.reevaluation import Scope, reevaluation_request
from analysis.tasks import reevaluate
from tests.integrity.test_ingest import take
from tests.workbooks import fleet

pytestmark = pytest.mark.django_db
WorkOff = Callable[[], int]
LIST, NEW, METHODS_PAGE = "/reevaluations/", "/reevaluations/new/", "/methods/"
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def runs(actor: Actor, work_off: WorkOff) -> list[Run]:
    for workbook in fleet()[:12]:
        take(actor, workbook.name, workbook.data, workbook.folder)
    work_off()
    return list(Run.objects.select_related("product").order_by("pk"))


@pytest.fixture
def colleague(db: None) -> User:
    return User.objects.create_user("bob", first_name="Bob", last_name="Bee")


@pytest.fixture
def second_page(colleague: User) -> Client:
    """A browser in which the colleague is signed in."""
    client = Client()
    client.force_login(colleague, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def judge_again() -> None:
    """Work on every queued re-evaluation, as workers would."""
    for pk in Job.objects.filter(state="queued", reevaluation__isnull=False).values_list("pk"):
        reevaluate(*pk)


def asked(actor: Actor, **other: object) -> Reevaluation:
    wanted: dict[str, object] = {
        "scope": Scope(),
        "scope_words": "all runs",
        "method": DESKTOP_2,
        "specification": None,
        "reason": "How far is history?",
    }
    return reevaluation_request(actor=actor, **(wanted | other))  # type: ignore[arg-type]


@pytest.fixture
def finished(actor: Actor, runs: list[Run]) -> Reevaluation:
    request = asked(actor)
    judge_again()
    request.refresh_from_db()
    assert request.finished_at
    return request


# --- signed in or not ---------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LIST, NEW, "/reevaluations/1/", METHODS_PAGE])
def test_a_stranger_is_sent_to_the_sign_in(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


def test_the_menu_leads_to_judging(page: Client) -> None:
    text = page.get(LIST).content.decode()
    for name in ("reevaluations", "methods", "operator-words"):
        assert f'class="menu-item" href="{reverse(name)}"' in text


# --- list and form ------------------------------------------------------------------------------


def test_an_empty_list_tells_what_to_do(page: Client) -> None:
    text = page.get(LIST).content.decode()
    assert "Nothing was judged anew yet" in text
    assert NEW in text


def test_the_list_tells_effect_state_and_changes(page: Client, finished: Reevaluation) -> None:
    response = page.get(LIST)
    shown = response.context["page"].object_list[0]
    changed = sum(
        change.verdict_before != change.verdict_after for change in finished.changes.all()
    )
    assert shown.verdicts_changed == changed
    assert changed > 0
    for words in ("Finished", "comparison", DESKTOP_2.name, "How far is history?"):
        assert words in response.content.decode()


def test_the_list_costs_a_fixed_number_of_queries(
    page: Client,
    actor: Actor,
    runs: list[Run],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for method in (DESKTOP_2, DESKTOP_5, LASERTRIM_1, DESKTOP_2):
        asked(actor, method=method)
    page.get(LIST)
    with django_assert_max_num_queries(7):
        page.get(LIST)


def test_a_form_without_runs_says_so(page: Client) -> None:
    assert b"No run to judge" in page.get(NEW).content


def test_the_form_says_which_runs_and_what_will_happen(page: Client, runs: list[Run]) -> None:
    fails = sum(run.verdict == "FAIL" for run in runs)
    response = page.get(NEW, {"verdict": "FAIL"})
    text = response.content.decode()
    assert response.context["count"] == fails > 0
    assert "runs with verdict FAIL" in text
    assert "become the verdicts" in text
    assert "a comparison" in text
    assert "the site&#x27;s method" in text


def test_a_reason_is_asked_for(page: Client, runs: list[Run]) -> None:
    response = page.post(NEW, {"method": DESKTOP_2.name, "reason": " "})
    assert response.status_code == 200
    assert b"Nothing was started yet" in response.content
    assert not Reevaluation.objects.exists()


def test_what_is_asked_for_is_queued_for_its_runs_only(page: Client, runs: list[Run]) -> None:
    response = page.post(
        f"{NEW}?run={runs[0].pk}", {"method": LASERTRIM_1.name, "reason": "A doubt."}
    )
    request = Reevaluation.objects.get()
    assert response["Location"] == request.get_absolute_url()
    assert (request.total, request.in_force, request.reason) == (1, True, "A doubt.")
    assert Job.objects.filter(reevaluation=request, state="queued").exists()


def test_a_run_that_is_not_there_is_a_page_not_found(page: Client) -> None:
    for number in ("999999", "x", "9" * 30):
        assert page.get(NEW, {"run": number}).status_code == 404
    assert page.get("/reevaluations/999999/").status_code == 404


def test_run_and_list_lead_to_the_form(page: Client, runs: list[Run]) -> None:
    assert f"{NEW}?run={runs[0].pk}" in page.get(runs[0].get_absolute_url()).content.decode()
    text = page.get("/runs/", {"verdict": "FAIL"}).content.decode()
    assert f'{NEW}?verdict=FAIL">Re-evaluate these' in text
    faulty = page.get("/runs/", {"since": "yesterday"}).content.decode()
    assert "Re-evaluate these" not in faulty, "a filter that was not used must not widen the choice"


# --- one re-evaluation --------------------------------------------------------------------------


def test_while_it_waits_it_is_polled_and_can_be_called_off(
    page: Client, actor: Actor, runs: list[Run]
) -> None:
    request = asked(actor)
    text = page.get(request.get_absolute_url()).content.decode()
    assert 'id="reevaluation-live"' in text
    assert 'hx-trigger="every 2s"' in text
    assert reverse("reevaluation-cancel", args=[request.pk]) in text
    assert "Nothing is judged anew yet" in text


def test_progress_is_silent_while_nothing_changes_and_ends(
    page: Client, actor: Actor, runs: list[Run]
) -> None:
    request = asked(actor)
    address = reverse("reevaluation-progress", args=[request.pk])
    first = page.get(address)
    assert b"<html" not in first.content
    marker = first.context["marker"]
    assert page.get(address, {"seen": marker}).status_code == 204
    judge_again()
    last = page.get(address, {"seen": marker})
    assert last.status_code == 200
    assert b"hx-trigger" not in last.content, "a finished one is not polled"
    assert b"runs judged anew" in last.content


def test_polling_keeps_no_session_alive(page: Client, actor: Actor, runs: list[Run]) -> None:
    request = asked(actor)
    page.get(LIST)
    session = page.session
    seen = session["seen"]
    session["seen"] = seen - 600
    session.save()
    page.get(
        reverse("reevaluation-progress", args=[request.pk]),
        headers={"HX-Request": "true", "HX-Trigger": "reevaluation-live"},
    )
    assert page.session["seen"] == seen - 600
    page.get(LIST)
    assert page.session["seen"] >= seen


def test_a_running_one_shows_how_far_it_is(page: Client, actor: Actor, runs: list[Run]) -> None:
    request = asked(actor)
    Reevaluation.objects.filter(pk=request.pk).update(done=5)
    text = page.get(request.get_absolute_url()).content.decode()
    assert f"<b>5 of {len(runs)}</b> runs judged anew" in text
    assert "Running" in text


def test_it_is_called_off_once(page: Client, actor: Actor, runs: list[Run]) -> None:
    request = asked(actor)
    address = reverse("reevaluation-cancel", args=[request.pk])
    assert page.get(address).status_code == 405
    text = page.post(address, follow=True).content.decode()
    assert "Called off" in text
    assert "hx-trigger" not in text
    assert "Nothing was judged anew" in text
    assert "ended already" in page.post(address, follow=True).content.decode()
    assert AuditEvent.objects.filter(action="reevaluation.cancelled").count() == 1


def test_a_failure_is_shown(page: Client, actor: Actor, runs: list[Run]) -> None:
    request = asked(actor)
    Reevaluation.objects.filter(pk=request.pk).update(
        failure="The worker died 3 times.", finished_at=timezone.now()
    )
    text = page.get(request.get_absolute_url()).content.decode()
    assert "The worker died 3 times." in text
    assert 'role="alert"' in text
    assert "Failed" in page.get(LIST).content.decode()


def test_the_differences_are_counted_listed_and_filtered(
    page: Client, finished: Reevaluation
) -> None:
    response = page.get(finished.get_absolute_url())
    kinds = response.context["kinds"]
    assert sum(kind.tracks for kind in kinds) == finished.changes.count() > 0
    rows = [row.verdict_before == row.verdict_after for row in response.context["page"].object_list]
    assert rows == sorted(rows), "other verdicts come first"
    kind = kinds[0]
    assert kind.is_verdict_change
    wanted = {"before": kind.before, "after": kind.after}
    narrowed = page.get(finished.get_absolute_url(), wanted).context["page"]
    assert narrowed.paginator.count == kind.tracks
    nothing = page.get(finished.get_absolute_url(), {"before": "PASS", "after": "NO SUCH"})
    assert b"No track changed this way" in nothing.content


def test_where_nothing_differs_the_page_says_so(
    page: Client, actor: Actor, runs: list[Run]
) -> None:
    request = asked(actor, method=LASERTRIM_1)
    judge_again()
    text = page.get(request.get_absolute_url()).content.decode()
    assert "No difference: every track got the same verdict" in text
    assert "become the verdicts" in text


def test_the_page_costs_a_fixed_number_of_queries(
    page: Client, finished: Reevaluation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page.get(LIST)
    with django_assert_max_num_queries(9):
        page.get(finished.get_absolute_url())


def test_the_export_holds_every_difference_and_disarms_formulas(
    page: Client, finished: Reevaluation
) -> None:
    change = finished.changes.select_related("track__run").first()
    assert change is not None
    Run.objects.filter(pk=change.track.run_id).update(serial="=cmd|' /C calc'!A0")
    response = page.get(reverse("reevaluation-export", args=[finished.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    head, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == finished.changes.count()
    serials = [row[head.index("serial")] for row in rows]
    assert "'=cmd|' /C calc'!A0" in serials
    assert not any(cell.startswith("=") for row in rows for cell in row)
    offsets = [row[head.index("offset_before")] for row in rows]
    assert any(offset.startswith("-") for offset in offsets), "numbers stay numbers"
    assert AuditEvent.objects.filter(action="reevaluation.exported").count() == 1


def test_hostile_words_are_shown_as_text(
    page: Client, actor: Actor, runs: list[Run], colleague: User
) -> None:
    User.objects.filter(pk=colleague.pk).update(first_name=HOSTILE)
    bob = Actor(user=colleague, name="bob")
    request = asked(bob, reason=HOSTILE, scope_words=HOSTILE)
    method_services.activation_propose(actor=bob, method=DESKTOP_5, reason=HOSTILE)
    judge_again()
    Run.objects.update(serial=HOSTILE, reason=HOSTILE)
    for address in (LIST, request.get_absolute_url(), METHODS_PAGE, f"{NEW}?q={HOSTILE}"):
        text = page.get(address).content.decode()
        assert "<script>alert" not in text
        assert '"><script' not in text
    assert ReevaluationChange.objects.exists()


# --- methods ------------------------------------------------------------------------------------


def test_the_methods_show_their_numbers_side_by_side(page: Client) -> None:
    response = page.get(METHODS_PAGE)
    text = response.content.decode()
    for method in METHODS.values():
        assert method.name in text
        assert method.digest[:12] in text
    assert response.context["methods"][0].is_active
    assert "Butterworth, order 5, at 0.8 of Nyquist" in text
    assert '<mark class="differs">11</mark>' in text
    assert "Nobody has proposed another method yet" in text


def test_every_parameter_has_words() -> None:
    groups = parameter_groups(list(METHODS.values()))
    labels = [row.label for group in groups for row in group.rows]
    assert len(labels) == len(set(labels)) == 22
    assert not any("_" in label for label in labels)
    assert parameter_groups([]) == []
    assert not any(
        value.differs for group in groups for row in group.rows for value in row.values[:1]
    )


def test_a_proposal_wants_a_method_and_a_reason(page: Client) -> None:
    for form in ({"method": DESKTOP_5.name, "reason": ""}, {"method": "best", "reason": "x"}):
        response = page.post(reverse("method-propose"), form, follow=True)
        assert b"say why the site should judge by it" in response.content
    assert not MethodActivation.objects.exists()


def propose(page: Client) -> MethodActivation:
    page.post(reverse("method-propose"), {"method": DESKTOP_5.name, "reason": "As agreed."})
    return MethodActivation.objects.get()


def test_its_proposer_cannot_approve_and_sees_why(page: Client) -> None:
    proposal = propose(page)
    text = page.get(METHODS_PAGE).content.decode()
    assert "a second person must approve" in text
    assert reverse("method-approve", args=[proposal.pk]) not in text
    refused = page.post(reverse("method-approve", args=[proposal.pk]), follow=True)
    assert b"A second person must approve" in refused.content
    proposal.refresh_from_db()
    assert proposal.approved_at is None


def test_a_second_person_approves(page: Client, second_page: Client, colleague: User) -> None:
    proposal = propose(page)
    text = second_page.get(METHODS_PAGE).content.decode()
    assert reverse("method-approve", args=[proposal.pk]) in text
    assert "As agreed." in text
    done = second_page.post(reverse("method-approve", args=[proposal.pk]), follow=True)
    assert b"New files are judged by this method" in done.content
    proposal.refresh_from_db()
    assert proposal.approved_by == colleague
    assert done.context["active"] == DESKTOP_5
    assert done.context["methods"][0].method == DESKTOP_5, "the one in force comes first"
    late = second_page.post(reverse("method-approve", args=[proposal.pk]), follow=True)
    assert b"answered already" in late.content


def test_a_proposal_is_declined_or_taken_back(page: Client, second_page: Client) -> None:
    for answers in (second_page, page):
        proposal = propose(page)
        answers.post(reverse("method-decline", args=[proposal.pk]))
        proposal.refresh_from_db()
        assert proposal.declined_at is not None
        assert b"Declined" in page.get(METHODS_PAGE).content
        MethodActivation.objects.all().delete()


@pytest.mark.parametrize("name", ["method-approve", "method-decline"])
def test_an_answer_to_a_proposal_is_a_post(page: Client, name: str) -> None:
    assert page.get(reverse(name, args=[1])).status_code == 405


def test_the_methods_cost_a_fixed_number_of_queries(
    page: Client, runs: list[Run], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page.get(METHODS_PAGE)
    with django_assert_max_num_queries(9):
        page.get(METHODS_PAGE)


# --- the proof on the page of a run -------------------------------------------------------------


def test_the_deciding_points_prove_the_window_by_hand(runs: list[Run]) -> None:
    proved = 0
    for run in runs:
        for view in run_tracks(run):
            answer = view.evaluation
            if answer is None or answer.offset_low is None or len(view.deciding) != 2:
                continue
            low, high = view.deciding
            assert (low.side, high.side) == ("lower", "upper")
            assert low.room == pytest.approx(answer.offset_low, abs=1e-9)
            assert high.room == pytest.approx(answer.offset_high, abs=1e-9)
            assert low.error_cell and low.limit_cell and low.position is not None
            proved += 1
    assert proved > 3


def test_the_run_page_shows_proof_parts_and_other_answers(
    page: Client, finished: Reevaluation, runs: list[Run]
) -> None:
    run = next(run for run in runs if run.verdict == "FAIL")
    text = page.get(run.get_absolute_url()).content.decode()
    for words in (
        "no allowed correction can satisfy together",
        "Shifts that pass",
        "What the curve is made of",
        "before trimming",
        "file’s own limits, shift only",
        "Other answers about this track (1)",
        f"{METHODS_PAGE}#{DESKTOP_2.name}",
    ):
        assert words in text
    point = run_tracks(run)[0].deciding[0]
    assert f'<span class="cell-ref">{point.error_cell}</span>' in text


def test_a_long_sweep_names_the_cells_without_opening_its_values(
    page: Client, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "MOST_ROWS", 3)
    run = next(run for run in runs if run.verdict == "FAIL")
    view = run_tracks(run)[0]
    assert view.deciding
    assert all(point.error is None and point.error_cell for point in view.deciding)
    assert page.get(run.get_absolute_url()).status_code == 200


def test_a_certificate_of_other_rows_names_no_cell(runs: list[Run]) -> None:
    view = run_tracks(runs[0])[0]
    answer = view.evaluation
    assert answer is not None
    assert proofs.deciding_points(Evaluation(details={}), view.sweeps[0], with_values=False) == []
    wild = {"certificate": {"points": [{"row": 10**9, "side": "upper"}]}}
    assert proofs.deciding_points(Evaluation(details=wild), view.sweeps[0], with_values=False) == []


def test_the_specification_that_judged_is_named_and_linked(
    page: Client, actor: Actor, colleague: User, runs: list[Run]
) -> None:
    run = runs[0]
    draft = specification_services.draft_create(
        actor=actor,
        product=run.product,
        track="",
        values=SpecificationValues(
            linearity_kind="independent",
            angle=340.0,
            angle_unit=run.position_unit,
            tolerance_kind="symmetric",
            tolerance=4.0,
            effective_from=date(2000, 1, 1),
        ),
    )
    specification_services.specification_approve(
        actor=Actor(user=colleague, name="bob"),
        specification_id=draft.pk,
        expected_version=draft.version,
        reason="Checked.",
    )
    asked(actor, method=LASERTRIM_1, scope=Scope(run=run.pk))
    judge_again()
    text = page.get(run.get_absolute_url()).content.decode()
    assert f'<a href="{reverse("specification", args=[draft.pk])}">specification r1</a>' in text
    assert "Rotations allowed" in text
    assert "of the workbook, shift only" in text, "the first answer stands beside it"


def test_every_run_page_of_the_fleet_opens_with_a_second_answer(
    page: Client, finished: Reevaluation, runs: list[Run]
) -> None:
    for run in runs:
        assert page.get(run.get_absolute_url()).status_code == 200
    assert SourceFile.objects.count() == len(runs)
