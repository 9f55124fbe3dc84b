"""Bodies of requests and answers: JSON, CSV, Arrow; read within limits.

Notes: §1.0.3, §2.1.3
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import orjson
import pyarrow as pa
from starlette.requests import ClientDisconnect, Request

from pellucid.serve.request_error import RequestError

JSON = "application/json"
CSV = "text/csv"
ARROW = "application/vnd.apache.arrow.stream"
FORMATS = (JSON, CSV, ARROW)
# Whole numbers of 19 digits and more: some are beyond 64 bits, and orjson rounds those.
DIGITS, LONG = bytes.maketrans(b"123456789", b"000000000"), b"0" * 19
LONG_INTEGER = re.compile(rb"(?<![\d.eE+])\d{19,}(?![\d.eE])")


async def body_of(request: Request, largest: int, seconds: float) -> bytes:
    """The body of a request.

    Raises
    ------
    RequestError
        413 for one beyond `largest` bytes, before it is read where it states its length; 408 for
        one that takes longer than `seconds`; 400 when the caller went away.
    """
    stated = request.headers.get("content-length", "0")
    if stated.isdecimal() and int(stated) > largest:
        raise _too_large(largest)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > largest:
                    raise _too_large(largest)
                parts.append(part)
    except TimeoutError as error:
        raise RequestError(
            408, f"The body took longer than {seconds:g} seconds to arrive."
        ) from error
    except ClientDisconnect as error:
        raise RequestError(400, "The caller went away before the body was whole.") from error
    return b"".join(parts)


def _too_large(largest: int) -> RequestError:
    return RequestError(
        413, f"A body holds at most {largest:,} bytes: send the rows in several requests."
    )


def format_of(header: str, otherwise: str = JSON) -> str:
    """The format that a Content-Type or Accept header names first among those known.

    Examples
    --------
    >>> format_of("text/csv; charset=utf-8"), format_of("*/*"), format_of("image/png", "")
    ('text/csv', 'application/json', '')
    """
    if header == JSON:
        return JSON
    for part in header.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in FORMATS:
            return kind
        if kind in ("", "*/*", "application/*"):
            return otherwise
    return otherwise if not header else ""


def json_of(body: bytes) -> Any:
    """The JSON of a body.

    Raises
    ------
    RequestError
        400 when it is none, or holds NaN or infinity, which JSON has not.
    """
    try:
        if LONG not in body.translate(DIGITS) or not LONG_INTEGER.search(body):
            return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass  # Python's own reader takes a little more (1e999, half a character), and says why not
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError as error:
        raise RequestError(400, "The body is nested too deeply.") from error
    except ValueError as error:
        raise RequestError(400, f"The body is not JSON: {error}.") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value; write null where a number is missing")


def arrow_of_stream(body: bytes, most_rows: int) -> pa.Table:
    """The table of an Arrow IPC stream.

    Raises
    ------
    RequestError
        400 when it is none, 413 when it has too many rows.
    """
    try:
        with pa.ipc.open_stream(body) as stream:
            batches, rows = [], 0
            stream.schema.names  # noqa: B018 - names that are not UTF-8 are found here
            for batch in stream:
                batch.validate(full=True)
                rows += batch.num_rows
                if rows > most_rows:
                    raise too_many_rows(most_rows)
                batches.append(batch)
            return pa.Table.from_batches(batches, stream.schema)
    except (pa.ArrowException, OSError, ValueError, TypeError, MemoryError) as error:
        raise RequestError(400, f"The body is not an Arrow stream: {error}.") from error


def csv_file(body: bytes, folder: str) -> Path:
    """The body as a file that `read_table` reads; it lives as long as the folder."""
    path = Path(folder) / "request.csv"
    path.write_bytes(body)
    return path


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one request."""
    return tempfile.TemporaryDirectory(prefix="pellucid-serve-")


def too_many_rows(max_rows: int) -> RequestError:
    """The refusal of more rows than one request may hold."""
    return RequestError(
        413, f"A request holds at most {max_rows:,} rows: send them in several requests."
    )


def as_json(value: Any) -> bytes:
    """JSON; numbers that are not finite become null."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:  # whole numbers beyond 64 bits, halves of characters
        return json.dumps(_finite(value), allow_nan=False, separators=(",", ":")).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return value


def as_arrow(answers: dict[str, list[Any]]) -> pa.Table:
    """Answers as a table; what is a list or a dictionary becomes JSON text."""
    return pa.table(
        {
            name: pa.array(
                [as_json(v).decode() for v in values]
                if values and isinstance(values[0], list | dict)
                else values
            )
            for name, values in answers.items()
        }
    )


def _rows_of(answers: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """One dictionary a row; filled name by name, four times as fast as row by row."""
    rows: list[dict[str, Any]] = [{} for _ in next(iter(answers.values()), ())]
    for name, values in answers.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return rows


def encode_answers(answers: dict[str, list[Any]], media_type: str) -> bytes:
    """Many answers in the format asked for."""
    if media_type == JSON:
        return as_json(_rows_of(answers))
    table, sink = as_arrow(answers), pa.BufferOutputStream()
    if media_type == CSV:
        from pyarrow import csv

        csv.write_csv(table, sink, csv.WriteOptions(quoting_style="needed"))
    else:
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
    return bytes(sink.getvalue())
