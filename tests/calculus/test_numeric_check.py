"""A derivative is compared where its differences can be relied on, and nowhere else.

Notes: KE 119
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pellucid.calculus import derive, read
from pellucid.calculus.checking import numeric_check
from pellucid.calculus.checking.numeric_check import (
    Check,
    check_derivative,
    check_with_jax,
    inverses_are_sound,
)


def at(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """Those points in place of random ones."""
    points = [{"s": value} for value in (*values, 2.0, 3.0)]
    monkeypatch.setattr(numeric_check, "random_points", lambda *_: iter(points))


def test_a_wrong_answer_differs_at_its_worst_entry() -> None:
    found = derive("norm2(x)^2", "x", "x: 2").derivative
    check = check_derivative(found, read("3*x", "x: 2"))
    assert not check.agrees
    assert check.points == 3
    assert str(check).startswith("DIFFERS, most at [")
    assert check.worst > 0.01


@pytest.mark.parametrize(("near", "passed_over"), [(1e-6, 0), (5e-7, 1)])
def test_a_kink_within_the_step_is_told_from_a_mistake_by_a_smaller_step(
    monkeypatch: pytest.MonkeyPatch, near: float, passed_over: int
) -> None:
    """Beyond the smaller step the differences settle; within it they have not, and say nothing."""
    at(monkeypatch, near)
    check = check_derivative(derive("abs(s)", "s", "s: scalar").derivative, trials=1)
    assert (check.agrees, check.points, check.passed_over) == (True, 1, passed_over)


def test_where_the_smaller_step_has_no_value_nothing_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = derive("sqrt(s^2 - 9e-12)", "s", "s: scalar").derivative
    at(monkeypatch, 0.0)
    check = check_derivative(found, read("s - s + 1", "s: scalar"), trials=1)
    assert (check.points, check.passed_over) == (1, 1)


@pytest.mark.parametrize(
    ("formula", "answer", "passed_over"),
    [
        ("relu(relu(s)) - relu(s)", None, 1),  # at 0 JAX splits one tie twice, the other once
        ("s^2", "2*s + 1", 0),
        ("sqrt((s^2 - 1e-12)*(s^2 - 1))", "s + 1", 1),  # no value at either end of a step
    ],
)
def test_where_jax_differs_differences_tell_who_is_right(
    monkeypatch: pytest.MonkeyPatch, formula: str, answer: str | None, passed_over: int
) -> None:
    found = derive(formula, "s", "s: scalar").derivative
    if answer is not None:
        found = replace(found, expression=read(answer, "s: scalar"))
    at(monkeypatch, 0.0)
    check = check_with_jax(found, trials=1)
    assert (check.points, check.passed_over) == (1, passed_over)
    assert check.agrees == (answer is None)


def test_what_takes_long_is_not_compared_with_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numeric_check, "MOST_FOR_JAX", 2)
    check = check_with_jax(derive("x'*x", "x", "x: 2").derivative)
    assert not check.agrees
    assert (check.worst, check.points) == (0, 0)
    assert str(check).startswith("not compared with jax.grad, which takes long")
    assert str(Check(False, 0.0, "", 0, "others")).startswith("no point was found")


def test_a_matrix_that_cannot_even_be_computed_is_not_sound() -> None:
    """The inverse within the inverse, of which there is none."""
    sound = inverses_are_sound([read("inv(inv(A) + B)", "A: 2×2, B: 2×2")])
    assert sound({"A": np.eye(2), "B": np.eye(2)})
    assert not sound({"A": np.zeros((2, 2)), "B": np.eye(2)})
    assert not sound({"A": np.eye(2), "B": -np.eye(2)})


@pytest.mark.parametrize("layout", ["denominator", "numerator"])
@pytest.mark.parametrize(
    ("formula", "by", "where", "shape"),
    [
        ("A*x", "A", "A: 2×3, x: 3", {"denominator": (2, 3, 2), "numerator": (2, 2, 3)}),
        ("x*y'", "x", "x: 3, y: 2", {"denominator": (3, 3, 2), "numerator": (3, 2, 3)}),
        ("sum(D*A)", "D", "D: 2×2 diagonal, A: 2×3", {}),
    ],
)
def test_tensors_and_diagonals_are_compared_in_either_layout(
    formula: str, by: str, where: str, shape: dict[str, tuple[int, ...]], layout: str
) -> None:
    """Clarification 464: the numerator layout has the axes of the output first."""
    found = derive(formula, by, where, layout=layout)
    assert found.derivative.shape == shape.get(layout, (2, 2))
    assert found.check.agrees
    assert found.check_jax.agrees
