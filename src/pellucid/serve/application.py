"""The service: its addresses, and how each is answered.

Notes: §1.0.3, §1.0.7
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pellucid import __version__
from pellucid.errors import PellucidError
from pellucid.serve import request_bodies
from pellucid.serve.access_control import AccessControl
from pellucid.serve.model_store import ModelStore
from pellucid.serve.openapi_document import open_api
from pellucid.serve.prometheus_metrics import Metrics
from pellucid.serve.request_error import RequestError
from pellucid.serve.served_model import Options, ServedModel
from pellucid.serve.settings import VARIABLE, ServeSettings, read_settings

RENEWAL_SECONDS = 1.0  # how often the files are looked at
PAGE = Path(__file__).parent / "page"
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
REPORT_SAFE = SAFE | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "script-src 'unsafe-inline'; font-src data:; base-uri 'none'; frame-ancestors 'none'"
}
PAGE_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}


class Service:
    """What the addresses share: models, counts and limits.

    Parameters
    ----------
    settings : ServeSettings

    Raises
    ------
    ModelFileError
        When a model cannot be served.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self._settings = settings
        paths = {name: Path(path) for name, path in settings.models.items()}
        self.shelf = ModelStore(paths, settings.missing)
        self.metrics = Metrics(self.shelf.names, settings.metrics)

    async def predict(self, request: Request) -> Response:
        """Answers to one row or to many."""
        began = time.perf_counter()
        model = self.shelf.model(request.path_params.get("name"))
        status, rows = 500, 0
        try:
            body = await request_bodies.body_of(
                request, self._settings.largest_body, self._settings.body_seconds
            )
            response, rows = await self._answered(model, request, body)
            status = 200
            return response
        except RequestError as refusal:
            status = refusal.status
            raise
        except PellucidError as error:
            status = 422
            raise RequestError(422, str(error)) from error
        finally:
            self.metrics.count(model.name, status, time.perf_counter() - began, rows)

    async def _answered(
        self, model: ServedModel, request: Request, body: bytes
    ) -> tuple[Response, int]:
        headers = request.headers
        if headers.get("content-encoding", "identity") != "identity":
            raise RequestError(415, "Send the body as it is: compressed ones are not read.")
        given = request_bodies.format_of(headers.get("content-type", ""))
        if not given:
            raise RequestError(415, f"A body is one of {', '.join(request_bodies.FORMATS)}.")
        wanted = request_bodies.format_of(headers.get("accept", ""), given) or given
        options = options_of(request)
        if given == request_bodies.JSON:
            value = request_bodies.json_of(body)
            if type(value) is not list and wanted == request_bodies.JSON:
                return self._one(model, value, options), 1
            source: Any = value if type(value) is list else [value]
        else:
            source = body
        answers = await run_in_threadpool(self._many, model, source, given, options)
        rows = len(next(iter(answers.values())))
        content = await run_in_threadpool(request_bodies.encode_answers, answers, wanted)
        return Response(content, media_type=wanted), rows

    def _one(self, model: ServedModel, row: Any, options: Options) -> Response:
        """One row needs no table; so quick an answer is given where the request was read."""
        answer = model.answer_one(row)
        if options.any:
            found = model.answer_table(model.table_of([row]), options)
            answer |= {name: values[0] for name, values in found.items() if name not in answer}
        return Response(request_bodies.as_json(answer), media_type=request_bodies.JSON)

    def _many(
        self, model: ServedModel, source: Any, given: str, options: Options
    ) -> dict[str, list[Any]]:
        most = self._settings.most_rows
        if given == request_bodies.JSON:
            if len(source) > most:
                raise request_bodies.too_many_rows(most)
            return model.answer_table(model.table_of(source), options)
        if given == request_bodies.ARROW:
            return model.answer_table(
                model.read(request_bodies.arrow_of_stream(source, most)), options
            )
        with request_bodies.temporary_folder() as folder:
            table = model.read(request_bodies.csv_file(source, folder))
        if len(table) > most:
            raise request_bodies.too_many_rows(most)
        return model.answer_table(table, options)

    async def schema(self, request: Request) -> Response:
        """Columns, answers and an example row of a model."""
        return _json(self.shelf.model(request.path_params.get("name")).schema())

    async def explain(self, request: Request) -> Response:
        """What a model says of itself, as JSON or, for a browser, as HTML."""
        model = self.shelf.model(request.path_params.get("name"))
        explanation = await run_in_threadpool(model.machine.explain)
        if "text/html" in request.headers.get("accept", ""):
            html = await run_in_threadpool(explanation.to_html, 1)
            page = (
                f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{html}</body></html>'
            )
            return Response(page, media_type="text/html", headers=REPORT_SAFE)
        return _json(explanation.as_dict())

    async def report(self, request: Request) -> Response:
        """The report of the fit."""
        model = self.shelf.model(request.path_params.get("name"))
        page = await run_in_threadpool(model.report)
        return Response(page, media_type="text/html", headers=REPORT_SAFE)

    async def models(self, request: Request) -> Response:
        """Names of the models; the first also answers where none is named."""
        return _json({"models": self.shelf.names})

    async def health(self, request: Request) -> Response:
        """Whether the service stands; what is wrong with files that could not be taken up."""
        problems = self.shelf.problems()
        status = "degraded" if problems else "ok"
        # The service answers without a token here, so it names no path and no model.
        return _json(
            {"status": status, "pellucid": __version__, "models_not_renewed": len(problems)}
        )

    async def counts(self, request: Request) -> Response:
        """Counts, as Prometheus reads them."""
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4")

    async def document(self, request: Request) -> Response:
        """The OpenAPI document of the models as they are now."""
        return _json(self.described())

    def described(self) -> dict[str, Any]:
        """The OpenAPI document as plain values."""
        models = [self.shelf.model(name) for name in self.shelf.names]
        return open_api(models, bool(self._settings.token))

    async def page(self, request: Request) -> Response:
        """A file of the page."""
        name, kind = PAGE_FILES[request.url.path]
        return Response((PAGE / name).read_bytes(), media_type=kind, headers=SAFE)

    async def keep_new(self) -> None:
        """Take up files that change, for as long as the service stands."""
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            for name in await run_in_threadpool(self.shelf.renew):
                self.metrics.renewed(name)


