"""The audit trail in the Django admin: to read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from accounts.audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "action", "actor_name", "address", "subject", "reason")
    list_filter = ("action",)
    search_fields = ("actor_name", "subject")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False
