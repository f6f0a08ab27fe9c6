"""Addresses of the site."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from analysis.queue import hide_from_admin
from lasertrim import health

admin.autodiscover()
hide_from_admin(admin.site)
admin.site.login = secure_admin_login(admin.site.login)  # one sign-in page, one lockout

urlpatterns = [
    path("", include("analysis.urls")),
    path("reports/", include("reports.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
]
