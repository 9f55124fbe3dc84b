"""The house of the lab on Starlette: pages, scenes, streams, tables dropped on a page.

No state of a session is kept: a request carries all settings of its page, and its answer is the
whole run.

Notes: §1.0.3
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from pellucid.errors import FramingError, PellucidError
from pellucid.lab.access_control import LARGEST_STATE, LARGEST_TABLE, AccessControl, body_of
from pellucid.lab.catalogue import entry, page_named
from pellucid.lab.frame_encoding import pack_frame
from pellucid.lab.html_documents import contents_document, page_document
from pellucid.lab.page_contract import Page
from pellucid.lab.rendering import answer_to, scene_heads
from pellucid.lab.tables import Tables

HERE = Path(__file__).parent


class LabState:
    """What the routes share: the tables that pages can be shown over."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    async def contents(self, request: Request) -> Response:
        """The table of contents."""
        return Response(contents_document(self.tables), media_type="text/html")

    async def page(self, request: Request) -> Response:
        """One page; its scene is asked for by the browser."""
        page = page_of(request.path_params["name"])
        return Response(page_document(page, self.tables), media_type="text/html")

    async def scene(self, request: Request) -> Response:
        """The scene for the settings in the body, as one frame."""
        page = page_of(request.path_params["name"])
        given = state_of(await body_of(request, LARGEST_STATE))
        made = await run_in_threadpool(lambda: pack_frame(next(self._heads(page, given))))
        return Response(made, media_type="application/octet-stream")

    async def answer(self, request: Request) -> Response:
        """Whether a prediction was right, and why."""
        page = page_of(request.path_params["name"])
        asked = state_of(await body_of(request, LARGEST_STATE))
        given = asked.get("state")
        if not isinstance(given, dict):
            raise FramingError("An answer comes with the state of its page.")
        data = self.tables.of(page, given)
        found = await run_in_threadpool(answer_to, page, given, data, asked.get("index"))
        return JSONResponse(found)

    async def data(self, request: Request) -> Response:
        """A table that was dropped on a page."""
        body = await body_of(request, LARGEST_TABLE)
        name = request.query_params.get("name", "table.csv")
        found = await run_in_threadpool(self.tables.dropped, name, body)
        return JSONResponse(found)

    async def run(self, socket: WebSocket) -> None:
        """Long work: settings start it, "more" asks for the next scene; closing ends it."""
        name, work = socket.path_params["name"], None
        await socket.accept()
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    break
                text = message.get("text") or ""  # bytes are no settings either
                try:
                    if text != "more":
                        _ended(work)
                        work = self._heads(page_of(name), state_of(text.encode()))
                    made = await run_in_threadpool(_next, work)
                except PellucidError as trouble:
                    await socket.send_text(json.dumps({"message": str(trouble)}))
                else:
                    await socket.send_bytes(pack_frame(made))
        except WebSocketDisconnect:
            pass  # while a scene was on its way
        finally:
            _ended(work)

    def _heads(self, page: Page, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
        return scene_heads(page, given, self.tables.of(page, given))


OVER: dict[str, Any] = {"done": True}  # what follows the last scene of a stream


def _next(work: Iterator[dict[str, Any]] | None) -> dict[str, Any]:
    if work is None:
        raise FramingError("Nothing is at work: send the settings first.")
    return next(work, OVER)


def _ended(work: Any) -> None:
    if work is not None:
        work.close()


def page_of(name: str) -> Page:
    """A page by its name; its file is read only if the table of contents has it."""
    return page_named(entry(name).name)


def state_of(body: bytes) -> dict[str, Any]:
    """Settings out of a request.

    Raises
    ------
    FramingError
        When it is no JSON object.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FramingError("Settings come as one JSON object.")
    return found


async def _refused(request: Request, trouble: Exception) -> Response:
    return JSONResponse({"message": str(trouble)}, 422)


async def _failed(request: Request, trouble: Exception) -> Response:
    print(f"pellucid lab: {request.url.path}: {trouble!r}", file=sys.stderr)  # noqa: T201
    return JSONResponse({"message": "This page cannot be computed with these settings."}, 500)


def _sign_in(request: Request) -> Response:
    """The address with the token: a cookie is set, and the address becomes clean."""
    locks: AccessControl = request.app.state.locks
    answer = RedirectResponse(request.url.path, 303)
    answer.set_cookie(locks.cookie, locks.token, httponly=True, samesite="strict")
    return answer


def _sign_in_first(handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def handled(request: Request) -> Response:
        if "token" in request.query_params:
            return _sign_in(request)
        found: Response = await handler(request)
        return found

    return handled


def application(tables: Tables, port: int, token: str | None = None) -> Starlette:
    """The lab as an ASGI application behind its locks.

    Parameters
    ----------
    tables : Tables
    port : int
        That it will be reached at: only requests to it are answered.
    token : str, optional
        Drawn when not given.
    """
    house, locks = LabState(tables), AccessControl(port, token)
    app = Starlette(
        routes=[
            Route("/", _sign_in_first(house.contents)),
            Route("/page/{name}", _sign_in_first(house.page)),
            Route("/page/{name}/scene", house.scene, methods=["POST"]),
            Route("/page/{name}/answer", house.answer, methods=["POST"]),
            WebSocketRoute("/page/{name}/run", house.run),
            Route("/data", house.data, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Mount("/widgets", StaticFiles(directory=HERE / "widgets")),
        ],
        exception_handlers={PellucidError: _refused, Exception: _failed},
    )
    app.state.locks = locks
    app.add_middleware(locks.middleware)
    return app
