"""Who may speak to the lab: this machine, this address, this browser.

Notes: §1.0.3
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from pellucid.errors import FramingError

LARGEST_STATE, LARGEST_TABLE = 1 << 18, 1 << 26
HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        b"frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
FORBIDDEN = b"Open the address that `pellucid lab` printed."


class AccessControl:
    """A token, the hosts and the origins that are answered.

    Parameters
    ----------
    port : int
    token : str, optional
    """

    def __init__(self, port: int, token: str | None = None) -> None:
        self.token = token or secrets.token_urlsafe(24)
        self.cookie = f"pellucid-lab-{port}"
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    def admit(self, scope: dict[str, Any]) -> bool:
        """Whether a request, or a socket, is one of this browser to this lab.

        A name that was turned to this address by its owner (Host), a page of another site (Origin)
        and another user of this machine (token) are not.
        """
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]
        given = dict(headers)
        hosts = [v for k, v in headers if k == "host"]
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return False
        origin = given.get("origin")
        if origin is not None and origin.removeprefix("http://") not in self.hosts:
            return False
        if origin is None and scope["type"] == "websocket":
            return False
        return self._known(scope, given.get("cookie", ""))

    def _known(self, scope: dict[str, Any], cookie: str) -> bool:
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [])
        try:
            kept = SimpleCookie(cookie).get(self.cookie)
        except Exception:  # a cookie that cannot be read is none
            kept = None
        offered = [*asked, *([kept.value] if kept is not None else [])]
        own = self.token.encode()
        return any(secrets.compare_digest(t.encode("utf-8", "replace"), own) for t in offered)

    def middleware(self, app: Any) -> Any:
        """The application behind the locks, with headers that keep the browser from elsewhere."""
        locks = self

        async def guarded(
            scope: Any, receive: Callable[..., Any], send: Callable[..., Any]
        ) -> None:
            if scope["type"] not in ("http", "websocket"):
                await app(scope, receive, send)
            elif not locks.admit(scope):
                await _send_forbidden(scope, send)
            else:
                await app(scope, receive, _with_headers(send))

        return guarded


async def _send_forbidden(scope: Any, send: Callable[..., Any]) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": 403, "headers": [kind, *HEADERS]})
    await send({"type": "http.response.body", "body": FORBIDDEN})


def _with_headers(send: Callable[..., Any]) -> Callable[..., Any]:
    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": [*message["headers"], *HEADERS]}
        await send(message)

    return sent


async def body_of(request: Request, largest: int) -> bytes:
    """The body of a request, read no further than what is admitted.

    Raises
    ------
    FramingError
        When it is larger.
    """
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > largest:
            raise FramingError(f"This is larger than the {largest:,} bytes that the lab takes.")
    return bytes(found)
