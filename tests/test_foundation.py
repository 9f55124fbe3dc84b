"""Errors, hyperparameters declared once, explanations."""

from __future__ import annotations

import importlib
import inspect
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import nightly
from pellucid import LeastSquares, errors
from pellucid.errors import HyperparameterError, PellucidError, PellucidWarning, TableError
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import label, labels, number
from pellucid.glass_box import GlassBox, refuse_complex
from pellucid.hyperparameters import Hyperparameter, is_whole
from pellucid.typesetting import svg

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


@given(st.floats(-9, 9), st.none() | st.floats(-5, 5), st.none() | st.floats(-5, 5))
def test_a_bound_that_is_not_given_bounds_nothing(
    value: float, low: float | None, high: float | None
) -> None:
    h = Hyperparameter("x", 0.0, "float", "X.", low=low, high=high)
    assert admits(h, value) == ((low is None or low <= value) and (high is None or value <= high))
    assert admits(Hyperparameter("x", 0.0, "float", "X."), value)


def admits(h: Hyperparameter, value: object) -> bool:
    try:
        h.check(value, "M")
    except HyperparameterError:
        return False
    return True


@pytest.mark.parametrize("kind", ["float", "int", "bool", "str", "any"])
@pytest.mark.parametrize("value", [True, np.True_, None, 3, 1.5, "a", "b", [1]])
@pytest.mark.parametrize("choices", [(), ("a",)])
@pytest.mark.parametrize("accepts", [None, lambda value: value == "b" or value == 3])
def test_a_setting_admits_its_kind_its_words_and_what_it_accepts(
    kind: str, value: object, choices: tuple[str, ...], accepts: Any
) -> None:
    """Def 81: a word among the choices passes at once; a flag is a number of no kind."""
    h = Hyperparameter("x", None, kind, "X.", choices=choices, accepts=accepts)
    flag, number = isinstance(value, bool | np.bool), isinstance(value, int | float)
    of_kind = {
        "bool": flag,
        "int": isinstance(value, int) and not flag,
        "float": number and not flag,
        "str": isinstance(value, str) and not choices,
        "any": True,
    }[kind]
    named = isinstance(value, str) and value in choices
    assert admits(h, value) == (named or (of_kind and (accepts is None or accepts(value))))


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("low", [None, -2.0, 0.0])
@pytest.mark.parametrize("high", [None, 3.0])
@pytest.mark.parametrize("shown", [(-3, 1), (-2, 3), (0, 3), (0.5, 3), (1, 4), (2, 2), (2, 1)])
def test_a_shown_range_rises_within_the_declared_one(
    scale: str, low: float | None, high: float | None, shown: tuple[float, float]
) -> None:
    first, last = shown
    right = first < last and (low is None or low <= first) and (high is None or last <= high)
    if right and (scale == "linear" or first > 0):
        Hyperparameter("x", 1.0, "float", "X.", low=low, high=high, shown=shown, scale=scale)
    else:
        with pytest.raises(HyperparameterError, match="the shown range"):
            Hyperparameter("x", 1.0, "float", "X.", low=low, high=high, shown=shown, scale=scale)


def test_a_scale_is_one_of_those_there_are() -> None:
    with pytest.raises(HyperparameterError, match="scale is one of"):
        Hyperparameter("x", 1.0, "float", "X.", scale="square")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "float"}, "a number"),
        ({"kind": "int", "low": 1}, "a whole number ≥ 1"),
        ({"kind": "int", "high": 1}, "a whole number ≤ 1"),
        ({"kind": "float", "low": 0, "open_low": True, "high": 1}, "a number > 0 and ≤ 1"),
        ({"kind": "float", "low": 0, "high": 1, "open_high": True}, "a number ≥ 0 and < 1"),
        ({"kind": "bool"}, "True or False"),
        ({"kind": "str", "choices": ("a", "b")}, "'a' or 'b'"),
        (
            {"kind": "int", "choices": ("all",), "optional": True},
            "a whole number, or 'all', or None",
        ),
        ({"kind": "any"}, "a suitable value"),
        ({"kind": "any", "described": "callable"}, "callable"),
    ],
)
def test_a_setting_says_what_it_may_be(settings: dict[str, Any], words: str) -> None:
    h = Hyperparameter("x", 0.5, meaning="X.", **settings)
    assert h.admitted() == words
    assert h.documented() == f"x : {words}, default=0.5\n        X."
    with_both = replace(h, unit="m", symbol="λ").documented()
    assert with_both.endswith("X. Unit: m. Written λ in the notes.")
    with pytest.raises(HyperparameterError, match=r"^M: x \(λ\) must be .*; got 0\.$"):
        replace(h, symbol="λ", accepts=lambda value: False, kind="any").check(0, "M")


