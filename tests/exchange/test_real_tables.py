"""Round trips of real tables: a whole machine of each, in DuckDB, in SQLite and in plain Python."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from fitted_machines import equal
from test_python_file import answered as answered_in_python
from test_sql import answered

from pellucid.data.framing import frame
from pellucid.data.table_reader import read_table
from pellucid.errors import FramingError, PellucidWarning
from pellucid.exchange import to_python, to_sql
from pellucid.jobs.fit.candidates import recipe_named
from pellucid.jobs.fit.machine import Machine
from table_sources import TABLES, Source

THERE = [s for s in TABLES if importlib.util.find_spec(s.package) is not None]
MOST_ROWS = 400
LINEAR = {"regression": "ridge", "two classes": "logistic", "several classes": "softmax"}


def machine_of(rows: pa.Table, target: str, model: str) -> Machine:
    """A machine of one model, or of the linear one of its problem."""
    table = read_table(rows).known(target)
    framing = frame(table, target)
    recipe = recipe_named(framing.problem, model or LINEAR[framing.problem])
    pipeline = recipe.pipeline(0, 1e-2 if recipe.tuned == "lam" and recipe.lams else None)
    if recipe.tuned == "max_iter":
        pipeline[-1].set_params(max_iter=5)
    pipeline.fit(table.select(framing.features), framing.answers(table))
    steps = tuple(step for _, step in pipeline.steps[:-1])
    return Machine(framing, table.schema, steps, pipeline[-1], None, {})


def rows_of(source: Source) -> pa.Table:
    """Some rows, as a database holds them: dates and lists as text."""
    held: pd.DataFrame = source.frame()
    held = held.sample(min(MOST_ROWS, len(held)), random_state=0).reset_index(drop=True)
    for name in held.columns:
        if held[name].dtype.kind not in "iuf":
            texts = [None if pd.isna(v) else str(v) for v in held[name]]
            held[name] = pd.Series(texts, dtype=object)
    return pa.Table.from_pandas(held, preserve_index=False)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["", "curves", "small-trees"])
@pytest.mark.parametrize("source", THERE, ids=lambda s: s.name)
def test_a_real_table_is_answered_alike_everywhere(source: Source, model: str) -> None:
    rows: Any = rows_of(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        machine = machine_of(rows, source.target, model)
        rows = rows.drop_columns([source.target])
        try:
            to_python(machine)
        except FramingError as refused:
            assert "free text" in str(refused) or "factored" in str(refused)  # noqa: PT017
            pytest.skip(str(refused))
        equal(answered_in_python(machine, rows), machine, rows)
        for dialect in ("duckdb", "sqlite"):
            try:
                query = to_sql(machine, dialect)
            except FramingError as refused:
                assert "spell out" in str(refused)  # noqa: PT017
                continue
            equal(answered(query, rows, dialect), machine, rows)
