"""Samples of a known truth: identically distributed, independent, and each of the two broken."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import LeastSquares, PolynomialBasis, separate
from pellucid.data import (
    Column,
    Kind,
    Split,
    Table,
    frame,
    linear_sample,
    noisy_line,
    petals,
    waveform,
    xor,
)
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


def test_the_noisy_line_is_its_line_and_noise() -> None:
    X, y = noisy_line(4001, noise=0.5, seed=3)
    assert (np.diff(X[:, 0]) > 0).all()
    left = y - 2 * X[:, 0] - 1
    assert left.mean() == pytest.approx(0, abs=0.03)
    assert left.std() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("d", [1, 2])
def test_the_waveform_is_a_sine_of_the_mean_input(d: int) -> None:
    X, y = waveform(300, d, frequency=4.0, noise=0.0, seed=1)
    assert X.shape == (300, d)
    np.testing.assert_allclose(y, np.sin(4 * X.mean(axis=1) + 1))


def test_a_polynomial_of_order_eight_stays_within_a_twentieth_of_the_waveform() -> None:
    x = np.linspace(-1, 1, 2001)
    wave = np.sin(6 * x + 1)
    near = np.polynomial.Chebyshev.interpolate(lambda t: np.sin(6 * t + 1), 8)(x)
    assert np.abs(near - wave).max() < 0.05
    assert np.abs(np.polynomial.Chebyshev.fit(x, wave, 4)(x) - wave).max() > 0.5


def test_xor_keeps_its_quarters() -> None:
    X, y = xor(1000, spread=0.45)
    assert (np.sign(X[:, 0]) * np.sign(X[:, 1]) == y).all()
    assert np.bincount((y > 0).astype(int)).tolist() == [500, 500]
    with pytest.raises(HyperparameterError, match=r"spread must lie in \[0, ½\)"):
        xor(4, spread=0.5)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_petals_are_parted_at_their_order_and_at_none_below(order: int) -> None:
    """Certified: a separating hyperplane of the features, or a proof that there is none."""
    X, y = petals(60, order)
    found = [
        separate(PolynomialBasis(k, include_constant=False).fit_transform(X), y).verdict
        for k in range(1, order + 1)
    ]
    assert found == ["not separable"] * (order - 1) + ["separable"]
    with pytest.raises(HyperparameterError, match="at least"):
        petals(2 * order - 1, order)
