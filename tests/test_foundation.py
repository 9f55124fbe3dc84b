"""Errors, hyperparameters declared once, explanations."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import nightly
from pellucid import LeastSquares, errors
from pellucid.errors import HyperparameterError, PellucidError, PellucidWarning
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import label, labels
from pellucid.hyperparameters import Hyperparameter

MEMBERS = [m for _, m in inspect.getmembers(errors, inspect.isclass)]


def test_all_errors_and_warnings_are_of_the_family() -> None:
    for member in MEMBERS:
        assert issubclass(member, PellucidError | PellucidWarning)
        assert member.__doc__


def test_a_type_error_is_a_type_error_and_a_value_error() -> None:
    share = Hyperparameter("share", 0.5, "float", "A share.", low=0, high=1, open_low=True)
    with pytest.raises(TypeError, match="Model: share must be a number > 0 and ≤ 1; got 'x'"):
        share.check("x", "Model")
    with pytest.raises(ValueError, match="got 0"):
        share.check(0, "Model")


@given(st.floats(), st.floats(-5, 5), st.floats(0, 5), st.booleans(), st.booleans())
def test_a_range_admits_exactly_what_lies_in_it(
    value: float, low: float, width: float, open_low: bool, open_high: bool
) -> None:
    high = low + width
    h = Hyperparameter(
        "x", 0.0, "float", "X.", low=low, high=high, open_low=open_low, open_high=open_high
    )
    inside = (low < value if open_low else low <= value) and (
        value < high if open_high else value <= high
    )
    if inside:
        h.check(value, "M")
    else:
        with pytest.raises(HyperparameterError):
            h.check(value, "M")


@pytest.mark.parametrize("value", [True, None, 1.5, "a"])
def test_whole_numbers_are_whole(value: object) -> None:
    with pytest.raises(HyperparameterError):
        Hyperparameter("k", 1, "int", "K.").check(value, "M")


def test_an_explanation_prints_shows_and_serialises() -> None:
    formula = Formula("J = λ‖θ‖²", r"J = \lambda\|\theta\|^2", "θ: d×1", "KE 65")
    made = Explanation("A <b>", problem="p", objective=formula, warnings=("w",))
    assert "J = λ‖θ‖²" in str(made)
    assert "KE 65" in str(made)
    shown = made.to_html()
    assert "<svg" in shown
    assert "A &lt;b&gt;" in shown
    assert "<script" not in shown
    assert made.as_dict()["objective"]["latex"] == formula.latex


@pytest.mark.parametrize("value", ["red", 6, True, 0.5])
def test_a_label_reads_alike_from_any_array(value: object) -> None:
    assert label(np.array([value])[0]) == label(np.array([value], object)[0]) == repr(value)


def test_many_labels_are_cut_and_counted() -> None:
    assert labels(np.array(["b", "a"])) == "'b', 'a'"
    assert labels(np.arange(1000), max_labels=2) == "0, 1, … (1,000 in all)"


def test_the_nightly_list_names_tests_that_exist() -> None:
    for start in nightly():
        path, _, name = start.partition("::")
        if path.startswith("tests/"):
            text = (Path(__file__).parents[1] / path).read_text(encoding="utf-8")
            assert f"def {name.partition('[')[0]}" in text, start
        else:  # an example in a docstring goes by its object's whole name
            module, _, found = name.rpartition(".")
            assert hasattr(importlib.import_module(module), found), start


def test_only_none_passes_an_optional_hyperparameter_unchecked() -> None:
    """Def 86: a default of None opens no door to other values."""
    patience = Hyperparameter("patience", None, "int", "Looks.", low=1, optional=True)
    patience.check(None, "Model")
    patience.check(3, "Model")
    for wrong in (0, 2.5, "three", [1]):
        with pytest.raises(HyperparameterError, match="patience"):
            patience.check(wrong, "Model")


def test_parts_of_an_explanation_stand_one_heading_deeper() -> None:
    """§1.0.3: in HTML the outline is that of the parts."""
    told = Explanation("Whole", parts=(Explanation("Part", parts=(Explanation("Inner"),)),))
    html = told.to_html()
    for level, name in ((3, "Whole"), (4, "Part"), (5, "Inner")):
        assert f"<h{level}>{name}</h{level}>" in html


def test_a_fitted_model_shows_itself_with_its_picture_below() -> None:
    """§1.0.3: a notebook shows the diagram; once fitted, the picture too."""
    model = LeastSquares()
    unfitted = model._repr_html_()
    fitted = model.fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])._repr_html_()
    pictures = [html.count("<svg") + html.count("<img") for html in (unfitted, fitted)]
    assert pictures[1] > pictures[0]
