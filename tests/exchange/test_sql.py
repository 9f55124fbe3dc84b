"""A machine as one SELECT: the answers of Python, in DuckDB and SQLite, whatever the names are."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from fitted_machines import CASES, PENGUINS, equal, features, groups, machine_of
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.columns.spellings import Levels
from pellucid.data.framing import frame
from pellucid.data.table_encoder import TableEncoder
from pellucid.data.table_reader import read_table
from pellucid.errors import FramingError, HyperparameterError, PellucidError
from pellucid.exchange import to_sql
from pellucid.exchange.printed import sql as printed
from pellucid.exchange.printed.sql_dialects import DuckDB
from pellucid.exchange.printed.sql_literals import quoted, spellings_of
from pellucid.jobs.fit.machine import Machine
from pellucid.linear.ridge import Ridge

RUN = ("duckdb", "sqlite")


def answered(query: str, table: pa.Table, dialect: str, name: str = "rows") -> dict[str, list[Any]]:
    """The columns that a query makes of a table."""
    if dialect == "duckdb":
        with duckdb.connect() as base:
            base.register("held", table)
            base.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM held")
            return base.sql(query).to_arrow_table().to_pydict()
    names = ", ".join(map(quoted, table.column_names))
    marks = ", ".join("?" * len(table.column_names))
    rows = [tuple(row.values()) for row in table.to_pylist()]
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute(f"CREATE TABLE {quoted(name)} ({names})")
        base.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)
        cursor = base.execute(query)
        columns = zip(*cursor.fetchall(), strict=True)
        return dict(zip([d[0] for d in cursor.description], map(list, columns), strict=True))


def broken() -> pa.Table:
    """Rows with what training had not: new and respelled categories, holes, far values."""
    table = features().slice(0, 40)
    n = len(table)
    changes = {
        "color": pa.array((["RED", " green ", "violet", "", None, "7.0", "0.50", "2"] * n)[:n]),
        "yes": pa.array((["TRUE", "no", "1", "perhaps", None] * n)[:n]),
        "size": pa.array((["High", "tiny", None] * n)[:n]),
        "tag": pa.array(([None, "z", "A"] * n)[:n]),
        "x": pa.array(([1e6, -1e6, None, 5.0] * n)[:n]),
        "shift": pa.array(([" 99.5 ", "1e2", "", None] * n)[:n]),
        "day": pa.array((["1960-02-29", None, "2031-12-31T23:59:59.250", "1970-01-01"] * n)[:n]),
    }
    for name, values in changes.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize(("target", "model"), CASES)
def test_a_select_answers_every_row_as_python_does(target: str, model: str, dialect: str) -> None:
    machine = machine_of(target, model)
    query = to_sql(machine, dialect)
    equal(answered(query, features(), dialect), machine, features())


@pytest.mark.filterwarnings("ignore::pellucid.errors.UnseenCategoryWarning")
@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize(
    ("target", "model"),
    [("y", "ridge"), ("third", "softmax"), ("y", "pairs"), ("side", "small-trees")],
)
def test_new_respelled_and_missing_cells_are_read_as_at_predict(
    target: str, model: str, dialect: str
) -> None:
    machine, table = machine_of(target, model), broken()
    equal(answered(to_sql(machine, dialect), table, dialect), machine, table)


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize("view", [False, True])
def test_groups_are_those_of_python(view: bool, dialect: str) -> None:
    machine = groups(view)
    equal(answered(to_sql(machine, dialect), features(), dialect), machine, features())


def plain(
    columns: list[str], levels: list[str] | None = None, seed: int = 0
) -> tuple[Machine, pa.Table]:
    """A linear machine of columns of these names, the first a category."""
    rng = np.random.default_rng(seed)
    n = 30
    levels = levels or ["a", "b"]
    held = {columns[0]: pa.array([levels[i % len(levels)] for i in range(n)])}
    held |= {name: pa.array(rng.normal(size=n)) for name in columns[1:]}
    whole = pa.table(held | {"the target": rng.normal(size=n)})
    table = read_table(whole, category=[columns[0]])
    framing = frame(table, "the target")
    encoder = TableEncoder().fit(table.select(framing.features))
    model = Ridge(lam=0.01).fit(encoder.transform(table), framing.answers(table))
    machine = Machine(framing, table.schema, (encoder,), model, None, {})
    return machine, whole.drop_columns(["the target"])


# Spaces that only Unicode knows are left out: SQL does not trim them.
LETTERS = st.characters(
    exclude_categories=["Cs", "Zs", "Zl", "Zp"],
    exclude_characters="\0\x1c\x1d\x1e\x1f\x85",
    include_characters=" ",
)
ODD = (
    *('"', "'", '""', "a\nb", "; DROP TABLE rows; --", "*/", "/*", "--", "x1", "k1", "t", "u1"),
    *("select", "rows", "given", "read", "prediction\n", "Ünïcödé 表", "\\", "%s", "$1", ":name"),
    *("?", "{}", "'); --"),
)
NAMES = st.one_of(st.text(LETTERS, min_size=1, max_size=12), st.sampled_from(ODD))


@given(
    columns=st.lists(NAMES, min_size=2, max_size=3, unique_by=lambda n: n.strip().casefold()),
    levels=st.lists(
        NAMES, min_size=2, max_size=3, unique_by=lambda n: " ".join(n.split()).casefold()
    ),
    table=NAMES,
    dialect=st.sampled_from(RUN),
)
def test_no_name_and_no_category_leaves_its_quotes(
    columns: list[str], levels: list[str], table: str, dialect: str
) -> None:
    try:
        machine, rows = plain(columns, levels)
        query = to_sql(machine, dialect, table=f'"{table.replace(chr(34), chr(34) * 2)}"')
    except PellucidError:
        return  # refused by name: empty once spaces are gone, or known as the target
    equal(answered(query, rows, dialect, table), machine, rows)


@given(levels=st.lists(st.text(max_size=5), min_size=2, max_size=4, unique=True), data=st.data())
def test_a_spelling_means_no_other_category_than_in_python(
    levels: list[str], data: st.DataObject
) -> None:
    """Of what SQL takes for a category, Python takes all for the same one."""
    known, spelled = Levels(levels), spellings_of(tuple(levels))
    level = data.draw(st.sampled_from(levels))
    for text in spelled[level].folded | spelled[level].exact:
        assert known.place(text) in (levels.index(level), None)
    assert known.place(level) == levels.index(level)


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize(
    ("column", "cell"),
    [("shift", "12 apples"), ("shift", "1-2"), ("day", "24.11.2026"), ("day", "2026-02-30")],
)
def test_a_cell_that_is_none_stops_the_query_and_names_its_column(
    column: str, cell: str, dialect: str
) -> None:
    table = features().slice(0, 3)
    at = table.column_names.index(column)
    table = table.set_column(at, column, pa.array([None, cell, None]))
    with pytest.raises((duckdb.Error, sqlite3.Error)) as stopped:
        answered(to_sql(machine_of("y", "ridge"), dialect), table, dialect)
    assert cell in str(stopped.value)


def test_an_absent_column_is_an_error_and_no_text() -> None:
    """SQLite takes a quoted name that is no column for a text."""
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        answered(
            to_sql(machine_of("y", "ridge"), "sqlite"), features().drop_columns(["x"]), "sqlite"
        )


@pytest.mark.parametrize("dialect", RUN)
def test_categories_that_are_numbers_keep_all_their_digits(dialect: str) -> None:
    """SQLite writes a number as text with 15 digits, and floats need 17."""
    levels = ["0.05068011873981862", "-0.044641636506989144"]
    machine, rows = plain(["a", "b"], levels)
    numbers = pa.array([float(text) for text in rows["a"].to_pylist()])
    rows = rows.set_column(0, "a", numbers)
    equal(answered(to_sql(machine, dialect), rows, dialect), machine, rows)


def test_further_columns_are_handed_on() -> None:
    machine = machine_of("y", "ridge")
    rows = features().append_column("id", pa.array(range(len(features()))))
    found = answered(to_sql(machine, "sqlite", keep=["id"]), rows, "sqlite")
    assert sorted(found["id"]) == list(range(len(rows)))


def test_what_is_too_large_or_has_no_formula_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(HyperparameterError, match="duckdb, postgresql, sqlite; got 'oracle'"):
        to_sql(machine_of("y", "ridge"), "oracle")
    with pytest.raises(FramingError, match="'a' and 'A' apart"):
        to_sql(plain(["a", "A"])[0], "sqlite")
    with pytest.raises(FramingError, match="character that no SQL text can hold"):
        to_sql(plain(["a\0b", "c"])[0])
    monkeypatch.setattr(printed, "MOST_NUMBERS", 100)
    with pytest.raises(FramingError, match=r"spell out [\d,]+ numbers and categories; at most 100"):
        to_sql(machine_of("third", "trees"))


def test_postgresql_tells_capitals_apart_but_not_what_it_cuts_off() -> None:
    assert "BTRIM" in to_sql(plain(["a", "A"])[0], "postgresql")
    with pytest.raises(FramingError, match="apart"):
        to_sql(plain(["n" * 63 + "1", "n" * 63 + "2"])[0], "postgresql")


def test_the_penguins_of_a_csv_file_in_duckdb() -> None:
    table = read_table(PENGUINS)
    framing = frame(table, "body_mass_g")
    encoder = TableEncoder().fit(table.select(framing.features))
    known = table.known("body_mass_g")
    model = Ridge(lam=0.01).fit(encoder.transform(known), framing.answers(known))
    machine = Machine(framing, table.schema, (encoder,), model, None, {})
    query = to_sql(machine, table="penguins").replace(
        'FROM "penguins" AS t', f"FROM read_csv('{PENGUINS}') AS t"
    )
    found = duckdb.sql(query).to_arrow_table().to_pydict()
    equal(found, machine, PENGUINS)  # type: ignore[arg-type]


NOTATIONS = {  # how a date is written, and a day that proves the order to the reader
    "year first": "{0.year}/{0.month:02d}/{0.day:02d}",
    "day first": "{0.day}.{0.month}.{0.year}",
    "month first": "{0.month}/{0.day}/{0.year}",
    "ISO with a clock": "{0.year}-{0.month:02d}-{0.day:02d} 05:30",
}


def dated(cells: list[str | None], target: list[float]) -> tuple[Machine, pa.Table]:
    """A linear machine of one column of dates."""
    whole = pa.table({"sold": cells, "y": target})
    table = read_table(whole)
    framing = frame(table, "y")
    encoder = TableEncoder().fit(table.select(framing.features))
    model = Ridge(lam=0.01).fit(encoder.transform(table), framing.answers(table))
    return Machine(framing, table.schema, (encoder,), model, None, {}), whole


@pytest.mark.parametrize("notation", NOTATIONS)
def test_dates_of_every_order_are_read_as_in_training(notation: str) -> None:
    days = [datetime.date(2012, 1, 25) + datetime.timedelta(37 * i) for i in range(60)]
    texts = [None if i % 9 == 4 else NOTATIONS[notation].format(d) for i, d in enumerate(days)]
    machine, whole = dated(texts, [float(np.sin(d.month)) + d.year for d in days])
    for dialect in RUN:
        equal(answered(to_sql(machine, dialect), whole, dialect), machine, whole)
    assert "REGEXP_REPLACE" in to_sql(machine, "postgresql")


@pytest.mark.parametrize("dialect", RUN)
@pytest.mark.parametrize("cell", ["2012/13/01", "1/2/12", "2012-1", "1-2-3-2012", '"2012/1/1'])
def test_what_is_no_date_stops_the_query(cell: str, dialect: str) -> None:
    machine, _ = dated(
        ["2012/01/25", "2013/06/14", "2014/12/01"] * 9, [float(i) for i in range(27)]
    )
    with pytest.raises((duckdb.Error, sqlite3.Error), match=r"sold'+ holds no date|out of range"):
        answered(to_sql(machine, dialect), pa.table({"sold": [cell]}), dialect)


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2.0e0"), (-1.5, "(-1.5e0)"), (1e300, "1e+300"), (-1e-9, "(-1e-09)")]
)
def test_a_negative_number_stands_in_brackets_lest_two_signs_begin_a_comment(
    value: float, text: str
) -> None:
    written = DuckDB().number(value)
    assert written == text
    select = f"SELECT 1-{written}, typeof({written})"
    assert duckdb.sql(select).fetchall() == [(1 - value, "DOUBLE")]
