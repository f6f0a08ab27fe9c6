"""The profiles the site can judge by, and which one it does judge by."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.audit.record import actor_of
from analysis.forms.reevaluations import ProposalForm
from analysis.models import MethodActivation
from analysis.numerics.method import method_named
from analysis.queries import reevaluations as queries
from analysis.queries.method_parameters import parameter_groups
from analysis.services import methods as services
from analysis.services.evaluations import active_method


@require_safe
def method_list(request: HttpRequest) -> HttpResponse:
    """Every profile of this release, with its numbers, and the history of activations."""
    active = active_method()
    history = MethodActivation.objects.select_related("method", "proposed_by", "approved_by")[:50]
    methods = queries.methods(active)
    context = {
        "methods": methods,
        "parameters": parameter_groups([view.method for view in methods]),
        "active": active,
        "history": history,
    }
    return render(request, "analysis/reevaluations/methods.html", context)


@require_POST
def method_propose(request: HttpRequest) -> HttpResponse:
    """Ask that the site judges by another method."""
    form = ProposalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Name a method and say why the site should judge by it.")
        return redirect("methods")
    method = method_named(form.cleaned_data["method"])
    try:
        if method is not None:
            services.activation_propose(
                actor=actor_of(request), method=method, reason=form.cleaned_data["reason"]
            )
            messages.success(request, f"{method.name} is proposed; a second person must approve.")
    except services.ActivationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("methods")


@require_POST
def method_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a proposed method in force."""
    try:
        services.activation_approve(activation_id=pk, actor=actor_of(request))
        messages.success(
            request,
            "New files are judged by this method from now on. Stored runs keep their verdicts "
            "until they are re-evaluated.",
        )
    except services.ActivationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("methods")


@require_POST
def method_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a proposal down."""
    try:
        services.activation_decline(activation_id=pk, actor=actor_of(request))
        messages.success(request, "The proposal is closed.")
    except services.ActivationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("methods")
