"""The choice of k: held-out losses by hand, two ways to choose, any autoencoder, bad input."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest
from sklearn.base import BaseEstimator

from pellucid import (
    Autoencoder,
    LinearAutoencoder,
    Ridge,
    VariationalAutoencoder,
    choose_code_length,
)
from pellucid.autoencoders import baseline_losses
from pellucid.data.splits import split_rows
from pellucid.errors import HyperparameterError

QUICK: dict[str, Any] = {"hidden": (8,), "epochs": 3, "batch_size": 20}


def plane(n: int = 200, d: int = 7, noise: float = 0.3) -> Any:
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 2)) @ rng.normal(size=(2, d)) + noise * rng.normal(size=(n, d))


def test_linear_losses_are_those_of_each_autoencoder_by_itself() -> None:
    """8.3.1-compression-ratio, 8.3.1-longer-is-better: one decomposition serves every k."""
    X = plane()
    fast, slow = choose_code_length(X), choose_code_length(X, LinearAutoencoder(), longest=6)
    assert fast.lengths.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert slow.lengths.tolist() == [0, 1, 2, 4]
    np.testing.assert_allclose(slow.losses, fast.losses[[0, 1, 2, 4]], rtol=1e-9)
    np.testing.assert_allclose(slow.errors, fast.errors[[0, 1, 2, 4]], rtol=1e-9)
    split = split_rows(len(X), test=0.2, seed=0)
    by_hand = LinearAutoencoder(2).fit(X[split.train]).losses(X[split.test])
    assert fast.losses[2] == pytest.approx(by_hand.mean())
    assert fast.errors[2] == pytest.approx(by_hand.std(ddof=1) / np.sqrt(len(by_hand)))


class Prescribed(BaseEstimator):  # type: ignore[misc]
    """An autoencoder that loses what it is told to, give or take one half a row."""

    def __init__(self, code_length: int = 1, table: Any = None) -> None:
        self.code_length = code_length
        self.table = table

    def fit(self, X: Any) -> Self:
        return self

    def losses(self, X: Any) -> Any:
        return self.table[self.code_length] + 0.5 * (-1.0) ** np.arange(len(X))


@pytest.mark.parametrize(
    ("table", "k", "says"),
    [
        ({1: 3.0, 2: 1.06, 4: 1.0}, 2, "one of 2 is shorter and, at 1.06, within one"),
        ({1: 3.0, 2: 1.20, 4: 1.0}, 4, "A code of 4 loses least, 1 ± 0.08 a row over 40 rows"),
        ({1: 3.0, 2: 1.0, 4: 1.02}, 2, "no shorter one tried comes within one standard error"),
    ],
)
def test_one_standard_error_prefers_the_shorter_code(table: Any, k: int, says: str) -> None:
    """8.3.1-compression-ratio: 40 rows held out, so one standard error is 0.5 / √39."""
    found = choose_code_length(plane(), Prescribed(table=table), keep=None, longest=4)
    assert found.k == k
    assert says in found.why
    assert found.losses[1:].tolist() == pytest.approx(list(table.values()))
    assert found.errors[1:] == pytest.approx(0.5 / np.sqrt(39))


def test_a_share_that_no_length_keeps_takes_the_best() -> None:
    model = Prescribed(table={1: 3.0, 2: 1.0, 4: 2.0})
    found = choose_code_length(plane(), model, keep=0.999, longest=4)
    assert found.k == 2
    assert found.why.endswith("; 99.9% is not reached, and no length tried does more.")


def test_a_deep_code_of_a_curve_is_shorter_than_a_linear_one() -> None:
    """8.3.1-compression-ratio: any autoencoder is asked, by its own loss."""
    rng = np.random.default_rng(0)
    t = rng.uniform(-1, 1, size=240)
    X = np.column_stack([t, np.sin(3 * t), t**2]) + 0.02 * rng.normal(size=(240, 3))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    deep = Autoencoder(7, hidden=(16,), activation="tanh", step_size=0.01, epochs=150)
    found = choose_code_length(X, deep, keep=0.9, lengths=(1, 2))
    assert choose_code_length(X, keep=0.9).k == 2
    assert found.k == 1
    assert "of what tells 48 rows held out apart" in found.why
    assert deep.code_length == 7  # the model given is a pattern, and stays as it was
    split = split_rows(240, test=0.2, seed=0)
    alone = Autoencoder(1, hidden=(16,), activation="tanh", step_size=0.01, epochs=150)
    by_hand = alone.fit(X[split.train]).losses(X[split.test])
    assert found.losses[1] == pytest.approx(by_hand.mean(), rel=1e-5)
    assert found.kept[1] == pytest.approx(1 - found.losses[1] / found.losses[0])


@pytest.mark.parametrize(
    "model",
    [
        VariationalAutoencoder(**QUICK),
        Autoencoder(filters=(2,), **QUICK),
        Autoencoder(binary=(0,), categories=((1, 2, 3),), **QUICK),
    ],
    ids=lambda model: type(model).__name__,
)
def test_images_and_mixed_columns_are_judged_too(model: Any) -> None:
    rng = np.random.default_rng(0)
    X: Any = rng.random((40, 4, 5)) if model.filters else rng.normal(size=(40, 6))
    if model.categories:
        X[:, 0], X[:, 1:4] = X[:, 0] > 0, np.eye(3)[rng.integers(0, 3, 40)]
    found = choose_code_length(X, model, keep=None, longest=2)
    assert found.lengths.tolist() == [0, 1, 2]
    assert found.k in (1, 2)
    assert (found.losses > 0).all()


def test_without_a_code_the_shares_of_the_classes_are_said() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.random(50) < 0.3, rng.normal(size=50), rng.normal(size=50)])
    model = Autoencoder(1, binary=(0,), **QUICK).fit(X)
    lost = baseline_losses(model, X, X)
    p = X[:, 0].mean()
    np.testing.assert_allclose(lost[:, 0], -np.log(np.where(X[:, 0] > 0, p, 1 - p)), rtol=1e-5)
    units = (X[:, 1] - X[:, 1].mean()) / model.scale_[1]
    np.testing.assert_allclose(lost[:, 1], units**2, 1e-5)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"keep": 0.0}, "between 0 and 1"),
        ({"model": Ridge()}, "model is an autoencoder, .* got Ridge"),
        ({"model": 3}, "got int"),
        ({"lengths": (0, 1)}, "whole numbers from 1 to 6"),
        ({"lengths": (1, 7)}, "whole numbers from 1 to 6"),
        ({"lengths": ()}, "whole numbers from 1 to 6"),
        ({"lengths": (1.5,), "model": Autoencoder(**QUICK)}, "whole numbers from 1 to 6"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused(given: dict[str, Any], says: str) -> None:
    """8.3.1-code-length: no code as long as the row among them."""
    with pytest.raises(HyperparameterError, match=says):
        choose_code_length(plane(), **given)


@pytest.mark.parametrize("unit", [1e-6, 1e-2, 1.0, 1e4])
def test_the_length_does_not_depend_on_the_unit(unit: float) -> None:
    found, of_one = (choose_code_length(plane() * each, keep=0.9) for each in (unit, 1.0))
    assert found.k == of_one.k == 2
    np.testing.assert_allclose(found.losses / unit**2, of_one.losses, rtol=1e-6)
