"""Columns that people have and programs misread: read right, or named; never another number unsaid.

Notes: §2.1.3
"""

from __future__ import annotations

import csv
import io
from datetime import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import read_table
from pellucid.data import Kind, Table
from pellucid.data.columns import inference
from pellucid.data.columns import number_doubts as doubts
from pellucid.data.columns.inference import Cells, InferredColumn, column_of
from pellucid.data.columns.kind_conversion import texts_of
from pellucid.data.columns.lengths_of_time import read_durations
from pellucid.data.columns.notation import NO_HINTS
from pellucid.data.columns.number_doubts import (
    doubts_of_cells,
    number_doubts,
    spelling_of_numbers,
)
from pellucid.data.columns.spellings import merge_spellings


def found_in(cells: list[str]) -> InferredColumn:
    """The column that a text file with these cells holds."""
    return column_of(Cells("c", pa.chunked_array([pa.array(cells)]), typed=False))


def table_of(folder: Path, cells: list[str], **said: object) -> Table:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["c", "y"], *([cell, i * 1.25] for i, cell in enumerate(cells))])
    (folder / "t.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    return read_table(folder / "t.csv", **said)  # type: ignore[arg-type]


# What a person writes, as far as it is a plain number or date to everybody.
PLAIN_NUMBER = st.decimals(-999, 999, places=1).map(lambda v: str(v))
# Columns of which a program might make other numbers than a person means.
ODD = {
    "thousands or decimals": ["1.200", "12.500", "3.450"],
    "versions": ["1.1", "1.10", "1.9"],
    "codes with a point": ["01.11", "10.20", "62.01"],
    "zip codes": ["01234", "12345", "60601"],
    "numbers to dial": ["+49301234567", "+4940123456", "+498912345"],
    "percent and shares": ["5%", "0.05", "12%"],
    "limits": ["<5", "7", ">100", "33"],
    "two units": ["5 kg", "500 g", "3 kg"],
    "two currencies": ["$5", "€7.50", "$1,200"],
    "sizes of files": ["3.2 MB", "500 KB", "1.1 GB"],
    "two scales": ["21.5 °C", "70 °F", "22 °C"],
    "brackets": ["(5)", "7", "(12)"],
    "minus behind": ["5-", "7", "12-"],
    "two signs": ["--5", "7", "12", "3"],
    "footnotes": ["5*", "7", "12", "3[2]"],
    "errors": ["5±1", "7±2", "12±1"],
    "other digits": ["١٢", "٣", "٤٥"],
    "wide digits": ["１２", "３", "４５"],
    "letters not seen": ["5\u200b", "7", "12", "3"],
    "apostrophes": ["'5", "'7", "'12"],
    "formulas": ['="5"', '="7"', '="12"'],
    "errors of a spreadsheet": ["5", "#DIV/0!", *map(str, range(7, 37))],
    "words among numbers": ["5", "7", "8", "about ten"],
    "dates made by a spreadsheet": ["1-Mar", "2-Mar", "10-20"],
    "times": ["1:30", "2:45", "10:05"],
    "minutes with parts": ["1:30.5", "2:45.25", "10:05.1"],
    "a clock": ["09:30", "10:45", "23:05"],
    "half days": ["9:30 am", "12:15 pm", "1:05 PM"],
    "hours and minutes": ["3h 20m", "45m", "1h 5m"],
    "NA among codes": ["DE", "NA", "FR", "US"],
    "NA among words": ["red", "NA", "blue", "green"],
    "null among words": ["mild", "null", "severe"],
}


@pytest.mark.parametrize("cells", ODD.values(), ids=ODD)
@pytest.mark.parametrize("times", [1, 5])
def test_an_odd_column_is_named_or_stays_as_written(cells: list[str], times: int) -> None:
    found = found_in(cells * times)
    named = [f for f in found.findings if f.columns == ("c",) and f.advice]
    same = found.column.levels is not None and not found.column.missing.any()
    assert named or (same and set(found.column.texts()) == set(cells))
    if found.column.kind is Kind.NUMERIC:  # numbers that are not those of Python are named
        assert named


@given(st.lists(PLAIN_NUMBER, min_size=3, max_size=30, unique=True))
def test_plain_numbers_raise_no_doubt(cells: list[str]) -> None:
    found = found_in(cells)
    assert not found.findings
    assert found.column.values.tolist() == [float(cell) for cell in cells]


GROUPED = st.tuples(st.integers(1, 999), st.integers(0, 999)).map(lambda v: f"{v[0]}.{v[1]:03d}")


@given(
    st.lists(GROUPED, min_size=3, max_size=20, unique=True), st.sampled_from(["", "5000", "2.5"])
)
def test_points_before_three_digits_are_named_unless_a_cell_decides(
    cells: list[str], other: str
) -> None:
    found = found_in([*cells, other or cells[0]])
    assert found.column.values[: len(cells)].tolist() == [float(cell) for cell in cells]
    said = [f for f in found.findings if f.name == "points before three digits"]
    assert bool(said) == (other == "") == bool(found.doubt)
    assert all(f"'{cells[0]}' (row 1)" in f.message and "--thousands" in f.advice for f in said)


def test_open_points_are_closed_by_a_word(tmp_path: Path) -> None:
    cells = ["1.200", "12.500", "3.450"]
    assert table_of(tmp_path, cells, thousands="c=.")["c"].values[0] == 1200
    for said in ({"thousands": "."}, {"decimal": "."}):
        table = table_of(tmp_path, cells, **said)
        assert not any("three digits" in finding.name for finding in table.findings)


CAPITALS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2).filter(lambda t: t != "NA")


