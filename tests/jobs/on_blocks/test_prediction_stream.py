"""Predictions in a stream: the rows as they were, in order, with the answers of the whole table."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv, parquet

from pellucid.data import read_table
from pellucid.data.sources import csv_lines
from pellucid.errors import ColumnError, TableError
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.on_blocks.prediction_stream import predictor_of, write_predictions
from pellucid.storage.csv_text import csv_bytes


@lru_cache
def frame() -> pa.Table:
    rng = np.random.default_rng(0)
    x, hue = rng.normal(size=400), rng.choice(["red", "blue"], 400)
    gaps = pa.array(x, mask=rng.random(400) < 0.1)
    return pa.table({"x": gaps, "hue": hue, "y": 2 * x + (hue == "red") + rng.normal(size=400)})


@lru_cache
def machine() -> Any:
    return fit_table(read_table(frame()), Settings("y", model="least-squares")).machine


def predicted(source: str, suffix: str = ".csv", **reading: Any) -> bytes:
    stream = io.BytesIO()
    write_predictions(predictor_of(machine(), **reading), source, stream, suffix)
    return stream.getvalue()


def test_lines_come_back_with_the_answers_behind_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small pieces, several files; the answers are those to the whole table."""
    monkeypatch.setattr(csv_lines, "PIECE", 300)
    text = csv_bytes(frame()).decode()
    head, *lines = text.splitlines()
    for at in range(2):
        rows = lines[at * 150 : (at + 1) * 150] if not at else lines[150:]
        (tmp_path / f"{at}.csv").write_text("\n".join([head, *rows]) + "\n" * (1 - at))
    found = predicted(str(tmp_path / "*.csv")).decode().splitlines()
    assert [line.rsplit(",", 2)[0] for line in found] == [head, *lines]
    answers = machine().answers(read_table(frame()))
    said = csv.read_csv(io.BytesIO("\n".join(found).encode()))
    np.testing.assert_allclose(said["prediction"], answers["prediction"], rtol=1e-12)
    assert [v or "" for v in said["caution"].to_pylist()] == list(answers["caution"])


def test_a_file_that_is_not_plain_gives_the_same_rows(tmp_path: Path) -> None:
    """Quotes send it the long way round; Parquet gives the same answers."""
    plain, quoted, held = (tmp_path / name for name in ("p.csv", "q.csv", "h.parquet"))
    plain.write_bytes(csv_bytes(frame()))
    quoted.write_bytes(csv_bytes(frame()).replace(b"red", b'"red"'))
    parquet.write_table(frame(), held, row_group_size=37)
    assert predicted(str(plain)) == predicted(str(quoted))
    table = parquet.read_table(io.BytesIO(predicted(str(held), ".parquet")))
    assert table.select(["x", "hue", "y"]).equals(frame())
    np.testing.assert_allclose(
        table["prediction"], machine().answers(read_table(frame()))["prediction"], rtol=1e-12
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("x,hue\n1,red\n2,blue\nlots,red\n", "row 3 holds 'lots'"),
        ("x,hue\n1,red\n2,blue,7\n", "line 3 has 3 cells"),
        ("x,hue,prediction\n1,red,2\n", "already has a column 'prediction'"),
        ("x,colour\n1,red\n", "'hue'"),
        ("x,hue\n", "no rows"),
    ],
)
def test_what_cannot_be_answered_is_named(tmp_path: Path, rows: str, says: str) -> None:
    (tmp_path / "new.csv").write_text(rows)
    with pytest.raises((ColumnError, TableError), match=says):
        predicted(str(tmp_path / "new.csv"))


cells = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0\r")))


@given(st.lists(st.tuples(cells, st.one_of(st.none(), st.floats(allow_nan=False))), min_size=1))
def test_any_cell_is_read_back_as_it_was_written(
    rows: list[tuple[str | None, float | None]],
) -> None:
    texts, numbers = (pa.array(c, t) for c, t in zip(zip(*rows, strict=True),
                      (pa.string(), pa.float64()), strict=True))  # fmt: skip
    table = pa.table({"a": texts, "b": numbers, "c": pa.array([1] * len(rows))})
    read = csv.read_csv(
        io.BytesIO(csv_bytes(table)),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={"a": pa.string(), "b": pa.float64()},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    assert read["a"].to_pylist() == table["a"].to_pylist()
    assert read["b"].to_pylist() == table["b"].to_pylist()
