"""People in the Django admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import User

admin.site.site_header = "Laser Trim Analyzer"
admin.site.site_title = "Laser Trim Analyzer"
admin.site.index_title = "Administration"
admin.site.register(User, UserAdmin)