@given(st.lists(CAPITALS, min_size=3, max_size=9, unique=True), st.integers(1, 4))
def test_na_among_codes_of_two_letters_is_a_code(codes: list[str], times: int) -> None:
    found = found_in([*codes, *["NA"] * times, *codes])
    assert found.column.texts().tolist()[len(codes)] == "NA"
    (said,) = found.findings
    assert f"{times} row{'s' if times > 1 else ''} (first row {len(codes) + 1})" in said.message
    assert "--missing NA" in said.advice


@given(
    st.lists(st.sampled_from(["red", "blue", "green", "pale red"]), min_size=4, max_size=9),
    st.sampled_from(["NA", "N/A", "null", "NULL", "n/a", "NaN"]),
)
def test_missing_words_among_words_are_named(words: list[str], absent: str) -> None:
    found = found_in([*words, absent, *words, absent])
    assert found.column.missing.tolist() == [*[False] * len(words), True] * 2
    (said,) = [f for f in found.findings if f.name == "missing among words"]
    assert f"{absent!r} in 2 rows (first row {len(words) + 1})" in said.message
    assert "--category c" in said.advice


def test_what_is_said_of_na_decides(tmp_path: Path) -> None:
    codes, words = ["DE", "FR", "NA", "US"], ["red", "NA", "blue", "green"]
    missing = table_of(tmp_path, codes, missing=["NA"])
    assert missing["c"].missing.tolist() == [False, False, True, False]
    kept = table_of(tmp_path, words, category=["c"])
    assert kept["c"].texts().tolist() == words
    assert not [f for f in (*missing.findings, *kept.findings) if "NA" in f.message]
    again = read_table(tmp_path / "t.csv", schema=kept.schema)
    assert again["c"].texts().tolist() == words
    numbers = table_of(tmp_path, ["1", "2", "NA", "3"], category=["c"])
    assert numbers["c"].missing.tolist() == [False, False, True, False]


MOMENTS = st.lists(st.times().map(lambda t: t.replace(tzinfo=None)), min_size=3, max_size=12)


@given(MOMENTS, st.sampled_from(["%H:%M:%S", "%H:%M:%S.%f", "%I:%M:%S %p", "%H:%M"]))
def test_times_of_the_day_are_seconds_since_midnight(moments: list[time], way: str) -> None:
    texts = [moment.strftime(way) for moment in moments]
    written = [
        time.fromisoformat(t.strftime("%H:%M" if way == "%H:%M" else "%H:%M:%S.%f"))
        for t in moments
    ]
    if ".%f" not in way:
        written = [moment.replace(microsecond=0) for moment in written]
    wanted = [(t.hour * 60 + t.minute) * 60 + t.second + t.microsecond / 1e6 for t in written]
    seconds, read = read_durations(pa.array(texts))
    assert read.all()
    np.testing.assert_allclose(seconds, wanted, rtol=0, atol=1e-6)


def test_times_are_the_same_from_every_source_and_at_predict(tmp_path: Path) -> None:
    moments = [time(9, 30), time(23, 5), time(0, 15), time(12, 0)]
    texts = [f"{moment:%H:%M:%S}" for moment in moments]
    from_text = table_of(tmp_path, texts)
    from_frame = read_table(pd.DataFrame({"c": moments, "y": range(4)}))
    wanted = [34_200.0, 83_100.0, 900.0, 43_200.0]
    assert from_text["c"].values.tolist() == from_frame["c"].values.tolist() == wanted
    assert from_text["c"].note == from_frame["c"].note
    assert from_text["c"].notation == from_frame["c"].notation
    for source in (from_text, pd.DataFrame({"c": moments, "y": range(4)})):
        assert read_table(source, schema=from_text.schema)["c"].values.tolist() == wanted
    minutes = table_of(tmp_path, ["1:30.5", "2:45.25", "10:05.1"])
    new = table_of(tmp_path, ["1:30", "2:45", "3:00"])  # by itself hours, by the schema minutes
    assert read_table(new, schema=minutes.schema)["c"].values.tolist() == [90.0, 165.0, 180.0]


