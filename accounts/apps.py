"""The accounts app."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "people"

    def ready(self) -> None:
        from accounts.audit import signins  # the receivers need the loaded models

        signins.connect()