@pytest.mark.parametrize("value", [1, 2, 3, np.int8(2), True, np.True_, 2.0, "2", None])
@pytest.mark.parametrize("least", [1, 2])
def test_whole_is_a_whole_number_of_at_least_so_much(value: Any, least: int) -> None:
    right = type(value).__name__.startswith("int") and value >= least
    assert is_whole(value, least) == right
    assert is_whole(value) == is_whole(value, 1)


def test_an_explanation_prints_shows_and_serialises() -> None:
    formula = Formula("J = λ‖θ‖²", r"J = \lambda\|\theta\|^2", "θ: d×1", "KE 65")
    made = Explanation("A <b>", problem="p", objective=formula, warnings=("w",))
    assert "J = λ‖θ‖²" in str(made)
    assert "KE 65" in str(made)
    shown = made.to_html()
    assert shown.startswith('<section class="explanation"><h3>A &lt;b&gt;</h3>')
    assert "<svg" in shown
    marked = re.findall("<tr class=\"warnings\"><th scope='row'>(.*?)</th>", shown)
    assert marked == ["Warnings"]
    heads = re.findall(r"<th scope='row'>(.*?)</th>", shown)
    assert heads == ["Problem", "Objective", "Layout", "Warnings"]
    assert shown.count('<div class="formula">') == 1
    assert "A &lt;b&gt;" in shown
    assert "<script" not in shown
    assert made.as_dict()["objective"]["latex"] == formula.latex


@pytest.mark.parametrize("value", ["red", 6, True, 0.5])
def test_a_label_reads_alike_from_any_array(value: object) -> None:
    assert label(np.array([value])[0]) == label(np.array([value], object)[0]) == repr(value)


def test_an_explanation_says_only_what_there_is_in_lines_of_98() -> None:
    """§1.0.3: no layout without formulas, no page without one, each wrapped under its label."""
    plain = Explanation("A", problem="word " * 60, happened=(("n", "3"), ("d", "2")))
    title, rule, *lines = str(plain).splitlines()
    assert (title, rule) == ("A", "=")
    labels = [line[:15].strip() for line in lines]
    assert [each for each in labels if each] == ["Problem", "What happened"]
    assert labels[0] == "Problem"
    assert all(len(line) <= 98 for line in lines)
    assert max(map(len, lines)) > 90
    assert [line[15:] for line in lines[-2:]] == ["n: 3", "d: 2"]
    assert " ".join(line[15:] for line in lines[:-2]) == " ".join(["word"] * 60)
    with_formula = replace(plain, objective=Formula("J", "J"), notes="KE 71")
    assert "Layout         points are columns" in str(with_formula)
    assert f"Live page      pellucid lab --page {with_formula.page}" in str(with_formula)
    assert "(" not in str(with_formula).split("Objective")[1].split("Layout")[0]


def test_a_typeset_formula_is_drawn_named_and_its_own() -> None:
    """Its title stands for the drawing; two formulas on a page share no name of a glyph."""
    plain, named = svg("x+y"), svg("x+y", title='a < "b"')
    fitted = ElementTree.fromstring(named)
    assert fitted.get("role") == "img"
    assert fitted.get("aria-label") == 'a < "b"'
    title = fitted[0]
    assert (title.tag.rpartition("}")[2], title.text) == ("title", 'a < "b"')
    assert ElementTree.fromstring(plain).attrib.items() <= fitted.attrib.items()
    assert (
        "".join(named.partition("<title>")[2].partition("</title>")[2])
        == (plain[plain.index(">") + 1 :])
    )
    names = [set(re.findall(r'\bid="([^"]+)"', svg(latex))) for latex in ("x+y", "x+z")]
    assert names[0]
    assert not names[0] & names[1]
    for latex, own in zip(("x+y", "x+z"), names, strict=True):
        assert set(re.findall(r'href="#([^"]+)"', svg(latex))) <= own