def application(settings: ServeSettings) -> FastAPI:
    """The service as an ASGI application.

    Parameters
    ----------
    settings : ServeSettings

    Raises
    ------
    ModelFileError
        When a model cannot be served.

    Notes: §1.0.3
    """
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        renewing = asyncio.create_task(service.keep_new())
        gc.collect()
        gc.freeze()  # engines and models stay: a request does not pay for walking over them
        yield
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing

    app = FastAPI(
        title="Predictions by Pellucid",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's pages of documentation load scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
    )
    app.openapi = service.described  # type: ignore[method-assign]
    for prefix in ("", "/models/{name}"):
        app.add_route(f"{prefix}/predict", service.predict, methods=["POST"])
        app.add_route(f"{prefix}/schema", service.schema)
        app.add_route(f"{prefix}/explain", service.explain)
        app.add_route(f"{prefix}/report", service.report)
    app.add_route("/models", service.models)
    app.add_route("/health", service.health)
    app.add_route("/metrics", service.counts)
    app.add_route("/openapi.json", service.document)
    for path in PAGE_FILES:
        app.add_route(path, service.page)
    app.add_exception_handler(RequestError, _refused)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_middleware(AccessControl, settings=settings)
    return app


def from_environment() -> FastAPI:
    """The application of a worker process, which finds its settings in a variable."""
    return application(read_settings(os.environ[VARIABLE]))


def options_of(request: Request) -> Options:
    """The options that the address ends with.

    Raises
    ------
    RequestError
        422 for an option that is not known, or neither true nor false.
    """
    options = Options()
    if not request.url.query:
        return options
    for name, value in request.query_params.multi_items():
        if name not in vars(options):
            raise RequestError(
                422, f"There is no option {name!r}; there are {', '.join(vars(options))}."
            )
        if value.lower() not in ("true", "1", "false", "0"):
            raise RequestError(422, f"{name} is true or false; got {value!r}.")
        options = replace(options, **{name: value.lower() in ("true", "1")})
    return options


def _json(value: Any) -> Response:
    return Response(request_bodies.as_json(value), media_type=request_bodies.JSON)


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestError):
        raise error
    headers = {"Connection": "close"} if error.status in (408, 413) else {}
    content = request_bodies.as_json(error.as_dict())
    return Response(content, error.status, media_type=request_bodies.JSON, headers=headers)


async def _unknown(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    content = request_bodies.as_json({"detail": error.detail})
    return Response(
        content, error.status_code, media_type=request_bodies.JSON, headers=error.headers
    )
