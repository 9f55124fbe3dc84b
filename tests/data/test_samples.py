"""Samples of a known truth: identically distributed, independent, and each of the two broken."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import LeastSquares
from pellucid.data import Column, Kind, Split, Table, frame, linear_sample
from pellucid.errors import HyperparameterError
from pellucid.evaluation.assumptions import check_assumptions


def table(X: np.ndarray, y: np.ndarray) -> Table:
    return Table((Column("x", Kind.NUMERIC, X[:, 0]), Column("y", Kind.NUMERIC, y)))


def test_the_same_seed_draws_the_same_rows() -> None:
    """1.2.6-iid-generator."""
    one, again, other = (linear_sample(20, seed=s) for s in (1, 1, 2))
    assert (one[0] == again[0]).all()
    assert not (one[0] == other[0]).any()


@pytest.mark.parametrize("dependence", [0.0, 0.8, -0.8])
def test_every_row_has_the_same_distribution_whatever_it_remembers(dependence: float) -> None:
    """1.2.4-fair-coins: identical distribution and independence are two things (Def 10, Def 11)."""
    X, y = linear_sample(200_000, (2.0, -1.0), offset=3.0, shift=4.0, dependence=dependence)
    assert X.mean() == pytest.approx(4, abs=0.03)
    assert X.std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(X[1:, 0], X[:-1, 0])[0, 1] == pytest.approx(dependence, abs=0.01)
    h = LeastSquares().fit(X, y)
    assert [*h.coef_, h.intercept_] == pytest.approx([2, -1, 3], abs=0.1)


def test_the_assumptions_hold_for_independent_rows_and_break_as_asked() -> None:
    X, y = linear_sample(600)
    halves = Split(np.arange(300), np.arange(300, 600), "first half, second half")
    good = table(X, y)
    assert not check_assumptions(good, frame(good, "y"), halves)
    moved = linear_sample(300, shift=2.0, seed=1)
    shifted = table(np.vstack([X[:300], moved[0]]), np.append(y[:300], moved[1]))
    assert [f.name for f in check_assumptions(shifted, frame(shifted, "y"), halves)] != []
    walk = table(*linear_sample(600, dependence=0.9))
    assert any("order" in f.name for f in check_assumptions(walk, frame(walk, "y")))


def test_full_dependence_is_refused() -> None:
    with pytest.raises(HyperparameterError, match="between −1 and 1"):
        linear_sample(5, dependence=1.0)
