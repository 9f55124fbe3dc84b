"""Who may ask: the token of a request, and the name under which a browser reached the service.

Notes: §1.0.3
"""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from pellucid.serve.request_bodies import JSON, as_json
from pellucid.serve.request_error import RequestError
from pellucid.serve.settings import ServeSettings, is_loopback

OPEN = ("/", "/page.css", "/page.js", "/health")  # the empty page, and whether it stands


class AccessControl:
    """Lets requests pass that show the token, or reach a loopback address by a name of its own.

    Without the second, a page elsewhere could reach this machine through a name that it makes
    point here, and read the answers.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    settings : ServeSettings
        Token and host.
    """

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app = app
        self._token = f"Bearer {settings.token}".encode("ascii") if settings.token else b""
        self._own_names = is_loopback(settings.host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http":
            refusal = self._refusal(scope)
            if refusal is not None:
                await refuse(refusal, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> RequestError | None:
        headers = dict(scope["headers"])
        if self._own_names and not _own(headers.get(b"host", b"")):
            return RequestError(421, "This service answers to 127.0.0.1 and localhost alone.")
        if not self._token or scope["path"] in OPEN:
            return None
        if hmac.compare_digest(headers.get(b"authorization", b""), self._token):
            return None
        return RequestError(401, "Show the token: the header 'Authorization: Bearer TOKEN'.")


def _own(host: bytes) -> bool:
    name = host.decode("latin-1")
    if name.startswith("["):
        return is_loopback(name.partition("]")[0])
    return is_loopback(name.rpartition(":")[0] or name)


async def refuse(refusal: RequestError, send: Send) -> None:
    """Answer a refusal and close the connection: what the caller still sends is not read."""
    body = as_json(refusal.as_dict())
    headers = [
        (b"content-type", JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
