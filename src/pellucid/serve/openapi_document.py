"""The OpenAPI document of a service, made from the schemas of its models.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import __version__
from pellucid.data.table import Kind
from pellucid.serve.request_bodies import ARROW, CSV, JSON
from pellucid.serve.served_model import ServedModel

OPTIONS = {
    "intervals": "An interval beside each predicted number: 9 of 10 test rows lay within one as "
    "wide.",
    "cautions": "Sentences about values unlike those of training.",
    "effects": "By how much each column moved the answer: the answer less the one with the column "
    "unknown.",
}
ERRORS = {
    "400": "The body is not in the format that it states.",
    "401": "The token is absent or wrong.",
    "413": "Too many bytes or rows.",
    "422": "A row does not fit; the answer names row, column and what is wanted.",
}


def open_api(models: Sequence[ServedModel], token: bool) -> dict[str, Any]:
    """The document as plain values.

    Parameters
    ----------
    models : sequence of ServedModel
        The first is described at `/predict` too.
    token : bool
        Whether requests show one.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Error": _error()}
    for place, model in enumerate(models):
        schemas[f"Row-{model.name}"] = _row(model)
        for prefix in ([""] if place == 0 else []) + [f"/models/{model.name}"]:
            paths[f"{prefix}/predict"] = {"post": _predict(model)}
            paths[f"{prefix}/schema"] = _read("Columns, answers and an example.", JSON)
            paths[f"{prefix}/explain"] = _read("What the model says of itself.", JSON, "text/html")
            paths[f"{prefix}/report"] = _read("The report of the fit.", "text/html")
    paths["/health"] = _read("Whether the service stands, and which models it holds.", JSON)
    paths["/metrics"] = _read("Counts, as Prometheus reads them.", "text/plain")
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Predictions by Pellucid", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    if token:
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document


def _row(model: ServedModel) -> dict[str, Any]:
    columns = model.schema()["columns"]
    return {
        "type": "object",
        "required": [column["name"] for column in columns],
        "properties": {column["name"]: _cell(column) for column in columns},
        "examples": [model.example],
    }


def _cell(column: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": column["wanted"], "examples": [column["example"]]}
    if column["kind"] == Kind.NUMERIC:
        return {"type": ["number", "null"]} | found
    if column["levels"]:
        found["examples"] = column["levels"][:20]
    return {"type": ["string", "null"]} | found


def _predict(model: ServedModel) -> dict[str, Any]:
    row = {"$ref": f"#/components/schemas/Row-{model.name}"}
    answer = {
        "type": "object",
        "properties": {
            name: {"type": _type(value)} for name, value in model.answer_one(model.example).items()
        },
    }
    schema = model.schema()
    text = {"schema": {"type": "string"}}
    stream = {"schema": {"type": "string", "format": "binary"}}
    body = {
        JSON: {"schema": {"oneOf": [row, {"type": "array", "items": row}]}},
        CSV: text,
        ARROW: stream,
    }
    found = {
        JSON: {"schema": {"oneOf": [answer, {"type": "array", "items": answer}]}},
        CSV: text,
        ARROW: stream,
    }
    wrong = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {
        "summary": f"{schema['problem']}: {schema['target'] or 'answers'} of one row or of many",
        "parameters": [
            {
                "name": name,
                "in": "query",
                "description": text,
                "schema": {"type": "boolean", "default": False},
            }
            for name, text in OPTIONS.items()
        ],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "200": {"description": "The answers, in the order of the rows.", "content": found},
            **{
                status: {"description": text, "content": {JSON: wrong}}
                for status, text in ERRORS.items()
            },
        },
    }


def _type(value: Any) -> str:
    return "number" if isinstance(value, int | float) else "string"


def _read(summary: str, *kinds: str) -> dict[str, Any]:
    content = {kind: {"schema": {} if kind == JSON else {"type": "string"}} for kind in kinds}
    return {
        "get": {
            "summary": summary,
            "responses": {"200": {"description": summary, "content": content}},
        }
    }


def _error() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["detail"],
        "properties": {
            "detail": {"type": "string"},
            "row": {"type": "integer", "description": "counted from 1"},
            "column": {"type": "string"},
            "wanted": {"type": "string"},
        },
    }
