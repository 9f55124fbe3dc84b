"""The table of entry functions: each line against central differences and across libraries.

Notes: Notation 487, Notation 301
"""

from __future__ import annotations

import jax
import numpy as np
import pytest

from pellucid.calculus import differentiate, symbol
from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.codegen.modules import callable_for

NAMES = sorted(TABLE)
X = symbol("x", ("n", 1))


def draw(name: str) -> np.ndarray:
    low, high = TABLE[name].example_range
    return np.random.default_rng(3).uniform(low, high, size=(7, 1))


@pytest.mark.parametrize("name", NAMES)
def test_derivative_agrees_with_central_differences(name: str) -> None:
    of = ex.apply(name, X)
    value, slope = callable_for([of]), callable_for([differentiate(of, X).expression])
    x, step = draw(name), 1e-6
    expected = (value(x=x + step) - value(x=x - step)) / (2 * step)
    found = slope(x=x) if differentiate(of, X).expression.operation != "zeros" else 0 * np.eye(7)
    np.testing.assert_allclose(found, np.diag(expected[:, 0]), atol=1e-8, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_numpy_and_jax_agree(name: str) -> None:
    of, x = ex.apply(name, X), draw(name)
    mine = callable_for([of])(x=x)
    with jax.enable_x64(True):
        np.testing.assert_allclose(np.asarray(callable_for([of], "jax")(x=x)), mine, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_torch_agrees(name: str) -> None:
    torch = pytest.importorskip("torch")  # an oracle, not needed by the library
    of, x = ex.apply(name, X), draw(name)
    theirs = callable_for([of], "torch")(x=torch.as_tensor(x))
    np.testing.assert_allclose(theirs.numpy(), callable_for([of])(x=x), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_drawn_from_a_range_and_differ(name: str) -> None:
    low, high = TABLE[name].example_range
    assert low < high
    assert np.ptp(draw(name)) > (high - low) / 4


@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_extreme_scores_neither_overflow_nor_vanish(name: str) -> None:
    of = ex.apply(name, X)
    big = np.array([[-800.0], [800.0]])
    found = callable_for([of])(x=big)
    expected = {"sigmoid": [[0.0], [1.0]], "softplus": [[0.0], [800.0]]}[name]
    np.testing.assert_allclose(found, expected, atol=1e-12)
