"""Judge stored runs anew, in short steps that a killed worker can take up again.

A step judges a few dozen runs and stores their answers, the differences and its own place in one
transaction. Answers under the active method and the specification in force become the verdicts of
their runs; all others stand beside them for comparison.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.audit.record import SITE, Actor, record
from analysis.models import (
    Evaluation,
    Reevaluation,
    ReevaluationChange,
    Run,
    Specification,
    SweepRecord,
    TrackRecord,
)
from analysis.numerics.evaluate import evaluate_track, roll_up
from analysis.numerics.method import Method, method_named
from analysis.queries.runs import RunFilter
from analysis.queries.specifications import as_numeric
from analysis.services import jobs
from analysis.services.evaluations import (
    ChangedMethod,
    RulesInForce,
    TrackRules,
    active_method,
    evaluation_of,
    method_row,
    rules_in_force,
    run_put_in_force,
)
from analysis.services.stored_tracks import track_of

STEP = 25  # runs of one transaction
_TURN_SECONDS = 20  # after so long the worker lets other work pass
_COMPARED = (
    "verdict",
    "failing_as_measured",
    "failing_corrected",
    "offset",
    "rotation",
    "sigma_gradient",
    "sigma_threshold",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which runs: one, those of a product, or those of a filter; all where nothing is named."""

    run: int | None = None
    product: int | None = None
    filter: RunFilter | None = None

    def stored(self) -> dict[str, object]:
        """Return the scope as JSON."""
        narrow = {} if self.filter is None else asdict(self.filter)
        words = {name: _plain(value) for name, value in narrow.items() if value}
        return {"run": self.run, "product": self.product, "filter": words}

    def runs(self) -> QuerySet[Run]:
        """Return the runs it names."""
        runs = Run.objects.all() if self.filter is None else self.filter.apply(Run.objects.all())
        if self.run is not None:
            runs = runs.filter(pk=self.run)
        if self.product is not None:
            runs = runs.filter(product=self.product)
        return runs


def scope_of(stored: dict[str, object]) -> Scope:
    """Return the scope that was stored."""
    words = dict(stored.get("filter") or {})  # type: ignore[call-overload]
    for name in ("since", "until"):
        if name in words:
            words[name] = date.fromisoformat(words[name])
    run, product = stored.get("run"), stored.get("product")
    return Scope(
        run=run if isinstance(run, int) else None,
        product=product if isinstance(product, int) else None,
        filter=RunFilter(**words) if words else None,
    )


def reevaluation_request(
    *,
    actor: Actor,
    scope: Scope,
    scope_words: str,
    method: Method,
    specification: Specification | None,
    reason: str,
) -> Reevaluation:
    """Queue a re-evaluation of the runs that are stored now."""
    chosen = scope.runs()
    with transaction.atomic():
        request = Reevaluation.objects.create(
            method=method_row(method),
            specification=specification,
            scope=scope.stored(),
            scope_words=scope_words[:300],
            reason=reason,
            requested_by=actor.user,
            requested_at=timezone.now(),
            in_force=specification is None and method.digest == active_method().digest,
            total=chosen.order_by().count(),
            last_run=chosen.order_by().aggregate(newest=Max("pk"))["newest"] or 0,
        )
        jobs.job_queue(reevaluation=request)
        record(
            action="reevaluation.requested",
            actor=actor,
            subject=f"reevaluation:{request.pk}",
            after={"method": method.name, "runs": request.total, "scope": request.scope},
            reason=reason,
        )
    return request


def reevaluation_cancel(*, reevaluation_id: int, actor: Actor) -> bool:
    """Call a re-evaluation off; what is done stays. False where nothing was left to call off."""
    with transaction.atomic():
        stopped = Reevaluation.objects.filter(
            pk=reevaluation_id, finished_at=None, cancelled_at=None
        ).update(cancelled_at=timezone.now())
        if stopped:
            record(
                action="reevaluation.cancelled",
                actor=actor,
                subject=f"reevaluation:{reevaluation_id}",
            )
    return bool(stopped)


