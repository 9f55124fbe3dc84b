"""Bodies of every wrongness: the service answers them all, and none with 500.

Notes: Concept 56
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.serve.application import application
from pellucid.serve.json_cells import no_row, wanted_of, wrong_cell
from pellucid.serve.request_bodies import (
    ARROW,
    CSV,
    FORMATS,
    JSON,
    arrow_of_stream,
    as_json,
    body_of,
    format_of,
    json_of,
)
from pellucid.serve.request_error import RequestError
from pellucid.serve.settings import ServeSettings
from pellucid.storage import save_model

# Numerals at the edges of 64 bits and of floats, and texts that only Python's own reader takes.
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**18, 10**19, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 10**400, 1e308]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec=None), max_size=4),
    st.integers(10**17, 10**25).map(str),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec=None), max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


BEFORE = ["", "1e999", "-1E+400", "NaN", "[1.", "\ufeff", "-0", "0.12345678901234567890"]


@given(VALUES, st.booleans(), st.booleans(), st.sampled_from(BEFORE))
def test_json_is_read_and_written_as_pythons_own_reader_does(
    value: Any, ascii_only: bool, indented: bool, before: str
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1 if indented else None)
    body = (f"[{before},{text}]" if before else text).encode("utf-8", "surrogatepass")
    try:
        wanted = json.loads(body)
    except ValueError:
        wanted = RequestError  # as what JSON has not
    if wanted is RequestError or before == "NaN":
        with pytest.raises(RequestError, match="not JSON"):
            json_of(body)
    else:
        assert repr(json_of(body)) == repr(wanted)
    assert json.loads(as_json(value)) == value


ROWS = [
    {"day": "2024-05-06", "size": "low", "x": 1.5, "whole": 3, "yes": "true"},
    {"day": "2024-07-08 09:10", "size": "high", "x": None, "whole": -4, "yes": "false"},
]
CELLS: list[Any] = [
    *(None, True, 0, -0.0, 1e308, -1e308, 5e-324, 10**30, 10**400, "", "NA", "nan", "inf", "1e999"),
    *("\x00", "\ud800", "é" * 300, "٣", "1_0", "0x10", "9999-99-99", "0001-01-01", "262143-01-01"),
    *([], {}, [[1]], {"a": None}, "=1+1", '"', "\r\n", ",", "low\x00", "9" * 5000),
]
PIECES = [b'"', b"{", b"}", b"[", b"]", b",", b":", b"\x00", b"\xff", b"\\ud800", b"1e999", b"\r\n"]
KINDS = [JSON, CSV, ARROW, "", "*/*", "text/csv;charset=latin-1", "application/JSON", "x/y", "\t"]
QUERIES = [
    "",
    "?cautions=true",
    "?effects=1&cautions=1&intervals=1",
    "?intervals=0",
    "?x",
    "?%ff=%00",
]


def changed_cells(rng: random.Random) -> list[dict[str, Any]]:
    rows = [dict(rng.choice(ROWS)) for _ in range(rng.randint(1, 3))]
    for _ in range(rng.randint(0, 3)):
        row = rng.choice(rows)
        row[rng.choice([*ROWS[0], "extra", ""])] = rng.choice(CELLS)
    if rng.random() < 0.1:
        rng.choice(rows).pop("x")
    return rows


def json_body(rng: random.Random) -> bytes:
    rows: Any = changed_cells(rng)
    return json.dumps(rows[0] if rng.random() < 0.5 else rows).encode()


def csv_body(rng: random.Random) -> bytes:
    rows = changed_cells(rng)
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join(",".join(str(v) for v in line) for line in lines).encode("utf-8", "replace")


def arrow_body(rng: random.Random) -> bytes:
    name = rng.choice(list(ROWS[0]))
    table = pa.Table.from_pylist(ROWS)
    kind = rng.choice(
        [pa.binary(), pa.list_(pa.int8()), pa.null(), pa.time32("s"), pa.decimal128(9, 2)]
    )
    if rng.random() < 0.3:
        table = table.set_column(table.column_names.index(name), name, pa.nulls(2, kind))
    if rng.random() < 0.1:
        table = table.append_column(name, pa.array([1, 2]))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


def damaged(body: bytes, rng: random.Random) -> bytes:
    content = bytearray(body)
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(content) + 1)
        what = rng.random()
        if what < 0.3:
            content[at : at + rng.randint(1, 20)] = b""
        elif what < 0.6:
            content[at:at] = rng.choice(PIECES)
        elif what < 0.9 and at < len(content):
            content[at] = rng.randrange(256)
        else:
            content = content[:at]
    return bytes(content)


def request(rng: random.Random) -> tuple[str, bytes, dict[str, str]]:
    make, kind = rng.choices(
        [(json_body, JSON), (csv_body, CSV), (arrow_body, ARROW)], [0.75, 0.05, 0.2]
    )[0]
    body = make(rng)
    if rng.random() < 0.6:
        body = damaged(body, rng)
    headers = {"Content-Type": kind if rng.random() < 0.9 else rng.choice(KINDS)}
    if rng.random() < 0.2:
        headers["Accept"] = rng.choice(KINDS)
    return f"/predict{rng.choice(QUERIES)}", body, headers


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    rng = random.Random(0)
    rows = [
        {
            "day": f"202{rng.randint(0, 4)}-{rng.randint(1, 12):02}-11",
            "size": rng.choice(["low", "mid", "high"]),
            "x": rng.gauss(0, 1) if rng.random() < 0.9 else None,
            "whole": rng.randint(-50, 50),
            "yes": rng.choice(["true", "false"]),
        }
        for _ in range(120)
    ]
    table = pa.Table.from_pylist([{**row, "y": row["whole"] + rng.gauss(0, 1)} for row in rows])
    file: Path = tmp_path_factory.mktemp("bodies") / "model.pellucid"
    chosen = Settings(target="y", model="ridge", lams=(0.1,), cv=2)
    save_model(fit_table(table, chosen).machine, file)
    return application(ServeSettings({"model": str(file)}))


def answers(app: Any, count: int, seed: int) -> Counter[int]:
    """Statuses of so many requests; what the service does not catch is raised."""

    async def ask_all() -> Counter[int]:
        statuses: Counter[int] = Counter()
        rng = random.Random(seed)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            for _ in range(count):
                path, body, headers = request(rng)
                answer = await client.post(path, content=body, headers=headers)
                statuses[answer.status_code] += 1
                if answer.headers["content-type"] == JSON:
                    json.loads(answer.content)
        return statuses

    return asyncio.run(ask_all())


FOUND = [  # by twenty thousand bodies
    (CSV, b"day,size,x,whole,yes\n2024-07-08,1e999,1,-4,false"),
    (CSV, b"day,size,x,whole,yes"),
    (ARROW, arrow_body(random.Random(3)).replace(b"whole", b"whol\xa9")),
]


@pytest.mark.parametrize(("kind", "body"), FOUND)
def test_what_once_made_it_fail_is_refused_or_answered(app: Any, kind: str, body: bytes) -> None:
    async def ask() -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            found = await client.post("/predict", content=body, headers={"Content-Type": kind})
        return found.status_code

    assert asyncio.run(ask()) in (200, 400, 422)


def test_no_body_makes_the_service_fail(app: Any) -> None:
    statuses = answers(app, 400, seed=1)
    assert set(statuses) == {200, 400, 415, 422}
    assert statuses[200] > 40


@pytest.mark.slow
def test_none_of_twenty_thousand_bodies_makes_the_service_fail(app: Any) -> None:
    assert set(answers(app, 20_000, seed=2)) <= {200, 400, 413, 415, 422}


def received(parts: list[bytes], headers: dict[str, str], wait: float = 0.0) -> Request:
    """A request whose body comes in parts, each after a wait; then the caller is gone."""
    messages = [
        {"type": "http.request", "body": part, "more_body": i < len(parts) - 1}
        for i, part in enumerate(parts)
    ] or [{"type": "http.disconnect"}]

    async def receive() -> Any:
        await asyncio.sleep(wait)
        return messages.pop(0)

    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": named}, receive)


@pytest.mark.parametrize("stated", [None, "exactly", "not a number"])
@pytest.mark.parametrize("parts", [[b""], [b"abcd"], [b"ab", b"cd"], [b"a", b"", b"bcd"]])
@pytest.mark.parametrize("room", [-1, 0, 1])
def test_a_body_is_read_up_to_its_limit_and_no_further(
    stated: str | None, parts: list[bytes], room: int
) -> None:
    """With or without a stated length, in one part or several: the last byte allowed is allowed."""
    whole = b"".join(parts)
    length = {"exactly": str(len(whole)), "not a number": "many"}.get(stated or "", "")
    request = received(parts, {"content-length": length} if stated else {})
    reading = body_of(request, len(whole) + room, 5.0)
    if room < 0:
        with pytest.raises(RequestError, match="at most") as refused:
            asyncio.run(reading)
        assert refused.value.status == 413
    else:
        assert asyncio.run(reading) == whole


def test_a_body_that_states_too_much_or_never_comes_is_refused() -> None:
    too_long = received([b"x"], {"content-length": "101"})
    slow, gone = received([b"x", b"y"], {}, wait=0.2), received([], {})
    for request, status in ((too_long, 413), (slow, 408), (gone, 400)):
        with pytest.raises(RequestError) as refused:
            asyncio.run(body_of(request, 100, 0.05))
        assert refused.value.status == status


@given(st.lists(st.sampled_from([*FORMATS, "image/png", "*/*", "application/*", ""]), max_size=4))
def test_the_first_format_that_is_known_is_spoken(kinds: list[str]) -> None:
    known = [kind for kind in kinds if kind != "image/png"]
    expected = known[0] if known else ("" if any(kinds) else "otherwise")
    if expected not in FORMATS and known:
        expected = "otherwise"
    spoken = ", ".join(f"{kind.upper()};q=1" if kind else kind for kind in kinds)
    assert format_of(spoken, "otherwise") == (expected if spoken else "otherwise")


def test_texts_of_a_stream_that_are_not_utf8_are_refused() -> None:
    edges = pa.py_buffer(np.array([0, 1, 2], dtype=np.int32).tobytes())
    texts = pa.StringArray.from_buffers(2, edges, pa.py_buffer(b"\xff\xfe"))
    body = pa.BufferOutputStream()
    with pa.ipc.new_stream(body, pa.schema([("a", pa.string())])) as stream:
        stream.write_batch(pa.record_batch({"a": texts}))
    with pytest.raises(RequestError, match="column 0: Invalid: Invalid UTF8") as refused:
        arrow_of_stream(body.getvalue().to_pybytes(), 10)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("kind", "levels", "wanted"),
    [
        ("text", [], "text, or null where it is missing"),
        ("category", ["a", "b"], "one of 'a', 'b', or null where it is missing"),
        ("category", list("abcdefg"), "one of 'a', 'b', 'c', 'd', 'e', 'f' …, or null"),
        ("numeric", None, "a number, or null where it is missing"),
    ],
)
def test_a_refusal_tells_what_a_cell_should_hold(
    kind: str, levels: list[str] | None, wanted: str
) -> None:
    entry = {"name": "x", "kind": kind, "levels": levels}
    assert wanted_of(entry).startswith(wanted)
    refusal = wrong_cell(entry, 1, "?" * 70)
    assert refusal.place["row"] == 2
    assert f"Row 2, column 'x': '{'?' * 58}… is not {wanted}" in str(refusal)


def test_what_is_no_row_is_refused_by_its_number() -> None:
    refusal = no_row(1, 3)
    assert refusal.place["row"] == 2
    assert str(refusal).startswith("Row 2 is a number: a row is an object")
    assert str(no_row(0, None)).startswith("Row 1 is null: ")


def test_numbers_beyond_64_bits_go_out_whole_and_those_beside_them_as_they_are() -> None:
    answer = {"large": 2**70, "none": [float("nan"), float("-inf")], "half": {"x": 0.5}}
    assert as_json(answer) == (
        b'{"large":1180591620717411303424,"none":[null,null],"half":{"x":0.5}}'
    )
