"""A signed-in browser without a browser: one connection that stays open, cookies, CSRF token."""

from __future__ import annotations

import http.client
import json
import re
import time
import uuid
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FORM = "application/x-www-form-urlencoded"


class BrowserSession:
    """Speaks HTTP with a site as one person."""

    def __init__(self, address: str, cookies: dict[str, str] | None = None) -> None:
        self._address = address
        self._connection = http.client.HTTPConnection(address, timeout=60)
        self.cookies = dict(cookies or {})

    def sign_in(self, name: str, password: str) -> None:
        """Sign in by the page's own form."""
        page = self.get("/accounts/login/").decode()
        found = _TOKEN.search(page)
        token = found[1] if found else ""
        fields = {"login": name, "password": password, "csrfmiddlewaretoken": token}
        status, _ = self.send("POST", "/accounts/login/", urlencode(fields).encode(), _FORM)
        if status != 302:
            raise RuntimeError(f"Sign-in was answered with status {status}.")

    def twin(self) -> BrowserSession:
        """Return another connection of the same signed-in person."""
        return BrowserSession(self._address, self.cookies)

    def get(self, path: str) -> bytes:
        """Return a page; anything but 200 and 204 is an error."""
        status, body = self.send("GET", path)
        if status not in (200, 204):
            raise RuntimeError(f"{path} was answered with status {status}.")
        return body

    def post_json(self, path: str, body: bytes = b"", kind: str = _FORM) -> dict[str, Any]:
        """Post as the page's script does; return the answer."""
        status, answer = self.send("POST", path, body, kind)
        if status != 201:
            raise RuntimeError(f"{path} was answered with status {status}.")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed

    def post_file(self, path: str, name: str, data: bytes) -> dict[str, Any]:
        """Send one file as a form with its bytes."""
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{mark}--\r\n".encode()
        return self.post_json(path, body, f"multipart/form-data; boundary={mark}")

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, bytes]:
        """Send one request; return status and body."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        answer = response.read()
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: part.value for name, part in SimpleCookie(line).items()}
        return response.status, answer


def wait_until_live(address: str, *, seconds: float = 60) -> None:
    """Wait until a site answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            BrowserSession(address).get("/health/live")
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
