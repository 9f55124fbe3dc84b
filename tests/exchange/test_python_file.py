"""A machine as one Python file: the answers of Pellucid, from Python alone."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fitted_machines import CASES, equal, features, groups, machine_of
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv
from test_sql import NAMES, broken, plain

from pellucid import Settings, fit_table, read_table
from pellucid.data.columns.inference import Cells
from pellucid.data.columns.kind_conversion import convert_as_in_training
from pellucid.data.columns.lengths_of_time import MINUTES_FIRST, duration_patterns, read_durations
from pellucid.data.columns.notation import Notation
from pellucid.data.table import Kind
from pellucid.errors import ColumnError, FramingError, TableError
from pellucid.exchange import to_python
from pellucid.exchange.printed import python_file, python_runtime


def loaded(machine: Any) -> dict[str, Any]:
    """The names of the file, as a module has them."""
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_python(machine), "exported.py", "exec"), names)
    return names


def answered(machine: Any, table: pa.Table) -> dict[str, list[Any]]:
    """The answers to all rows, column by column."""
    predict = loaded(machine)["predict"]
    found = [predict(row) for row in table.to_pylist()]
    return {name: [row[name] for row in found] for name in found[0]}


@pytest.mark.parametrize(("target", "model"), CASES)
def test_the_file_answers_every_row_as_the_machine_does(target: str, model: str) -> None:
    machine = machine_of(target, model)
    equal(answered(machine, features()), machine, features())


@pytest.mark.filterwarnings("ignore::pellucid.errors.UnseenCategoryWarning")
@pytest.mark.parametrize(("target", "model"), [("y", "ridge"), ("third", "pairs"), ("y", "trees")])
def test_new_respelled_and_missing_cells_are_read_as_at_predict(target: str, model: str) -> None:
    machine = machine_of(target, model)
    equal(answered(machine, broken()), machine, broken())


@pytest.mark.parametrize("view", [False, True])
def test_groups_are_those_of_pellucid(view: bool) -> None:
    equal(answered(groups(view), features()), groups(view), features())


@pytest.mark.parametrize(("target", "model"), [("third", "trees"), ("y", "pairs")])
def test_a_program_without_any_package_answers_a_csv_file(
    target: str, model: str, tmp_path: Path
) -> None:
    machine, rows = machine_of(target, model), tmp_path / "rows.csv"
    arrow_csv.write_csv(features(), rows)
    (tmp_path / "model.py").write_text(to_python(machine), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(tmp_path / "model.py")]
    with rows.open("rb") as stream:
        ran = subprocess.run(command, stdin=stream, capture_output=True, check=True)
    written = list(csv.DictReader(io.StringIO(ran.stdout.decode(), newline="")))
    equal({name: [row[name] for row in written] for name in written[0]}, machine, rows)


def test_a_wrong_row_ends_the_program_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(to_python(machine_of("y", "ridge")), encoding="utf-8")
    table = features().slice(0, 3)
    at = table.column_names.index("shift")
    table = table.set_column(at, "shift", pa.array(["1", "2 apples", "3"]))
    sink = io.BytesIO()
    arrow_csv.write_csv(table, sink)
    command = [sys.executable, "-I", "-S", str(tmp_path / "model.py")]
    ran = subprocess.run(command, input=sink.getvalue(), capture_output=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.decode().strip() == (
        "Row 2: Column 'shift' should hold numbers, but holds '2 apples'."
    )


@given(
    columns=st.lists(NAMES, min_size=2, max_size=3, unique_by=lambda n: n.strip().casefold()),
    levels=st.lists(NAMES, min_size=2, max_size=3, unique_by=lambda n: " ".join(n.split())),
)
def test_no_name_and_no_category_leaves_its_quotes(columns: list[str], levels: list[str]) -> None:
    try:
        machine, rows = plain(columns, levels)
    except (ColumnError, TableError):
        return
    equal(answered(machine, rows), machine, rows)


NOTATIONS = (
    Notation(),
    Notation(decimal=",", thousands="."),
    Notation(thousands=",", mark="$"),
    Notation(thousands="'", mark="kg"),
    Notation(mark="%"),
    Notation(scaled=True),
    Notation(missing=("-999", "n.v.")),
)
CELLS = st.one_of(
    st.sampled_from(
        [
            *("1.234,50", "1,234.50", "$1,234", "-$5", "$ -5", "(12)", "7 %", "3 kg", "1'000", "?"),
            *(
                "1.2k",
                "3M",
                "4bn",
                "1e5",
                "-999",
                "n.v.",
                "12-",
                "+7",
                " 8 ",
                "1_000",
                "0x10",
                ".5",
            ),
            *("5.", "inf", "nan", "", "NA", "1.2.3", "−4", "١٢", "(12", "--5"),
        ]
    ),
    st.floats(-1e9, 1e9).map(repr),
    st.integers(-(10**9), 10**9).map("{:,}".format),
)


@lru_cache
def reader(notation: Notation) -> Callable[[str], Any]:
    """How the file of a machine with a column "b" in this notation reads its cells."""
    machine, _ = plain(["a", "b"])
    first, second, target = machine.schema
    changed = replace(machine, schema=[first, second | {"notation": notation.as_dict()}, target])
    text = to_python(changed)
    line = next(line for line in text.splitlines() if " x1 = " in line)
    names = loaded(changed)
    return lambda cell: eval(line.split(" = ", 1)[1], names, {"row": {"b": cell}})


@given(cell=CELLS, notation=st.sampled_from(NOTATIONS))
def test_a_number_is_read_as_the_library_reads_it_or_not_at_all(
    cell: str, notation: Notation
) -> None:
    found: Any
    wanted: Any
    try:
        cells = Cells("b", pa.chunked_array([pa.array([cell])]))
        read = convert_as_in_training(cells, Kind.NUMERIC, None, notation).values[0]
        wanted = None if np.isnan(read) else float(read)
    except (ColumnError, TableError):
        wanted = "refused"
    try:
        found = reader(notation)(cell)
    except ValueError:
        found = "refused"
    assert found == wanted


@pytest.mark.parametrize(
    ("cell", "options", "days"),
    [
        ("1970-01-02T12:00", {}, 1.5),
        ("1970-1-2 06:00:00", {}, 1.25),
        ("2.1.1970", {"order": "day first"}, 1.0),
        ("01/02/1970", {"order": "month first"}, 1.0),
        ("19700102", {"form": "%Y%m%d"}, 1.0),
        ("1970-01-02T01:00+01:00", {"zone": True}, 1.0),
        (datetime(1970, 1, 2, 12), {}, 1.5),
        ("unknown", {}, None),
        (None, {}, None),
    ],
)
def test_dates_are_days_since_1970(cell: Any, options: dict[str, Any], days: float | None) -> None:
    assert python_runtime.days(cell, "day", **options) == days


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("3 May 2026", False),
        ("2026-02-30", False),
        ("2026-01-01T10:00Z", False),
        ("2026-01-01", True),
    ],
)
def test_a_date_in_another_notation_is_refused_and_not_guessed(cell: str, zone: bool) -> None:
    with pytest.raises(ValueError, match="'day'"):
        python_runtime.days(cell, "day", zone=zone)


def test_what_is_too_large_is_refused_with_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_file, "MOST_NUMBERS", 100)
    with pytest.raises(FramingError, match=r"spell out [\d,]+ numbers and categories; at most 100"):
        to_python(machine_of("third", "trees"))


CLOCKS = st.builds(
    lambda h, m, s, half: f"{h}:{m:02d}{s}{half}",
    st.integers(0, 30),
    st.integers(0, 61),
    st.sampled_from(["", ":05", ":59.25", ".5"]),
    st.sampled_from(["", " pm", "am", " A.M."]),
)
AMOUNTS = st.sampled_from(["", "2 days ", "-1 day, +23:00:00", "1 day 02:00:00", "3h 20m", "-2 h"])
WRITTEN = st.sampled_from(["PT90S", "-P1DT2H", "P", "1h05", "90", "", "1:30", "x", "4 min 2 s"])


@given(st.one_of(CLOCKS, AMOUNTS, WRITTEN), st.sampled_from(["", MINUTES_FIRST]))
def test_lengths_of_time_are_read_as_in_training(text: str, order: str) -> None:
    (wanted,), (read,) = read_durations(pa.array([text]), order)
    reader = python_runtime.duration_reader(duration_patterns(order))
    if read:
        assert reader(text) == wanted
    else:
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            reader(text)


def test_a_column_of_times_goes_to_python_and_back() -> None:
    times = [f"{i % 11}:{i * 7 % 60:02d}" for i in range(60)]
    table = pa.table({"lasted": times, "y": [float(i % 11) for i in range(60)]})
    result = fit_table(read_table(table), Settings("y", model="ridge"))
    predict = loaded(result.machine)["predict"]
    found = [predict({"lasted": text})["prediction"] for text in times[:5]]
    np.testing.assert_allclose(found, result.machine.predict(table.drop(["y"]))[:5], rtol=1e-12)
