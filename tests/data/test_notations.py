"""Numbers and dates in the notations of people: read by the column, said, and open to a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pellucid import read_table
from pellucid.data import Kind, Table
from pellucid.data.columns.date_formats import dates_by_format, read_dates
from pellucid.data.columns.lengths_of_time import read_durations
from pellucid.data.columns.notation import NO_HINTS, Notation, NotationHints
from pellucid.data.columns.number_formats import CELL, CELL_OF_ASCII, read_numerals
from pellucid.data.table_reader import Notations
from pellucid.errors import ColumnError, HyperparameterError


def table_of(folder: Path, cells: list[str], **said: object) -> Table:
    """A column of these cells beside one of fractions, parted by semicolons."""
    path = folder / "t.csv"
    path.write_text("c|y\n" + "".join(f"{cell}|{i}.25\n" for i, cell in enumerate(cells)))
    return read_table(path, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,5", "2,25", "3"], [1.5, 2.25, 3]),
        (["1.234,5", "2.000", "7"], [1234.5, 2000, 7]),
        (["$1,234.50", "$3", "-$5"], [1234.5, 3, -5]),
        (["1.234,50 €", "3 €", "5 €"], [1234.5, 3, 5]),
        (["(12.5)", "7", "−3"], [-12.5, 7, -3]),
        (["12 %", "7%", "0.5 %"], [12, 7, 0.5]),
        (["1.2k", "3M", "5"], [1200, 3e6, 5]),
        (["1 234,5", "12\u00a0000", "3"], [1234.5, 12000, 3]),
        (["1'234.5", "2’000", "3"], [1234.5, 2000, 3]),
        (["3 kg", "4 kg", "5.5kg"], [3, 4, 5.5]),
        (["1,23,456", "7", "12,345"], [123456, 7, 12345]),
        (["1.234.567", "12", "3"], [1234567, 12, 3]),
        (["0,123", "0,5", "1"], [0.123, 0.5, 1]),
    ],
)
def test_numbers_are_read_as_a_person_reads_them(
    tmp_path: Path, cells: list[str], numbers: list[float]
) -> None:
    table = table_of(tmp_path, cells)
    assert table["c"].values.tolist() == numbers
    assert table.findings or table["c"].note == "numbers"
    again = read_table(tmp_path / "t.csv", schema=table.schema)
    assert again["c"].values.tolist() == numbers


@pytest.mark.parametrize(
    "cells",
    [["1st", "2nd", "3rd"], ["4wd", "2wd", "4wd"], ["3 kg", "400 g", "5 kg"], ["1_0", "2", "3"]],
)
def test_words_with_digits_stay_words(tmp_path: Path, cells: list[str]) -> None:
    assert table_of(tmp_path, cells)["c"].kind in (Kind.CATEGORY, Kind.BINARY)


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=3, max_size=20), st.booleans())
def test_every_notation_gives_back_the_number(values: list[object], european: bool) -> None:
    decimal, thousands = (",", ".") if european else (".", ",")
    swap = str.maketrans({",": thousands, ".": decimal})
    texts = pa.chunked_array([[f"{value:,.2f}".translate(swap) for value in values]])
    found = read_numerals(texts, NO_HINTS)
    assert found.read.all()
    np.testing.assert_allclose(found.values, [float(str(v)) for v in values])


PIECES = [*" +-().,'$%eEkMz_/", "12", "7", "1,234.5"]
PIECES += ["", "USD", "CHF", "US$", "R$", "Rs.", "Rs", "Fr.", "kr"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1))
def test_a_text_of_ascii_has_the_same_parts_by_the_shorter_pattern(texts: list[str]) -> None:
    cells = pa.array(texts)
    assert pc.extract_regex(cells, CELL_OF_ASCII).equals(pc.extract_regex(cells, CELL))


def test_an_open_comma_is_said_and_can_be_said_otherwise(tmp_path: Path) -> None:
    cells = ["1,234", "950", "12,500", "87", "5,001"]
    table = table_of(tmp_path, cells)
    assert table["c"].values[0] == 1234
    assert [f.severity for f in table.findings] == ["caution"]
    assert table_of(tmp_path, cells, decimal=",")["c"].values[0] == 1.234
    assert table_of(tmp_path, cells, decimal="c=,")["c"].values[0] == 1.234
    with pytest.raises(HyperparameterError, match="decimal is one of"):
        table_of(tmp_path, cells, decimal=";")


@pytest.mark.parametrize(
    ("cells", "hints", "numbers", "doubt"),
    [
        (["1.234", "5"], NotationHints(thousands="."), [1234, 5], ""),
        (["1,234", "5"], NotationHints(thousands=","), [1234, 5], ""),
        (["1.234,5", "5"], NotationHints(decimal=".", thousands="."), [1234.5, 5], ""),
        (["1,234.5", "5"], NotationHints(decimal=",", thousands=","), [1234.5, 5], ""),
        (["1,234", "5"], NotationHints(decimal=","), [1.234, 5], ""),
        (["1,234", "567"], NO_HINTS, [1234, 567], "the comma might be a decimal comma"),
        (["1,234", "5678"], NO_HINTS, [1.234, 5678], ""),
        (["1,234", "567"], NotationHints(default_notation=Notation(decimal=",")), [1.234, 567],
         "the comma might part thousands"),
        (["1,234", "5678"], NotationHints(default_notation=Notation(decimal=",")), [1.234, 5678],
         ""),
        (["1.234", "567"], NotationHints(default_notation=Notation(thousands=".")), [1234, 567],
         "the points might be decimal points"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_column_and_of_its_table_decides(
    cells: list[str], hints: NotationHints, numbers: list[float], doubt: str
) -> None:
    found = read_numerals(pa.chunked_array([cells]), hints)
    assert found.values.tolist() == numbers
    assert found.doubt == doubt


@pytest.mark.parametrize(("cells", "unit"), [
    (["3 kg", "4 kg", "5 kg"], "kg"),
    (["3 kg", "4 kg", "4 kg"], ""),  # too few different ones
    ([f"{i} zorkmids" for i in range(10)], "zorkmids"),
    ([f"{i} zorkmids" for i in range(9)], ""),
    (["3 kg", "4 kg", "5 kg", *"123"], "kg"),
    (["3 kg", "4 kg", "5 kg", *"1234"], ""),  # most are bare
    (["3 of us", "4 of us", "5 of us"], ""),
])  # fmt: skip
def test_a_word_by_many_numbers_is_their_unit(cells: list[str], unit: str) -> None:
    found = read_numerals(pa.chunked_array([cells]), NO_HINTS)
    assert found.notation.mark == unit
    assert bool(found.read.all()) == bool(unit)


def test_what_is_said_at_predict_goes_before_the_notation_of_training() -> None:
    trained = Notation(decimal=",", thousands=".", mark="€", date_format="%d.%m.%Y")
    said = Notations.of("a=.", {"b": ","}, "d=%Y")
    assert said.told("other", trained) == Notation()
    assert said.told("a", trained) == replace(trained, decimal=".", thousands="")
    assert said.told("b", trained) == replace(trained, thousands=",")
    assert said.told("d", trained) == replace(trained, date_format="%Y")
    both = Notations.of(".", "'", ())
    assert both.told("a", trained) == replace(trained, decimal=".", thousands="'")


def test_the_other_columns_decide_what_points_part(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("w;v\n" + "".join(f"{i}.{i % 10}00;{i},5\n" for i in range(1, 20)))
    table = read_table(path)
    assert table["w"].values[:2].tolist() == [1100, 2200]
    assert any("'w'" in f.message and f.severity == "caution" for f in table.findings)


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["24/11/2026", "01/02/2026"], ["2026-11-24", "2026-02-01"]),
        (["11/24/2026", "01/02/2026"], ["2026-11-24", "2026-01-02"]),
        (["24.11.2026", "1.2.2026"], ["2026-11-24", "2026-02-01"]),
        (["24 Nov 2026", "3. März 2026"], ["2026-11-24", "2026-03-03"]),
        (["Nov 24, 2026", "May 3rd, 2025"], ["2026-11-24", "2025-05-03"]),
        (["20261124", "20260228"], ["2026-11-24", "2026-02-28"]),
        (["2026Q4", "Q1 2025"], ["2026-10-01", "2025-01-01"]),
        (["1/1/2020", "1/2/2020", "1/3/2020"], ["2020-01-01", "2020-02-01", "2020-03-01"]),
        (["24/11/26 3 pm", "1/2/26 12:30 AM"], ["2026-11-24T15", "2026-02-01T00:30"]),
        (
            ["2026-11-24T10:30:00+01:00", "2026-11-24 10:30Z"],
            ["2026-11-24T09:30", "2026-11-24T10:30"],
        ),
        (["31/02/2020", "01/03/2020"], [None, "2020-03-01"]),
        (["24/11/2026", "11/24/2026"], ["2026-11-24", None]),
        (["11/24/2026", "11/13/2026", "24/11/2026"], ["2026-11-24", "2026-11-13", None]),
    ],
)
def test_dates_are_read_as_a_person_reads_them(cells: list[str], days: list[str | None]) -> None:
    found = read_dates(pa.array(cells)).values
    np.testing.assert_array_equal(found, np.array(days, dtype="datetime64[us]"))


@given(st.lists(st.dates(), min_size=1, max_size=12), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_known_order_gives_back_the_day(days: list[object], said: str) -> None:
    texts = pa.array(
        [
            f"{d:%d}/{d:%m}/{d.year:04d}" if said[1] == "d" else f"{d:%m}/{d:%d}/{d.year:04d}"
            for d in days
        ]
    )  # type: ignore[attr-defined]
    order = "day first" if said[1] == "d" else "month first"
    found = read_dates(texts, order)
    assert found.read.all()
    np.testing.assert_array_equal(
        found.values.astype("datetime64[D]"), np.array(days, "datetime64[D]")
    )


def test_the_order_of_training_reads_new_dates(tmp_path: Path) -> None:
    train = table_of(tmp_path, ["11/24/2026", "01/02/2026", "03/04/2026"])
    new = table_of(tmp_path, ["03/04/2026", "05/06/2026", "07/08/2026"])
    by_schema = read_table(tmp_path / "t.csv", schema=train.schema)
    for table in (by_schema, read_table(new, schema=train.schema)):
        assert str(table["c"].values[0])[:10] == "2026-03-04"
    said = table_of(tmp_path, ["03/04/2026", "05/06/2026", "07/08/2026"], date_format="%m/%d/%Y")
    assert str(said["c"].values[0])[:10] == "2026-03-04"


@pytest.mark.parametrize("wrong", ["%Q", "%", "%Y %", "%Y-%Y", "%G"])
def test_a_date_format_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(HyperparameterError, match=r"date_format '%.*': .*(directive|stray|redef)"):
        dates_by_format(pa.array([None, "2021"]), wrong)


@pytest.mark.parametrize(
    "cell", ["stray dogs", "directive", "2021 stray", "2021 directive", "0000"]
)
def test_a_cell_that_does_not_match_is_no_date_whatever_it_says(cell: str) -> None:
    found = dates_by_format(pa.array(["2021", cell]), "%Y")
    assert found.read.tolist() == [True, False]


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 2)))
def test_a_date_with_a_zone_is_taken_to_utc(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    whole = moment.utcoffset()
    assume(whole is not None and whole.total_seconds() % 60 == 0)
    found = dates_by_format(
        pa.array([f"{moment:%Y-%m-%d %H:%M:%S%z}", None]), "%Y-%m-%d %H:%M:%S%z"
    )
    there = moment.astimezone(UTC).replace(tzinfo=None)
    np.testing.assert_array_equal(found.values, np.array([there, None], "datetime64[us]"))
    assert (found.read.tolist(), found.zoned.tolist()) == ([True, False], [True, False])


def test_lengths_of_time_are_seconds_whatever_their_unit() -> None:
    texts = ["1 days 02:03:04", "-1 days +23:00:00", "26:03:04.5", "PT1H30M", "P1DT1S", "x"]
    seconds, read = read_durations(pa.array(texts))
    assert seconds[:5].tolist() == [93784, -3600, 93784.5, 5400, 86401]
    assert read.tolist() == [True] * 5 + [False]
    lengths = pd.to_timedelta(np.arange(12.0) ** 2, unit="s")
    train = read_table(pd.DataFrame({"t": lengths.astype("timedelta64[ns]")}))
    again = read_table(pd.DataFrame({"t": lengths.astype("timedelta64[ms]")}), schema=train.schema)
    assert (
        train["t"].values.tolist() == again["t"].values.tolist() == (np.arange(12.0) ** 2).tolist()
    )
    with pytest.raises(ColumnError, match="unit is not told"):
        read_table(pd.DataFrame({"t": np.arange(12.0)}), schema=train.schema)
