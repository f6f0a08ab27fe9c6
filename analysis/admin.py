"""The rows in the Django admin: to look at, never to change. What writes is in ``services``."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from analysis.models import Batch, BatchItem, Job, MethodVersion, Product, Run, SourceFile


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin without add, change and delete."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(SourceFile)
class SourceFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "reason", "size", "received_at", "sha256")
    list_filter = ("state", "reason_code")
    search_fields = ("name", "sha256", "incident")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("id", "source_file", "state", "attempts", "host", "queued_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("source_file",)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("product", "serial", "station", "verdict", "tested_at")
    list_filter = ("verdict", "station")
    list_select_related = ("product",)
    search_fields = ("serial", "product__number")


class BatchItemInline(admin.TabularInline):  # type: ignore[type-arg]
    model = BatchItem
    fields = ("name", "folder", "outcome", "reason")
    can_delete = False
    max_num = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "door", "made_by", "made_at")
    list_select_related = ("made_by",)
    inlines = (BatchItemInline,)


admin.site.register((Product, MethodVersion), ReadOnlyAdmin)
