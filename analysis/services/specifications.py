"""The life of a specification: drafted by one person, approved by another, never changed after.

Every step is a conditional update that names the state and the version it expects; the audit event
is written in the same transaction. The database enforces the second person as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts.audit.record import Actor, record
from accounts.models import User
from analysis.models import Product, Specification
from analysis.models.specifications import CONTENT, SpecificationValues
from analysis.models.words import SpecificationState
from analysis.numerics.specification_text import points_text, read_points
from analysis.queries.specifications import with_people
from analysis.services.specification_rules import specification_problems


class SpecificationRefusal(Exception):
    """A step that is not possible, with a sentence for the person who tried."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NobodySigned(SpecificationRefusal):
    """A script or an unknown person tried what only a person may do."""


class SecondPersonNeeded(SpecificationRefusal):
    """The person who tries has already had a hand in it."""


class WrongState(SpecificationRefusal):
    """The revision is not (or no longer) in the state the step needs."""


class DraftExists(SpecificationRefusal):
    """There is a draft for this product and track already."""

    def __init__(self, draft: Specification) -> None:
        super().__init__(f"There is a draft already: {draft}. Edit or discard that one.")
        self.draft = draft


class InvalidSpecification(SpecificationRefusal):
    """Values that contradict each other; ``problems`` names the fields."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class ConflictError(SpecificationRefusal):
    """Somebody else changed the draft since it was opened; both versions are here."""

    def __init__(self, theirs: Specification, yours: SpecificationValues | None) -> None:
        who = theirs.changed_by.get_full_name() or theirs.changed_by.get_username()
        at = timezone.localtime(theirs.changed_at)
        super().__init__(f"{who} changed this at {at:%H:%M} on {at:%Y-%m-%d}, after you opened it.")
        self.theirs = theirs
        self.yours = yours


def draft_create(
    *, product: Product, track: str, actor: Actor, values: SpecificationValues | None = None
) -> Specification:
    """Open a draft: with these values, else as a copy of the newest approved revision.

    Raises DraftExists, InvalidSpecification, NobodySigned.
    """
    person = _person(actor)
    track = track.strip().upper()
    if len(track) > 12:
        raise InvalidSpecification({"track": "A track name has at most 12 characters."})
    content = _checked(values) if values is not None else _starting_values(product, track)
    now = timezone.now()
    try:
        with transaction.atomic():
            mine = Specification.objects.filter(product=product, track=track)
            last = mine.aggregate(last=Max("revision"))["last"] or 0
            draft = Specification.objects.create(
                product=product,
                track=track,
                revision=last + 1,
                author=person,
                created_at=now,
                changed_by=person,
                changed_at=now,
                **content.as_dict(),
            )
            _audit("drafted", draft, actor, after=_plain(content, CONTENT))
    except IntegrityError:
        there = draft_of(product=product, track=track)
        if there is None:
            raise
        raise DraftExists(there) from None
    return draft


def draft_edit(
    *, specification_id: int, expected_version: int, values: SpecificationValues, actor: Actor
) -> Specification:
    """Save a draft that was opened at this version.

    Raises ConflictError, WrongState, InvalidSpecification, NobodySigned.
    """
    person = _person(actor)
    content = _checked(values)
    with transaction.atomic():
        before = _fetch(specification_id).values
        _transition(
            specification_id,
            expected_version,
            yours=content,
            version=F("version") + 1,
            changed_by=person,
            changed_at=timezone.now(),
            **content.as_dict(),
        )
        draft = _fetch(specification_id)
        changed = [name for name in CONTENT if getattr(before, name) != getattr(content, name)]
        _audit(
            "changed", draft, actor, before=_plain(before, changed), after=_plain(content, changed)
        )
    return draft


def draft_discard(*, specification_id: int, expected_version: int, actor: Actor) -> None:
    """Delete a draft; the audit trail keeps what it said. Raises ConflictError, WrongState."""
    _person(actor)
    with transaction.atomic():
        draft = _fetch(specification_id)
        gone, _ = Specification.objects.filter(
            pk=specification_id, state=SpecificationState.DRAFT, version=expected_version
        ).delete()
        if not gone:
            _explain(specification_id, expected_version, yours=None)
        _audit("discarded", draft, actor, before=_plain(draft.values, CONTENT))


def specification_approve(
    *, specification_id: int, expected_version: int, reason: str, actor: Actor
) -> Specification:
    """Sign a draft as the second person; from its day on it is in force.

    Raises SecondPersonNeeded, ConflictError, WrongState, InvalidSpecification, NobodySigned.
    """
    person = _person(actor)
    why = _said(reason, "Say why: what was checked, and against which drawing.")
    with transaction.atomic():
        draft = _fetch(specification_id)
        hindrance = approval_hindrance(draft, person)
        if hindrance:
            raise SecondPersonNeeded(hindrance)
        _checked(draft.values)
        _transition(
            specification_id,
            expected_version,
            state=SpecificationState.APPROVED,
            approved_by=person,
            approved_at=timezone.now(),
            reason=why,
        )
        approved = _fetch(specification_id)
        _audit(
            "approved",
            approved,
            actor,
            before={"state": SpecificationState.DRAFT},
            after={"state": approved.state, **_plain(approved.values, CONTENT)},
            reason=why,
        )
    return approved


def withdrawal_ask(*, specification_id: int, reason: str, actor: Actor) -> Specification:
    """Ask that an approved revision is withdrawn; somebody else has to confirm.

    Raises WrongState, InvalidSpecification, NobodySigned.
    """
    person = _person(actor)
    why = _said(reason, "Say why it has to be withdrawn.")
    with transaction.atomic():
        asked = Specification.objects.filter(
            pk=specification_id, state=SpecificationState.APPROVED, withdrawal_asked_by=None
        ).update(
            withdrawal_asked_by=person, withdrawal_asked_at=timezone.now(), withdrawal_reason=why
        )
        specification = _fetch(specification_id)
        if not asked:
            raise WrongState(
                "Its withdrawal is asked for already."
                if specification.is_approved
                else f"This revision is {specification.get_state_display().lower()}, not approved."
            )
        _audit("withdrawal_asked", specification, actor, reason=why)
    return specification


def withdrawal_drop(*, specification_id: int, actor: Actor) -> Specification:
    """Let an approved revision stand after all. Raises WrongState, NobodySigned."""
    _person(actor)
    with transaction.atomic():
        kept = Specification.objects.filter(
            pk=specification_id,
            state=SpecificationState.APPROVED,
            withdrawal_asked_by__isnull=False,
        ).update(withdrawal_asked_by=None, withdrawal_asked_at=None, withdrawal_reason="")
        specification = _fetch(specification_id)
        if not kept:
            raise WrongState("Nobody asks for its withdrawal any more.")
        _audit("withdrawal_dropped", specification, actor)
    return specification


def withdrawal_confirm(*, specification_id: int, actor: Actor) -> Specification:
    """Withdraw a revision as the second person; the approved one before it is in force again.

    Raises SecondPersonNeeded, WrongState, NobodySigned.
    """
    person = _person(actor)
    with transaction.atomic():
        before = _fetch(specification_id)
        if before.withdrawal_asked_by_id == person.pk:
            raise SecondPersonNeeded("You asked for the withdrawal: somebody else confirms it.")
        done = (
            Specification.objects.filter(
                pk=specification_id,
                state=SpecificationState.APPROVED,
                withdrawal_asked_by__isnull=False,
            )
            .exclude(withdrawal_asked_by=person)
            .update(
                state=SpecificationState.WITHDRAWN,
                withdrawn_by=person,
                withdrawn_at=timezone.now(),
            )
        )
        if not done:
            raise WrongState("Nobody asks for its withdrawal any more.")
        specification = _fetch(specification_id)
        _audit(
            "withdrawn",
            specification,
            actor,
            before={"state": SpecificationState.APPROVED},
            after={"state": specification.state},
            reason=specification.withdrawal_reason,
        )
    return specification


def draft_of(*, product: Product, track: str) -> Specification | None:
    """Return the open draft of a product and track."""
    rows = Specification.objects.filter(
        product=product, track=track, state=SpecificationState.DRAFT
    )
    return with_people(rows).first()


def approval_hindrance(draft: Specification, person: User) -> str:
    """Say why this person cannot approve the draft; empty where nothing hinders."""
    if not draft.is_draft:
        return f"This revision is {draft.get_state_display().lower()} already."
    if draft.author_id == person.pk:
        return "You wrote this draft: a second person has to approve it."
    if draft.changed_by_id == person.pk:
        return (
            "You changed this draft last. Its author saves it once more to stand by your change, "
            "or somebody else approves it."
        )
    return ""


def _checked(values: SpecificationValues) -> SpecificationValues:
    problems = specification_problems(values)
    if problems:
        raise InvalidSpecification(problems)
    return replace(values, excluded_points=points_text(read_points(values.excluded_points)))


def _starting_values(product: Product, track: str) -> SpecificationValues:
    """Return what a new draft begins with: the newest approved revision, else nothing."""
    approved = Specification.objects.filter(product=product, state=SpecificationState.APPROVED)
    mine = approved.filter(track=track).order_by("-revision").first()
    general = approved.filter(track="").order_by("-revision").first()
    newest = mine or general
    today = timezone.localdate()
    if newest is None:
        return SpecificationValues(effective_from=today)
    return replace(newest.values, effective_from=max(today, newest.effective_from))


def _transition(
    specification_id: int,
    expected_version: int,
    *,
    yours: SpecificationValues | None = None,
    **changes: Any,
) -> None:
    """Change a draft that is still at this version. Raises ConflictError, WrongState."""
    changed = Specification.objects.filter(
        pk=specification_id, state=SpecificationState.DRAFT, version=expected_version
    ).update(**changes)
    if not changed:
        _explain(specification_id, expected_version, yours=yours)


def _explain(
    specification_id: int, expected_version: int, *, yours: SpecificationValues | None
) -> None:
    """Raise what kept a step from happening."""
    now = _fetch(specification_id)
    if not now.is_draft:
        raise WrongState(
            f"This revision is {now.get_state_display().lower()} and cannot be changed any more."
        )
    if now.version != expected_version:
        raise ConflictError(now, yours)


def _fetch(specification_id: int) -> Specification:
    try:
        return with_people(Specification.objects.all()).get(pk=specification_id)
    except Specification.DoesNotExist:
        raise WrongState("This draft was discarded.") from None


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise NobodySigned("Only a person who is signed in can do this.")
    return actor.user


def _said(reason: str, sentence: str) -> str:
    why = reason.strip()
    if not why:
        raise InvalidSpecification({"reason": sentence})
    return why


def _audit(
    verb: str,
    specification: Specification,
    actor: Actor,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    name = {"specification": str(specification), "revision": specification.revision_name}
    record(
        action=f"specification.{verb}",
        actor=actor,
        subject=f"specification:{specification.pk}",
        before=before,
        after=name | (after or {}),
        reason=reason,
    )


def _plain(values: SpecificationValues, names: Any) -> dict[str, Any]:
    """Return values as JSON takes them."""
    found = {name: getattr(values, name) for name in names}
    return {name: v.isoformat() if isinstance(v, date) else v for name, v in found.items()}
