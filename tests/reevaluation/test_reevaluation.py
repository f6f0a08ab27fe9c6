"""Stored runs are judged anew: completely, once, without changing what was said before."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.audit.models import AuditEvent
from accounts.audit.record import Actor
from analysis.models import Evaluation, Job, MethodVersion, Reevaluation, Run, TrackRecord
from analysis.models.specifications import SpecificationValues
from analysis.models.words import JobState
from analysis.numerics.method import DESKTOP_2, DESKTOP_5, LASERTRIM_1
from analysis.queries import reevaluations as queries
from analysis.queries.runs import RunFilter
from analysis.services import jobs, reevaluation
from analysis.services import specifications as specification_services
from analysis.services.reevaluation import Scope, reevaluation_cancel, reevaluation_request
from analysis.storage import original_path

pytestmark = pytest.mark.django_db
JudgeAgain = Callable[[], None]
NOBODY = 2**22 + 1


def ask(actor: Actor, scope: Scope | None = None, **changes: object) -> Reevaluation:
    words = {
        "scope": scope or Scope(),
        "scope_words": "all runs",
        "method": LASERTRIM_1,
        "specification": None,
        "reason": "a test",
    }
    return reevaluation_request(actor=actor, **(words | changes))  # type: ignore[arg-type]


def approve_exclusion(run: Run, author: Actor, approver: Actor) -> None:
    """Give the model of a run a specification that leaves its first points out."""
    values = SpecificationValues(
        excluded_points="0-2",
        excluded_reason="lead-in",
        effective_from=date(2000, 1, 1),
    )
    draft = specification_services.draft_create(
        product=run.product, track="", values=values, actor=author
    )
    specification_services.specification_approve(
        specification_id=draft.pk,
        expected_version=draft.version,
        reason="lead-in points are not inspected",
        actor=approver,
    )


def test_the_same_rules_give_the_same_answers_and_no_second_row(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain
) -> None:
    before = list(Evaluation.objects.order_by("pk").values())
    asked = ask(actor)
    judge_again()
    asked.refresh_from_db()
    assert (asked.done, asked.total) == (len(runs), len(runs))
    assert asked.finished_at is not None
    assert list(Evaluation.objects.order_by("pk").values()) == before
    assert not asked.changes.exists()


def test_another_method_stands_beside_and_changes_no_verdict(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain
) -> None:
    verdicts = dict(Run.objects.values_list("pk", "verdict"))
    in_force = dict(TrackRecord.objects.values_list("pk", "evaluation"))
    asked = ask(actor, method=DESKTOP_2)
    judge_again()
    assert not asked.in_force
    tracks = TrackRecord.objects.count()
    assert Evaluation.objects.filter(method__name=DESKTOP_2.name).count() == tracks
    assert dict(Run.objects.values_list("pk", "verdict")) == verdicts
    assert dict(TrackRecord.objects.values_list("pk", "evaluation")) == in_force
    assert asked.changes.exists(), "version 2 has another sigma gradient"


def test_a_new_specification_puts_new_answers_in_force(
    runs: list[Run], actor: Actor, second: Actor, judge_again: JudgeAgain
) -> None:
    run = next(run for run in runs if run.verdict == "PASS")
    approve_exclusion(run, actor, second)
    old = {track.pk: track.evaluation_id for track in run.tracks.all()}
    ask(actor, Scope(run=run.pk))
    judge_again()
    for track in run.tracks.select_related("evaluation__specification"):
        assert track.evaluation_id != old[track.pk]
        assert track.evaluation is not None
        assert track.evaluation.specification is not None
        graded = Evaluation.objects.get(pk=old[track.pk]).points_graded
        assert track.evaluation.points_graded == graded - 3
        assert track.evaluations.count() == 2, "the older answer stays"


def test_a_changed_verdict_is_audited_with_before_and_after(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain
) -> None:
    run = next(run for run in runs if run.verdict == "PASS")
    Run.objects.filter(pk=run.pk).update(verdict="FAIL")  # as if judged by an older release
    ask(actor, Scope(run=run.pk), reason="check of one run")
    judge_again()
    event = AuditEvent.objects.get(action="run.judged_again")
    assert (event.before["verdict"], event.after["verdict"]) == ("FAIL", "PASS")
    assert event.reason == "check of one run"
    run.refresh_from_db()
    assert run.verdict == "PASS"


@pytest.mark.parametrize("field", ["product", "filter"])
def test_a_scope_touches_exactly_its_runs(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain, field: str
) -> None:
    chosen = runs[0]
    scope = (
        Scope(product=chosen.product_id)
        if field == "product"
        else Scope(filter=RunFilter(station=chosen.station, since=date(2020, 1, 1)))
    )
    expected = set(scope.runs().values_list("pk", flat=True))
    assert 0 < len(expected) < len(runs)
    asked = ask(actor, scope, method=DESKTOP_5)
    assert reevaluation.scope_of(asked.scope) == scope
    judge_again()
    touched = Evaluation.objects.filter(method__name=DESKTOP_5.name)
    found = set(touched.values_list("track__run", flat=True))
    assert found == {pk for pk in expected if Run.objects.get(pk=pk).tracks.exists()}


def test_runs_that_come_later_are_not_touched(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain
) -> None:
    asked = ask(actor, method=DESKTOP_5)
    Reevaluation.objects.filter(pk=asked.pk).update(last_run=runs[4].pk)
    judge_again()
    asked.refresh_from_db()
    assert asked.done == 5


def test_a_killed_worker_is_followed_by_one_that_takes_up_where_it_stopped(
    runs: list[Run],
    actor: Actor,
    judge_again: JudgeAgain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reevaluation, "STEP", 4)
    asked = ask(actor, method=DESKTOP_2)
    steps = []
    real = reevaluation._judge_again

    def dying(request: Reevaluation, run: Run) -> None:
        steps.append(run.pk)
        if len(steps) == 10:  # in the middle of the third step
            raise KeyboardInterrupt
        real(request, run)

    monkeypatch.setattr(reevaluation, "_judge_again", dying)
    with pytest.raises(KeyboardInterrupt):
        judge_again()
    Job.objects.filter(reevaluation=asked).update(process=NOBODY)
    assert jobs.recover() == 1
    judge_again()
    asked.refresh_from_db()
    assert asked.done == len(runs)
    tracks = TrackRecord.objects.count()
    assert Evaluation.objects.filter(method__name=DESKTOP_2.name).count() == tracks


def test_long_work_lets_other_work_pass(
    runs: list[Run], actor: Actor, monkeypatch: pytest.MonkeyPatch, judge_again: JudgeAgain
) -> None:
    monkeypatch.setattr(reevaluation, "STEP", 5)
    monkeypatch.setattr(reevaluation, "_TURN_SECONDS", -1)
    asked = ask(actor)
    job = Job.objects.get(reevaluation=asked)
    reevaluation.reevaluation_work(job_id=job.pk)
    job.refresh_from_db()
    asked.refresh_from_db()
    assert (job.state, job.attempts, asked.done) == (JobState.QUEUED, 0, 5)
    judge_again()
    asked.refresh_from_db()
    assert asked.done == len(runs)


def test_calling_off_keeps_what_is_done(
    runs: list[Run], actor: Actor, monkeypatch: pytest.MonkeyPatch, judge_again: JudgeAgain
) -> None:
    monkeypatch.setattr(reevaluation, "STEP", 5)
    monkeypatch.setattr(reevaluation, "_TURN_SECONDS", -1)
    asked = ask(actor, method=DESKTOP_5)
    reevaluation.reevaluation_work(job_id=Job.objects.get(reevaluation=asked).pk)
    assert reevaluation_cancel(reevaluation_id=asked.pk, actor=actor)
    assert not reevaluation_cancel(reevaluation_id=asked.pk, actor=actor)
    judge_again()
    asked.refresh_from_db()
    assert (asked.done, asked.is_open) == (5, False)
    assert AuditEvent.objects.filter(action="reevaluation.cancelled").count() == 1


def test_work_that_kills_its_worker_ends_with_a_reason(runs: list[Run], actor: Actor) -> None:
    asked = ask(actor)
    job = Job.objects.get(reevaluation=asked)
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.job_claim(job_id=job.pk) is not None
        Job.objects.filter(pk=job.pk).update(process=NOBODY)
        jobs.recover()
    asked.refresh_from_db()
    assert "died 3 times" in asked.failure
    assert not asked.is_open


def test_double_delivery_judges_each_run_once(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain
) -> None:
    asked = ask(actor, method=DESKTOP_5)
    job = Job.objects.get(reevaluation=asked)
    reevaluation.reevaluation_work(job_id=job.pk)
    reevaluation.reevaluation_work(job_id=job.pk)
    asked.refresh_from_db()
    assert asked.done == len(runs)


def test_the_difference_report_has_a_row_per_changed_track(
    runs: list[Run], actor: Actor, judge_again: JudgeAgain
) -> None:
    asked = ask(actor, method=DESKTOP_2)
    judge_again()
    head, *rows = queries.change_rows(asked)
    assert len(rows) == asked.changes.count()
    assert all(len(row) == len(head) for row in rows)
    assert sum(change.tracks for change in queries.verdict_changes(asked)) == len(rows)


def test_the_database_refuses_to_change_an_evaluation(runs: list[Run]) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE analysis_evaluation SET verdict = 'PASS'")


def verify() -> str:
    out = io.StringIO()
    call_command("verify-evaluations", stdout=out)
    return out.getvalue()


def test_every_stored_answer_can_be_recomputed_from_its_original(
    runs: list[Run], actor: Actor, second: Actor, judge_again: JudgeAgain
) -> None:
    approve_exclusion(runs[0], actor, second)
    ask(actor)
    ask(actor, method=DESKTOP_2)
    judge_again()
    assert f"{len(runs)} runs recomputed, 0 differences" in verify()


def test_a_stored_number_that_is_off_by_one_bit_is_reported(runs: list[Run]) -> None:
    stored = Evaluation.objects.exclude(offset=None).first()
    assert stored is not None
    changed = Evaluation(
        **{
            field.attname: getattr(stored, field.attname)
            for field in Evaluation._meta.concrete_fields
            if field.attname not in ("id", "offset")
        },
        offset=stored.offset * (1 + 2**-52),  # type: ignore[operator]
    )
    stored.delete()
    changed.save(force_insert=True)
    with pytest.raises(CommandError, match="differ"):
        verify()


def test_an_original_that_is_gone_is_reported(runs: list[Run]) -> None:
    original_path(runs[0].source_file.sha256).unlink()
    with pytest.raises(CommandError, match="differ"):
        verify()


def test_a_sample_checks_only_so_many(runs: list[Run]) -> None:
    out = io.StringIO()
    call_command("verify-evaluations", "--sample", "3", stdout=out)
    assert out.getvalue().startswith("3 runs recomputed")


def test_an_older_reader_is_said_not_compared(runs: list[Run]) -> None:
    Run.objects.filter(pk=runs[0].pk).update(reader_version=0)
    assert "1 not comparable" in verify()


def test_methods_name_their_numbers(runs: list[Run]) -> None:
    row = MethodVersion.objects.get()
    assert row.parameters["sigma"]["minimum_points"] == 10
