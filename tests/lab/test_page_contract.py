"""Controls, scenes and frames, marks, formulas: what pages are made of."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pellucid.errors import ColumnError, FormulaError, HyperparameterError
from pellucid.hyperparameters import Hyperparameter
from pellucid.lab.controls import Control, checked_settings, column, control, setting
from pellucid.lab.formulas import typeset
from pellucid.lab.frame_encoding import FAR, pack_frame, unpack_frame
from pellucid.lab.marks import handles, histogram, plane
from pellucid.lab.sample_tables import SAMPLES, sample
from pellucid.lab.scene import Moving
from pellucid.lab.table_rows import some_rows

LAM = Hyperparameter("lam", 1.0, "float", "Weight of the regularizer.", symbol="λ", low=0)


def test_a_control_reads_the_declaration_of_the_library() -> None:
    made = control(LAM, term="lam", shown=(0.01, 10.0), scale="log")
    said = made.declared_values()
    assert (said["label"], said["symbol"], said["low"], said["scale"]) == (
        "Weight of the regularizer", "λ", 0.01, "log",
    )  # fmt: skip
    assert made.read(0.5, "page") == 0.5
    for wrong in (-1, 11, math.nan, math.inf, 10**400, "1", True, None, [1]):
        with pytest.raises(HyperparameterError):
            made.read(wrong, "page")


@pytest.mark.parametrize(
    ("shown", "scale", "low"),
    [
        ((1.0, 0.0), "linear", None),
        ((-1.0, 2.0), "linear", 0.0),
        ((0.0, 2.0), "log", None),
        ((0.0, 1.0), "cubic", None),
    ],
)
def test_a_shown_range_stays_in_the_declared_one(shown: Any, scale: str, low: float | None) -> None:
    with pytest.raises(HyperparameterError):
        Hyperparameter("a", 0.5, "float", "A.", low=low, shown=shown, scale=scale)


@example([[10**400]])
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=4) | st.floats() | st.integers(),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=10,
    )
)
def test_a_matrix_is_rows_of_finite_numbers_or_refused(value: Any) -> None:
    made = setting("W", [[1.0]], "W")
    try:
        found = made.read(value, "page")
    except HyperparameterError:
        return
    assert isinstance(found, list)
    assert np.all(np.isfinite(list(_leaves(found)) or [0.0]))
    with pytest.raises(HyperparameterError):
        setting("place", "0,0", "A place", form="hidden").read(value, "page")


def _leaves(value: Any) -> Any:
    for v in value:
        if isinstance(v, list):
            yield from _leaves(v)
        else:
            yield v


def test_columns_are_found_and_the_target_is_the_answer() -> None:
    data = sample("two classes, apart")
    asked = (column("a", "A"), column("b", "B"), column("y", "Y", ("binary",), answer=True))
    state = checked_settings(asked, {}, data, "page")
    assert (state["a"], state["b"], state["y"]) == ("x1", "x2", "label")
    assert checked_settings(asked, {"b": "x1"}, data, "page")["a"] == "x2"
    with pytest.raises(ColumnError, match="is one of"):
        checked_settings(asked, {"a": "label"}, data, "page")
    with pytest.raises(ColumnError, match="needs a column"):
        checked_settings((column("d", "D", ("date",)),), {}, data, "page")
    with pytest.raises(HyperparameterError, match="no setting"):
        checked_settings(asked, {"c": "x1"}, data, "page")


@given(
    hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=6), elements=st.floats()),
    st.text(max_size=8),
)
def test_a_frame_brings_back_what_was_packed(array: np.ndarray, text: str) -> None:
    frame = pack_frame({"a": array, "b": {"c": [Moving(array), text]}, "none": None})
    seen = unpack_frame(frame)
    length, rest = struct.unpack("<II", frame[:8])
    assert len(frame) == 8 + length + rest
    assert length % 4 == 0
    back = np.asarray(seen["a"], dtype=np.float64).reshape(array.shape)
    finite = np.abs(array) < FAR
    np.testing.assert_allclose(back[finite], array[finite], rtol=1e-6, atol=1e-37)
    assert seen["b"]["c"][1] == text
    assert "none" not in seen


def test_terms_are_parts_of_the_drawing() -> None:
    drawn = typeset(r"\term{a}{x} + \frac{\term{b}{y}}{2}", "x plus half of y")
    assert 'data-term="a"' in drawn
    assert 'data-term="b"' in drawn
    assert "#fe00" not in drawn
    with pytest.raises(FormulaError, match="leaves no mark"):
        typeset(r"\term{nothing}{} + 1", "one")


def test_marks_are_plain_values() -> None:
    marks = [histogram([1.0, 2.0, 2.0], bins=2), *handles([[0, 1], [2, 3]], "rows", "point")]
    picture = plane("A histogram and two handles.", marks, box=(0, 3, 0, 3))
    seen = unpack_frame(pack_frame(picture))
    assert seen["marks"][0]["y"] == [1.0, 2.0]
    assert [m["index"] for m in seen["marks"][1:]] == [0, 1]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_what_its_program_draws(name: str) -> None:
    data, space = sample(name), {}
    exec(data.program, space)
    again = space["table"]
    assert again.names == data.table.names
    for one, other in zip(again.columns, data.table.columns, strict=True):
        assert list(one.texts()) == list(other.texts())
    assert data.truth.endswith(".")


def test_a_control_is_of_a_known_form() -> None:
    with pytest.raises(HyperparameterError, match="a control is one of"):
        Control(LAM, form="dial")
    with pytest.raises(HyperparameterError, match="needs the declaration's `shown`"):
        control(LAM)


def test_some_rows_are_taken_evenly_from_the_first_to_the_last() -> None:
    table = sample("a wave").table
    taken = some_rows(table.take(np.arange(9)), 5)
    np.testing.assert_array_equal(taken.numbers("x"), table.numbers("x")[[0, 2, 4, 6, 8]])
    assert len(some_rows(table.take(np.arange(3)), 5)) == 3
