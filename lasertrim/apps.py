"""The site app: system checks and the starters."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "lasertrim"

    def ready(self) -> None:
        from lasertrim import checks  # noqa: F401  registering is what importing it does