SPELLED = st.from_regex(r"\A[ ]?[+-]?[01][019]{0,3}(\.[01]{0,3})?[ ]?\Z")


@given(st.lists(SPELLED, min_size=1, max_size=6))
def test_cells_without_a_doubt_are_passed_over_and_no_others(cells: list[str]) -> None:
    values = pa.chunked_array([cells])
    numbers = np.array([float(cell) for cell in cells])
    whole = number_doubts("c", spelling_of_numbers(values), float(abs(numbers).max()), NO_HINTS)
    assert doubts_of_cells("c", values, numbers, NO_HINTS) == whole


CELLS = st.one_of(
    st.none(),
    st.floats(-1e6, 1e6).map(repr),
    st.integers(-50, 50).map(str),
    st.tuples(st.integers(0, 99), st.integers(0, 999)).map(lambda p: f"{p[0]}.{p[1]:03d}"),
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda p: f"0{p[0]}.{p[1]}"),
    st.tuples(st.integers(0, 9), st.integers(1, 9)).map(lambda p: f" {p[0]}.{p[1]}0"),
)


@given(st.lists(CELLS, min_size=1, max_size=40))
def test_few_cells_and_many_are_read_alike(cells: list[str | None]) -> None:
    found = []
    for few in (0, 500):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(inference, "FEW_CELLS", few)
            patch.setattr(doubts, "FEW_CELLS", few)
            read = column_of(
                Cells("c", pa.chunked_array([pa.array(cells, pa.string())]), typed=False)
            )
        column = read.column
        written = None if column.written is None else column.written.tolist()
        found.append((column.kind, column.note, column.texts().tolist(), written, read.findings))
    assert found[0] == found[1]


@given(st.integers(1, 8))
def test_many_mergers_are_told_in_one_sentence(words: int) -> None:
    counts = {f"{'abcdefgh'[i]}{end}": 9 - len(end) for i in range(words) for end in ("", " ")}
    merged = merge_spellings("c", counts)
    assert {merged.category[text] for text in counts} == set("abcdefgh"[:words])
    told = [finding.message for finding in merged.findings]
    if words <= 3:
        assert told == [
            f"Column 'c': '{w}' (9), '{w} ' (8) are read as one category, '{w}'."
            for w in "abcdefgh"[:words]
        ]
    else:
        assert told == [
            f"Column 'c': {words} categories gather spellings of one word, such as "
            "'a' (9), 'a ' (8); 'b' (9), 'b ' (8); 'c' (9), 'c ' (8)."
        ]


DAYS = [20261124, None, 20260228, *range(20260101, 20260110)]


def test_whole_numbers_that_are_days_are_dates_where_all_of_them_are() -> None:
    table = read_table(pd.DataFrame({"day": DAYS, "none": [*DAYS[:-1], 20261399]}))
    assert (table["day"].kind, table["none"].kind) == (Kind.DATE, Kind.NUMERIC)
    assert table["day"].missing.tolist() == [False, True] + [False] * 10
    assert str(table["day"].values[2])[:10] == "2026-02-28"
    assert texts_of(table["day"]).to_pylist()[:3] == ["20261124", None, "20260228"]


@pytest.mark.parametrize(("zone", "shown"), [("UTC", "T12:00:00.000000Z"), (None, " 12:00:00")])
def test_a_date_that_never_changes_is_shown_with_its_zone(zone: str | None, shown: str) -> None:
    times = [pd.Timestamp("2026-11-24 12:00", tz=zone)] * 3 + [pd.NaT]
    column = read_table(pd.DataFrame({"t": times, "y": [1.5, 2, 4, 7]}))["t"]
    assert column.kind is Kind.CONSTANT
    assert column.texts().tolist() == ["2026-11-24" + shown] * 3 + [None]


def test_columns_come_back_as_arrow_holds_them() -> None:
    lengths = pa.array([1_500_000 * i * i for i in range(11)] + [None], pa.duration("us"))
    zoned = pa.array([*range(0, 11_000_000, 1_000_000), None], pa.timestamp("us", "UTC"))
    table = read_table(pa.table({"length": lengths, "zoned": zoned}))
    for name, given_ in (("length", lengths), ("zoned", zoned)):
        assert texts_of(table[name]).equals(given_)


def test_parts_of_a_microsecond_are_left_out_and_large_numbers_stay() -> None:
    stamps = pa.array([1_000_000_001 * i * i for i in range(12)], pa.timestamp("ns"))
    large = pa.array([2**60 + 1, -999, 5] * 4, pa.int64())
    table = read_table(pa.table({"t": stamps, "a": large}), missing=["-999"])
    assert table["t"].values.astype(int)[1:3].tolist() == [1_000_000, 4_000_000]
    assert table["a"].missing.tolist() == [False, True, False] * 4
