"""One row without a table, and the table of that row: equal answers, bit for bit, and one refusal.

Notes: §5.3, Def 207
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import PellucidError
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table
from pellucid.jobs.fit.machine import Machine
from pellucid.serve import served_model
from pellucid.serve.request_error import RequestError
from pellucid.serve.served_model import Options, ServedModel
from pellucid.storage import load_model, save_model

LEVELS = ["low", "mid", "high"]
PLACES = ["north-a", "north-b", "south-a", "south-b"]
# Every code of a column, with values missing in training and without.
CODES = {
    "size": "thermometer:low,mid,high",
    "grade": "numeric:low,mid,high",
    "place": "factored:-",
    "tag": "binary",
    "age": "bins:30,50",
    "shift": "center",
    "raw": "number",
}


def table(seed: int = 0, n: int = 240) -> pa.Table:
    """Columns of every kind and code, and three targets."""
    rng = np.random.default_rng(seed)
    holes = rng.random(n) < 0.15
    x, raw, shift = rng.normal(5, 3, n), rng.normal(size=n), rng.normal(100, 1, n)
    size, place = rng.integers(3, size=n), rng.integers(4, size=n)
    days = np.datetime64("2020-01-01") + rng.integers(0, 1500, n).astype("timedelta64[D]")
    color = rng.choice(["red", "green", "blue", "0.5", "7"], n)
    score = x + 2 * raw - size + (color == "red") + 0.3 * rng.normal(size=n)
    whole = {
        "x": pa.array(np.where(holes, np.nan, x), from_pandas=True),
        "raw": raw,
        "shift": shift,
        "age": rng.integers(10, 80, n).astype(float) + 0.5,
        "size": np.array(LEVELS)[size],
        "grade": np.array(LEVELS)[rng.integers(3, size=n)],
        "place": np.array(PLACES)[place],
        "tag": rng.choice(list("abcdef"), n),
        "color": pa.array([None if hole else c for hole, c in zip(holes, color, strict=True)]),
        "yes": rng.choice(["true", "false"], n),
        "day": pa.array(days.astype("datetime64[us]")),
        "y": score,
        "side": np.where(score > np.median(score), "up", "down"),
        "third": np.array(["p", "q", "r"])[np.digitize(score, np.quantile(score, [1 / 3, 2 / 3]))],
    }
    return pa.table(whole)


TARGETS = {"y": "polynomial", "side": "logistic", "third": "softmax"}


@pytest.fixture(scope="module", params=TARGETS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    others = [name for name in TARGETS if name != request.param]
    chosen = Settings(
        target=request.param, model=TARGETS[request.param], code=CODES, lams=(0.01,), cv=2
    )
    result = fit_table(table().drop_columns(others), chosen)
    file = tmp_path_factory.mktemp("served") / "model.pellucid"
    save_model(result.machine, file)
    return ServedModel(file, "model")


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-100, 100),
    st.floats(),
    st.floats(-1e3, 1e3),
    st.sampled_from([*LEVELS, *PLACES, *"abcdef", "red", "0.5", "7", "7.0", "true", "false"]),
    st.sampled_from(
        ["", "NA", "nan", "1_000", " 3", "1e5", "inf", "2020-02-30", "2021-03-04 05:06"]
    ),
    st.dates().map(str),
    st.datetimes().map(str),
    st.text(max_size=6),
    st.just("\ud800"),
    st.lists(st.integers(), max_size=2),
    st.just({}),
)


def answered(ask: Any) -> Any:
    try:
        return ask()
    except RequestError as refusal:
        return refusal.as_dict()
    except PellucidError as error:  # a number whose powers are none: refused by the model
        return str(error)


def test_a_row_of_coded_columns_is_answered_without_a_table(
    served: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def table_of(rows: Any) -> Any:
        raise AssertionError("a table is made for one row")

    monkeypatch.setattr(served, "table_of", table_of)
    assert list(served.answer_one(served.example)) == served.answers_named


@given(data=st.data())
def test_a_row_is_answered_as_its_table_whatever_its_cells(
    served: ServedModel, data: st.DataObject
) -> None:
    changed = data.draw(
        st.lists(st.sampled_from([e["name"] for e in served.input_schema]), max_size=4)
    )
    row = dict(served.example) | {name: data.draw(CELLS) for name in changed}
    if data.draw(st.integers(0, 20)) == 0:
        row.pop(data.draw(st.sampled_from(list(row))))

    def by_table() -> dict[str, Any]:
        found = served.answer_table(served.table_of([row]))
        return {name: values[0] for name, values in found.items()}

    one, many = answered(lambda: served.answer_one(row)), answered(by_table)
    assert repr(one) == repr(many)


def test_every_training_row_is_answered_as_the_machine_predicts_from_the_table(
    served: ServedModel,
) -> None:
    whole = table()
    machine: Machine = served.machine
    predicted, rows = machine.answers(whole), whole.to_pylist()
    predicted.pop("caution")  # asked for by an option
    for place, row in enumerate(rows):
        row["day"] = str(row["day"])
        one = served.answer_one(row)
        for name, values in predicted.items():
            if isinstance(one[name], str):
                assert one[name] == values[place]
            else:  # products of many rows may round otherwise than those of one
                assert math.isclose(one[name], values[place], rel_tol=1e-9, abs_tol=1e-12)
    assert (machine.predict(whole) == np.asarray(predicted["prediction"])).all()


def test_rows_of_every_form_are_one_table(served: ServedModel, tmp_path: Path) -> None:
    from pyarrow import csv

    rows = [served.example, {**served.example, "x": None, "size": "high"}]
    texts = [{k: str(v) if v is not None else None for k, v in row.items()} for row in rows]
    file = tmp_path / "rows.csv"
    csv.write_csv(pa.Table.from_pylist(rows), file)
    found = [
        served.answer_table(t)
        for t in (
            served.table_of(rows),
            served.table_of(texts),
            served.read(file),
            served.read(pa.Table.from_pylist(rows)),
        )
    ]
    assert all(each == found[0] for each in found)


def test_a_wrong_cell_is_named_by_row_column_and_wish(served: ServedModel) -> None:
    rows = [served.example, {**served.example, "x": "abc"}]
    with pytest.raises(RequestError, match="Row 2, column 'x': 'abc' is not a number") as caught:
        served.table_of(rows)
    assert caught.value.as_dict() | {"detail": ""} == {
        "detail": "",
        "row": 2,
        "column": "x",
        "wanted": "a number, or null where it is missing",
    }


def test_a_wrong_category_is_not_blamed_on_the_rows_before_it(served: ServedModel) -> None:
    (name, *_) = [c for c, cell in served.example.items() if isinstance(cell, str)]
    with pytest.raises(RequestError, match=f"Row 3, column '{name}'"):
        served.table_of([served.example, served.example, {**served.example, name: "\ud800"}])


def test_effects_are_answers_less_those_without_the_column(served: ServedModel) -> None:
    row = {**served.example, "size": "high", "x": 9.0}
    whole = served.answer_table(served.table_of([row]), Options(effects=True))
    name = "prediction"
    if served.machine.framing.problem != "regression":
        name = f"probability_{whole['prediction'][0]}"
    for column, effect in whole["effects"][0].items():
        without = served.answer_table(served.table_of([{**row, column: None}]))
        assert math.isclose(effect, whole[name][0] - without[name][0], abs_tol=1e-9)


def test_effects_of_more_rows_than_one_request_may_ask_for_are_refused(
    served: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_model, "MOST_EFFECTS", 2)
    rows = [served.example] * 3
    found = served.answer_table(served.table_of(rows[:2]), Options(effects=True))
    assert len(found["effects"]) == 2
    with pytest.raises(RequestError, match="at most 2 rows at once") as refused:
        served.answer_table(served.table_of(rows), Options(effects=True))
    assert refused.value.status == 422


def test_intervals_hold_nine_of_ten_test_rows_and_classes_have_none(served: ServedModel) -> None:
    view = served.table_of([served.example])
    if served.machine.framing.problem != "regression":
        with pytest.raises(RequestError, match="probabilities say how sure"):
            served.answer_table(view, Options(intervals=True))
        return
    found = served.answer_table(view, Options(intervals=True))
    low, high = found["interval"][0]
    assert low < found["prediction"][0] < high
    fresh = table(seed=1, n=4_000)
    ends = served.answer_table(served.read(fresh), Options(intervals=True))["interval"]
    low, high = np.array(ends).T
    truths = fresh["y"].to_numpy()
    assert 0.8 < ((low <= truths) & (truths <= high)).mean() < 0.99


def test_cautions_tell_what_is_unlike_training_and_nothing_else(served: ServedModel) -> None:
    strange = {**served.example, "x": 500.0, "color": "ultraviolet", "raw": None}
    found = served.answer_table(served.table_of([served.example, strange]), Options(cautions=True))[
        "cautions"
    ]
    assert found[0] == []
    assert [text.split(" ")[0] for text in found[1]] == ["x", "raw", "color"]
    # A million such rows leave no trace: the encoder of the served model keeps no warning of them.
    assert served.machine.encoder.warnings_ == load_model(served.path).encoder.warnings_


def test_the_report_is_the_one_that_stands_beside_its_model(
    served: ServedModel, tmp_path: Path
) -> None:
    own = served.report()
    assert served.machine.explain().to_html(heading=1) in own
    for name in ("model.pellucid", "another.pellucid"):
        shutil.copy(served.path, tmp_path / name)
    (tmp_path / "report.html").write_text("<p>the run's</p>", encoding="utf-8")
    assert ServedModel(tmp_path / "model.pellucid", "m").report() == "<p>the run's</p>"
    assert ServedModel(tmp_path / "another.pellucid", "m").report() == own