def reevaluation_work(*, job_id: int) -> None:
    """Take the job's next steps; after a while hand it back so that other work gets its turn."""
    claim = jobs.job_claim(job_id=job_id)
    if claim is None or claim.reevaluation_id is None:
        return
    until = time.monotonic() + _TURN_SECONDS
    try:
        while _step(claim, claim.reevaluation_id):
            if time.monotonic() > until:
                jobs.job_hand_back(claim)
                return
    except jobs.LostClaim:
        return  # another worker has it; what this step did has been rolled back


def _step(claim: jobs.Claim, reevaluation_id: int) -> bool:
    """Judge the next few runs; return whether any are left."""
    request = Reevaluation.objects.select_related("method", "specification").get(pk=reevaluation_id)
    runs = [] if request.cancelled_at else _next_runs(request)
    with transaction.atomic():
        if not runs:
            jobs.job_finish(claim)
            Reevaluation.objects.filter(pk=request.pk).update(finished_at=timezone.now())
            record(
                action="reevaluation.finished",
                actor=SITE,
                subject=f"reevaluation:{request.pk}",
                after={"runs": request.done, "cancelled": request.cancelled_at is not None},
            )
            return False
        jobs.job_renew(claim)
        for run in runs:
            _judge_again(request, run)
        Reevaluation.objects.filter(pk=request.pk).update(
            cursor=runs[-1].pk, done=request.done + len(runs)
        )
    return True


def _next_runs(request: Reevaluation) -> list[Run]:
    return list(
        scope_of(request.scope)
        .runs()
        .filter(pk__gt=request.cursor, pk__lte=request.last_run)
        .select_related("product")
        .prefetch_related(
            Prefetch(
                "tracks",
                TrackRecord.objects.select_related("evaluation").order_by("id"),
            ),
            Prefetch("tracks__sweeps", SweepRecord.objects.order_by("place")),
        )
        .order_by("pk")[:STEP]
    )


def _judge_again(request: Reevaluation, run: Run) -> None:
    method = method_named(request.method.name)
    if method is None or method.digest != request.method.digest:
        raise ChangedMethod(f"Method {request.method.name} is not in this release any more.")
    tracks = list(run.tracks.all())
    rules = _rules(request, run, method, tracks)
    answers, rows = [], []
    for track in tracks:
        rule = rules.tracks[track.name]
        answer = evaluate_track(
            track_of(track),
            method,
            rule.specification,
            model=run.product.number,
            unit=run.position_unit,
        )
        answers.append(answer)
        row = _kept(
            evaluation_of(track=track, answer=answer, method=request.method, specification=rule.row)
        )
        rows.append(row)
        _note_change(request, track, row)
    if request.in_force:
        rolled = roll_up(tuple(answers), method, otherwise=run.reason)
        _put_in_force(run, rows, str(rolled.verdict), rolled.reason, request)


def _rules(
    request: Reevaluation, run: Run, method: Method, tracks: list[TrackRecord]
) -> RulesInForce:
    names = [track.name for track in tracks]
    chosen = request.specification
    if chosen is not None:
        rules = TrackRules(chosen, as_numeric(chosen))
        return RulesInForce(method, dict.fromkeys(names, rules))
    return rules_in_force(
        method=method, product=run.product, tracks=names, day=localdate(run.ordered_at)
    )


def _kept(row: Evaluation) -> Evaluation:
    """Save an answer, or return the one that says the same already."""
    known = Evaluation.objects.filter(
        track=row.track_id, method=row.method_id, specification=row.specification_id
    ).first()
    if known is not None:
        return known
    row.save(force_insert=True)
    return row


def _note_change(request: Reevaluation, track: TrackRecord, after: Evaluation) -> None:
    before = track.evaluation
    if before is None or all(getattr(before, name) == getattr(after, name) for name in _COMPARED):
        return
    ReevaluationChange.objects.create(
        reevaluation=request,
        track=track,
        before=before,
        after=after,
        verdict_before=before.verdict,
        verdict_after=after.verdict,
    )


def _put_in_force(
    run: Run, rows: list[Evaluation], verdict: str, reason: str, request: Reevaluation
) -> None:
    if not rows:
        return
    run_put_in_force(run, rows, verdict=verdict, reason=reason)
    if verdict != run.verdict:
        record(
            action="run.judged_again",
            actor=SITE,
            subject=f"run:{run.pk}",
            before={"verdict": run.verdict},
            after={"verdict": verdict, "reevaluation": request.pk},
            reason=request.reason,
        )


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
