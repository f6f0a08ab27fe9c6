"""Addresses of what can be taken away."""

from __future__ import annotations

from django.urls import path

from reports import views

urlpatterns = [
    path("runs/<int:pk>/tracks/<str:name>/figure.svg", views.run_figure, name="run-figure"),
]
