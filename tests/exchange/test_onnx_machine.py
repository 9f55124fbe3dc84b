"""The whole machine as one ONNX graph: columns in, answers out, as `predict` has them."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fitted_machines import average
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from onnx_answers import run, session_of
from sklearn.pipeline import make_pipeline

from pellucid import LogisticClassifier, Ridge, cluster_table, read_table, to_onnx
from pellucid.data.framing import Framing
from pellucid.data.table import Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.errors import FramingError, PellucidError
from pellucid.exchange import machine_to_onnx
from pellucid.exchange.onnx.onnx_file import packed_onnx
from pellucid.jobs.cluster.cluster_result import ClusterSettings
from pellucid.jobs.fit.candidates import recipes
from pellucid.jobs.fit.image_machine import ImageMachine
from pellucid.jobs.fit.machine import Machine
from pellucid.serve.json_cells import table_of_rows

N = 160
CODES = {
    "part": "factored:-",
    "shop": "rare:3",
    "seller": "target-mean",
    "grade": "numeric",
    "note": "text:3",
    "age": "bins",
}
# Name of a machine -> problem, model, codes asked for.
MACHINES: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "amounts": ("regression", "ridge", CODES),
    "logarithm": ("regression", "ridge-log", None),
    "products": ("regression", "polynomial", None),
    "curves": ("regression", "pairs", None),
    "trees": ("several classes", "trees", None),
    "forest": ("several classes", "forest", None),
    "two classes": ("two classes", "logistic", CODES),
    "neighbours": ("two classes", "nearest", None),
    "several classes": ("several classes", "softmax", None),
    "average of amounts": ("regression", "average", CODES),
    "average of chances": ("two classes", "average", None),
    "overlapping": ("overlapping classes", "sigmoids", None),
}


@cache
def frame() -> pd.DataFrame:
    """Columns of every kind, with gaps."""
    random = np.random.default_rng(0)

    def gaps(values: Any, share: float = 0.1) -> Any:
        held = pd.Series(values, dtype=object)
        held[random.random(N) < share] = None
        return held

    days = np.datetime64("2019-12-30T00:00") + random.integers(0, 90_000, N).astype("m8[h]")
    words = ["good", "bad", "slow", "Ärger", "x1", "it's"]
    return pd.DataFrame(
        {
            "size": gaps(random.normal(5, 2, N)),
            "age": random.integers(18, 90, N).astype(float),
            "hour": random.integers(0, 24, N),
            "member": random.choice(["yes", "no"], N),
            "flag": random.integers(0, 2, N),
            "town": gaps(random.choice(["Bonn", "Köln", "New York", "Ulm"], N)),
            "level": gaps(random.choice(["low", "mid", "high"], N)),
            "grade": random.choice(["1", "2", "3", "4", "5", "6"], N),
            "sold": gaps(pd.Series(days).dt.strftime("%Y-%m-%d %H:%M")),
            "part": [f"{a}-{b}" for a, b in zip(random.choice(["n", "s", "e"], N),
                                                random.choice(["day", "night"], N), strict=True)],
            "shop": [f"shop {i}" for i in random.integers(0, 12, N)],
            "seller": [f"p{i}" for i in random.integers(0, 20, N)],
            "note": gaps([" ".join(random.choice(words, 4)) for _ in range(N)]),
        }
    )  # fmt: skip


@cache
def made(name: str) -> tuple[Machine, Table, Any]:
    """A machine, its table, and a session of its graph."""
    problem, model, codes = MACHINES[name]
    random = np.random.default_rng(1)
    table = read_table(frame(), text=["note"], category=["grade"], date=["sold"])
    score = np.nan_to_num(frame()["size"].astype(float), nan=5.0) + (frame()["member"] == "yes")
    score = score.to_numpy() + random.normal(size=N)
    classes: tuple[str, ...] = ()
    y: Any = np.maximum(score, 0.0)
    if problem == "overlapping classes":
        classes = ("hot", "sour", "sweet")
        y = np.column_stack([score > 4, score > 6, random.random(N) > 0.5]).astype(int)
    elif problem != "regression":
        classes = ("big", "mid", "small")[: 2 if problem == "two classes" else 3]
        y = np.array(classes)[np.searchsorted([5.0, 7.0][: len(classes) - 1], score)]
    stem, _, scale = model.rpartition("-")
    if model == "average":
        recipe = average(problem)
    else:
        recipe = recipes(problem)[stem or model]
        recipe = recipe.on_scale(scale) if stem else recipe
    pipeline = recipe.pipeline(0, None, codes).fit(table, y)
    framing = Framing("y", problem, "", classes, table.names)
    machine = Machine(
        framing, table.schema, tuple(step for _, step in pipeline.steps[:-1]), pipeline[-1],
        0.37 if problem == "two classes" else None, {},
        lower_bound=0.0 if problem == "regression" else None,
    )  # fmt: skip
    return machine, table, session_of(machine_to_onnx(machine))


def feed_of(machine: Machine, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """JSON rows as the inputs of the graph: null is NaN or an empty text."""
    feed = {}
    for entry in machine.input_schema:
        cells = [row[entry["name"]] for row in rows]
        if entry["kind"] == "numeric":
            held: Any = np.array([np.nan if c is None else c for c in cells], dtype=np.float64)
        else:
            held = np.array(["" if c is None else str(c) for c in cells], dtype=object)
        feed[entry["name"]] = held[:, None]
    return feed


def rows_of(table: Table) -> list[dict[str, Any]]:
    """A table as JSON rows."""
    columns = {}
    for column in table.columns:
        if column.values.dtype.kind == "f":
            columns[column.name] = [None if np.isnan(v) else float(v) for v in column.values]
        else:
            columns[column.name] = list(column.texts())
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def check_alike(machine: Machine, found: dict[str, Any], table: Table) -> None:
    expected = np.asarray(machine.predict(table))
    if machine.framing.problem == "regression":
        assert list(found) == ["prediction"]
        np.testing.assert_allclose(found["prediction"], expected, rtol=1e-5, atol=1e-5)
        return
    assert found["prediction"].tolist() == [str(label) for label in expected]
    chances = machine.predict_probabilities(table)
    named = [f"probability_{name}" for name in machine.framing.classes]
    assert list(found) == ["prediction", *named]
    for at, name in enumerate(named):
        np.testing.assert_allclose(found[name], chances[:, at], rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_answers_its_own_rows_alike(name: str) -> None:
    machine, table, session = made(name)
    check_alike(machine, run(session, feed_of(machine, rows_of(table))), table)


DATES = st.datetimes(datetime.datetime(1890, 1, 1), datetime.datetime(2110, 1, 1))
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "size": st.floats(-1e4, 1e4),
    "age": st.sampled_from([18.0, 25.0, 40.5]) | st.floats(0, 120),
    "hour": st.integers(0, 23) | st.floats(-30, 60),
    "member": st.sampled_from(["yes", "no", "YES", " no ", "true", "maybe", "y", "1"]),
    "flag": st.sampled_from(["0", "1", "1.0", "+1", "true", "no", "2", "01"]),
    "town": st.sampled_from(
        ["Bonn", "bonn", " BONN", "KÖLN", "köln", "New  York", "new york", "York", "Rom", "NULL"]
    ),
    "level": st.sampled_from(["low", "Mid", "HIGH ", "higher", "lo"]),
    "grade": st.sampled_from(["1", "2.0", "3e0", "07", "6", "7", "x", "5."]),
    "sold": DATES.map(lambda d: d.isoformat(" ", "minutes"))
    | DATES.map(lambda d: d.isoformat("T", "seconds"))
    | DATES.map(lambda d: d.date().isoformat()),
    "part": st.sampled_from(["n-day", "s-night", "w-day", "n-noon", "n", "e-day-night", "N-DAY"]),
    "shop": st.sampled_from(["shop 1", "shop 5", "SHOP 3", "shop 99", "shop"]),
    "seller": st.sampled_from(["p1", "P2", "p19", "p77"]),
    "note": st.text(alphabet="good bädÄrgeR,.'x1-\n", max_size=24),
}
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a row is short enough as it is
FULL = {name: cell | st.none() for name, cell in CELLS.items()}


@settings(phases=PHASES)
@given(
    st.sampled_from(list(MACHINES)),
    st.lists(st.fixed_dictionaries(FULL), min_size=1, max_size=4),
)
@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
def test_any_served_row_is_answered_alike(name: str, rows: list[dict[str, Any]]) -> None:
    machine, _, session = made(name)
    try:
        table = table_of_rows(rows, machine.input_schema)
        machine.predict(table)
    except PellucidError:
        return
    check_alike(machine, run(session, feed_of(machine, rows)), table)


def test_inputs_are_typed_and_named_as_the_columns() -> None:
    machine, _, session = made("amounts")
    types = {each.name: each.type for each in session.get_inputs()}
    assert list(types) == [entry["name"] for entry in machine.input_schema]
    assert types["size"] == "tensor(double)"
    assert types["town"] == types["sold"] == types["note"] == "tensor(string)"
    assert machine_to_onnx(machine) == machine_to_onnx(machine)


def test_a_column_called_like_an_output_is_refused(tmp_path: Path) -> None:
    table = read_table(pd.DataFrame({"prediction": np.arange(9.0)}))
    pipeline = recipes("regression")["ridge"].pipeline(0).fit(table, np.arange(9.0))
    framing = Framing("y", "regression", "square", (), ("prediction",))
    machine = Machine(framing, table.schema, (pipeline[0],), pipeline[-1], None, {})
    with pytest.raises(FramingError, match="'prediction' has the name of an output"):
        to_onnx(machine, tmp_path / "model.onnx")


def test_groups_and_images_have_a_graph_too() -> None:
    frame_ = frame()[["age", "member", "town"]].fillna("Ulm")
    groups = cluster_table(read_table(frame_), ClusterSettings(ks=(2, 3))).machine
    found = run(session_of(machine_to_onnx(groups)), feed_of(groups, rows_of(read_table(frame_))))
    own = groups.answers(frame_)
    assert found["prediction"].tolist() == own["prediction"].tolist()
    np.testing.assert_allclose(found["distance"], own["distance"], rtol=1e-5, atol=1e-5)

    images = np.random.default_rng(0).random((30, 2, 3, 1))
    labels = np.array(["dark", "light"])[(images.mean(axis=(1, 2, 3)) > 0.5).astype(int)]
    model = LogisticClassifier(lam=0.1).fit(images.reshape(30, -1), labels)
    machine = ImageMachine(model, (2, 3, 1), {})
    answers = machine.answers(images)
    found = run(session_of(machine_to_onnx(machine)), {"images": images})
    assert found.pop("prediction").tolist() == answers["prediction"]
    for name, chances in found.items():
        np.testing.assert_allclose(chances, answers[name], rtol=1e-5, atol=1e-5)
    with pytest.raises(FramingError, match="A dict has no ONNX export as a whole"):
        machine_to_onnx({})


@pytest.mark.parametrize("name", ["x", "x0", "income", "prediction of"])
@pytest.mark.parametrize("kind", ["amount", "category"])
def test_a_table_of_one_column_goes_by_the_columns_name(name: str, kind: str) -> None:
    cells: list[Any] = [1.0, 2.5, 4.0] if kind == "amount" else ["low", "mid", "high"]
    table = read_table(pd.DataFrame({name: cells * 10}))
    encoder = TableEncoder().fit(table)
    y = np.arange(30.0)
    model = Ridge(lam=0.1).fit(encoder.transform(table), y)
    framing = Framing("y", "regression", "", (), (name,))
    machine = Machine(framing, table.schema, (encoder,), model, None, {})
    feed = feed_of(machine, [{name: cell} for cell in cells])
    found = run(session_of(machine_to_onnx(machine)), feed)["prediction"]
    rows = read_table(pd.DataFrame({name: cells}), schema=table.schema)
    assert found == pytest.approx(machine.predict(rows))


@pytest.mark.parametrize("beside", [[], ["idle"]])
@pytest.mark.parametrize("name", ["x", "income"])
def test_a_pipeline_of_one_column_goes_by_the_columns_name(name: str, beside: list[str]) -> None:
    held = pd.DataFrame({name: ["low", "mid", "high"] * 10} | dict.fromkeys(beside, 0.0))
    pipeline = make_pipeline(TableEncoder(), Ridge(lam=0.1)).fit(held, np.arange(30.0))
    session = session_of(packed_onnx(pipeline))
    feed = {i.name: held[i.name].to_numpy(dtype=object)[:, None] for i in session.get_inputs()}
    assert run(session, feed)["prediction"] == pytest.approx(pipeline.predict(held))