def test_many_labels_are_cut_and_counted() -> None:
    assert labels(np.array(["b", "a"])) == "'b', 'a'"
    assert labels(np.arange(1000), max_labels=2) == "0, 1, … (1,000 in all)"
    assert labels(range(10)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert labels(range(11)).endswith("8, 9, … (11 in all)")


@given(st.floats(-1e12, 1e12) | st.floats(-1e-3, 1e-3), st.integers(1, 8))
def test_a_number_is_written_to_its_digits(value: float, digits: int) -> None:
    """§1.0.3: read back it is off by half of its last digit at most, and it has no more digits."""
    written, size = number(value, digits), abs(value)
    read = float(written.replace(",", "").replace("−", "-"))
    last = 10.0 ** (np.floor(np.log10(max(size, 1e-300))) - digits + 1)
    if 100 <= size < 1e9:
        last = min(last, 1.0)  # whole thousands keep all of their digits
    elif 1e-6 <= size < 1e-4:
        last = 10.0 ** -(digits + 5)
    assert abs(read - value) <= last * 0.500001
    assert "-" not in written.partition("e")[0]
    shown = len(re.sub(r"\D", "", written.partition("e")[0]).lstrip("0"))
    whole = len(str(int(size))) if 100 <= size < 1e9 else 0
    assert shown <= max(digits + (1e-6 <= size < 1e-4), whole)


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


@pytest.mark.parametrize("by_name", [False, True])
def test_rows_of_complex_numbers_are_refused_in_every_holder(by_name: bool) -> None:
    """By position and by name, in arrays, nested lists, frames and series; nothing else is."""
    import pandas as pd

    rows = np.array([[1.0], [2.0], [4.0]])
    mixed = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [1j, 2.0, 3.0]})
    for X in (rows * 1j, (rows * 1j).tolist(), mixed, mixed["b"], [[0j]], 1j):
        given, named = ((), {"X": X}) if by_name else ((X,), {})
        with pytest.raises(TableError, match="complex numbers"):
            LeastSquares().fit(*given, y=[1.0, 2.0, 3.0], **named)
        with pytest.raises(TableError, match="complex numbers"):
            LeastSquares().fit(rows, [1.0, 2.0, 3.0]).predict(X)
    for real in (rows, rows.tolist(), mixed[["a"]], mixed["a"], [], 1.0, "text"):
        refuse_complex(real)


def test_a_class_prints_the_settings_it_declares_and_no_other_text_changes() -> None:
    """Def 81: the placeholder is filled where it stands; a fit starts with no warnings."""

    class Declared(GlassBox):
        """Text.

        Parameters
        ----------
        {hyperparameters}
        """

        hyperparameters = (Hyperparameter("lam", 1.0, "float", "Weight.", symbol="λ", low=0),)

    class Plain(GlassBox):
        """Braces {are} kept."""

    Bare = type("Bare", (GlassBox,), {"__doc__": None})
    assert "lam : a number ≥ 0, default=1.0" in (Declared.__doc__ or "")
    assert "{hyperparameters}" not in (Declared.__doc__ or "")
    assert Plain.__doc__ == "Braces {are} kept."
    assert Bare.__doc__ is None


def test_a_fitted_model_shows_itself_with_its_picture_below() -> None:
    """§1.0.3: a notebook shows the diagram; once fitted, the picture too."""
    model = LeastSquares()
    unfitted = model._repr_html_()
    fitted = model.fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0])._repr_html_()
    pictures = [html.count("<svg") + html.count("<img") for html in (unfitted, fitted)]
    assert pictures[1] > pictures[0]
