"""Create the first administrator of a new site."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.audit.record import SITE, record
from accounts.models import User


class Command(BaseCommand):
    help = "Create the first administrator where the site has nobody yet; print the password once."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            if User.objects.exists():
                return
            name = settings.ENVIRONMENT.admin_username
            given = settings.ENVIRONMENT.admin_password
            password = given or secrets.token_urlsafe(12)
            user = User.objects.create_superuser(name, password=password)
            record(
                action="user.created", actor=SITE, subject=f"user:{user.pk}", after={"name": name}
            )
        if given:
            self.stdout.write(f"First administrator: {name}, with the password of ADMIN_PASSWORD.")
        else:
            self.stdout.write(
                f"First administrator: {name}\n"
                f"Password (shown this once): {password}\n"
                "Change it after the first sign-in."
            )
