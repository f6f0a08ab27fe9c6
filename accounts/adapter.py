"""What allauth may do on this site."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.client_address import client_address


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody makes an account for himself; administrators do."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)
