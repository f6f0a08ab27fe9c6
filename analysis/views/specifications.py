"""One specification: drafting, a colleague's look, approval, withdrawal."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.audit.record import actor_of
from accounts.models import User
from analysis.forms.specifications import ReasonForm, SpecificationForm, StartForm
from analysis.models import Product, Specification
from analysis.numerics.specification_text import NotUnderstood, angle_sentence, read_angle
from analysis.queries import specifications as queries
from analysis.queries.products import known_tracks
from analysis.services import specifications as services

_FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def specification(request: HttpRequest, pk: int) -> HttpResponse:
    """One revision: what it says, what it changed, who signed it."""
    found = specification_or_404(pk)
    before = queries.predecessor_of(found)
    context = {
        "specification": found,
        "fields": queries.summary_of(found.values),
        "before": before,
        "differences": queries.differences(before.values, found.values) if before else [],
        "hindrance": services.approval_hindrance(found, _reader(request)),
        "asked_by_me": found.withdrawal_asked_by_id == request.user.pk,
        "form": ReasonForm(),
    }
    return render(request, "analysis/specifications/specification.html", context)


@_FORM
def start(request: HttpRequest, product_id: int) -> HttpResponse:
    """Begin a draft for a model, of one track or of all."""
    product = get_object_or_404(Product, pk=product_id)
    form = StartForm(request.POST or None, initial={"track": request.GET.get("track", "")})
    if request.method == "POST" and form.is_valid():
        try:
            draft = services.draft_create(
                product=product, track=form.cleaned_data["track"], actor=actor_of(request)
            )
        except services.DraftExists as there:
            messages.info(request, there.sentence)
            return redirect("specification-edit", there.draft.pk)
        except services.InvalidSpecification as wrong:
            form.add_error("track", wrong.sentence)
        else:
            return redirect("specification-edit", draft.pk)
    context = {"product": product, "form": form, "tracks": known_tracks(product)}
    return render(request, "analysis/specifications/start.html", context)


@_FORM
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a draft; a save upon somebody else's save shows both."""
    draft = specification_or_404(pk)
    if not draft.is_draft:
        messages.info(request, f"This revision is {draft.get_state_display().lower()}.")
        return redirect(draft)
    if request.method != "POST":
        form = SpecificationForm.opened(draft.values, draft.version)
        return _edit_page(request, draft, form)
    form = SpecificationForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, draft, form)
    try:
        services.draft_edit(
            specification_id=pk,
            expected_version=form.cleaned_data["version"],
            values=form.values(),
            actor=actor_of(request),
        )
    except services.ConflictError as conflict:
        return _conflict_page(request, conflict, form)
    except services.SpecificationRefusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect(draft.product)
    messages.success(request, "The draft is saved. A colleague can approve it now.")
    return redirect(draft)


@_FORM
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at what would come in force, and sign it as the second person."""
    draft = specification_or_404(pk)
    if not draft.is_draft:
        return redirect(draft)
    form = ReasonForm(request.POST or None, initial={"version": draft.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.specification_approve(
                specification_id=pk,
                expected_version=form.cleaned_data["version"] or 0,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
            )
        except services.ConflictError as conflict:
            messages.error(request, f"{conflict.sentence} Look at it again before you sign.")
            return redirect("specification-approve", pk)
        except services.SpecificationRefusal as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, f"Approved: {draft}.")
            return redirect(draft.product)
    before = queries.predecessor_of(draft)
    context = {
        "specification": draft,
        "before": before,
        "fields": queries.summary_of(draft.values),
        "differences": queries.differences(before.values, draft.values) if before else [],
        "hindrance": services.approval_hindrance(draft, _reader(request)),
        "is_past": draft.effective_from < timezone.localdate(),
        "form": form,
    }
    return render(request, "analysis/specifications/approve.html", context)


@_FORM
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Discard a draft, after a second look."""
    draft = specification_or_404(pk)
    if not draft.is_draft:
        return redirect(draft)
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            services.draft_discard(
                specification_id=pk,
                expected_version=int(version) if version.isdecimal() else 0,
                actor=actor_of(request),
            )
        except services.SpecificationRefusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect(draft)
        messages.success(request, f"The draft {draft} is discarded. The audit trail keeps it.")
        return redirect(draft.product)
    context = {"specification": draft, "fields": queries.summary_of(draft.values)}
    return render(request, "analysis/specifications/discard.html", context)


@require_POST
def withdrawal(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Ask for a withdrawal, confirm it as the second person, or let the revision stand."""
    found = specification_or_404(pk)
    actor = actor_of(request)
    try:
        if step == "ask":
            reason = request.POST.get("reason", "")[:2_000]
            services.withdrawal_ask(specification_id=pk, reason=reason, actor=actor)
            messages.success(request, "Asked for. It stays in force until a colleague confirms.")
        elif step == "confirm":
            services.withdrawal_confirm(specification_id=pk, actor=actor)
            messages.success(request, f"{found} is withdrawn.")
        elif step == "drop":
            services.withdrawal_drop(specification_id=pk, actor=actor)
            messages.success(request, f"{found} stays in force.")
        else:
            raise Http404
    except services.SpecificationRefusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(found)


@require_safe
def angle_preview(request: HttpRequest) -> HttpResponse:
    """Say what is understood of an angle text, while it is typed."""
    text = request.GET.get("angle_text", "")[:1_000]
    return render(request, "analysis/specifications/angle_heard.html", angle_heard(text))


def angle_heard(text: str) -> dict[str, str]:
    """Return what the form says below an angle text."""
    if not text.strip():
        return {}
    try:
        return {"heard": angle_sentence(read_angle(text))}
    except NotUnderstood as wrong:
        return {"not_heard": str(wrong)}


def specification_or_404(pk: int) -> Specification:
    """Return a revision with everybody who signed it."""
    return get_object_or_404(queries.with_people(Specification.objects.all()), pk=pk)


def _edit_page(request: HttpRequest, draft: Specification, form: SpecificationForm) -> HttpResponse:
    context = {"specification": draft, "form": form}
    context |= angle_heard(str(form["angle_text"].value() or ""))
    return render(request, "analysis/specifications/edit.html", context)


def _conflict_page(
    request: HttpRequest, conflict: services.ConflictError, form: SpecificationForm
) -> HttpResponse:
    """Show both versions; the form below holds what the reader touched, upon theirs."""
    theirs, yours = conflict.theirs, form.values()
    upon = form.upon(theirs.values, theirs.version)
    context = {
        "specification": theirs,
        "conflict": conflict,
        "differences": queries.differences(theirs.values, yours),
        "form": upon,
    }
    context |= angle_heard(str(upon["angle_text"].value()))
    return render(
        request, "analysis/specifications/conflict.html", context, status=HTTPStatus.CONFLICT
    )


def _reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # the middleware lets nobody else in
        raise PermissionError
    return request.user
