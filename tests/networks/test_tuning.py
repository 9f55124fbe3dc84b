"""Folds, settings and restarts trained at once are the trainings one by one."""

from __future__ import annotations

import numpy as np
import pytest
from networks_job import CODES, X

from pellucid.data.splits import folds
from pellucid.descent.step_sizes import Cosine
from pellucid.errors import ConvergenceWarning, HyperparameterError, ShapeError
from pellucid.networks import BatchNorm, Dense, Network, ReLU, Softmax, train, tune
from pellucid.networks.training.tuning import NetworkTuning

NET = Network(
    [Dense(6), BatchNorm(), ReLU(), Dense(3), Softmax()], "nllm", in_shape=4, reduction="mean"
)


def test_each_training_is_the_one_that_train_does() -> None:
    """With statistics that are remembered, folds of two sizes, decay, clipping, a schedule."""
    grid = {"step_size": [1e-2, Cosine(0.03, 20)], "decay": [0.0, 1e-2], "clip": [0.5, None]}
    pairs = folds(len(X), 4, seed=1)
    assert len({len(kept) for kept, _ in pairs}) == 2
    found = tune(NET, grid, X, CODES, folds=pairs, restarts=2, epochs=3, seed=5)
    assert found.losses.shape == (8, 4, 2)
    for s, f, r in ((0, 0, 0), (3, 3, 1), (4, 1, 1), (7, 2, 0)):
        kept, held = pairs[f]
        setting = found.settings[s]
        alone = train(
            NET, X[kept], CODES[kept], validation=(X[held], CODES[held]), epochs=3, seed=5 + r,
            **setting,
        )  # fmt: skip
        assert found.losses[s, f, r] == pytest.approx(alone.history["validation_loss"][-1], 2e-4)
        assert found.training_losses[s, f, r] == pytest.approx(alone.history["loss"][-1], 2e-4)
        mine, plain = found.params[s][f][r][0]["W"], alone.params[0]["W"]
        np.testing.assert_allclose(mine, plain, rtol=2e-3, atol=2e-4)
    assert found.table()[0][0] == found.settings[found.best]


def test_the_table_is_sorted_by_the_mean_loss_and_what_diverged_comes_last() -> None:
    """The standard error is that of the folds, over whose restarts is averaged."""
    losses = np.array([[[np.inf, 1.0], [1, 1]], [[5, 7], [2, 2]], [[1, 3], [4, 8]]])
    settings = [{"decay": decay} for decay in (0.0, 0.1, 0.2)]
    with np.errstate(invalid="ignore"):
        rows = NetworkTuning(settings, losses, losses, []).table()
    assert [row[0]["decay"] for row in rows] == [0.1, 0.2, 0.0]
    assert [row[1] for row in rows] == [4, 4, np.inf]
    assert [row[2] for row in rows[:2]] == pytest.approx([2, 2])  # of 6 and 2: √8 / √2


def test_a_setting_that_needs_another_program_is_named() -> None:
    with pytest.raises(HyperparameterError, match="got layers"):
        tune(NET, {"layers": [1]}, X, CODES)
    with pytest.raises(HyperparameterError, match="got none"):
        tune(NET, {}, X, CODES)


@pytest.mark.slow
def test_no_clipping_is_a_setting_like_others() -> None:
    found = tune(NET, {"clip": [None, 0.5]}, X, CODES, folds=2, epochs=2)
    alone = tune(NET, {"step_size": [1e-3]}, X, CODES, folds=2, epochs=2)
    np.testing.assert_allclose(found.losses[0], alone.losses[0], rtol=1e-5)


@pytest.mark.parametrize(
    ("grid", "further", "words"),
    [
        ({"clip": [0.0]}, {}, "clip one > 0"),
        ({"decay": [-1.0]}, {}, "≥ 0"),
        ({"decay": [0.1]}, {"restarts": 0}, "restarts is a whole number"),
        ({"decay": [0.1]}, {"epochs": 0}, "epochs is a whole number"),
    ],
)
def test_settings_that_do_not_serve_are_named(
    grid: dict[str, list[float]], further: dict[str, int], words: str
) -> None:
    with pytest.raises(HyperparameterError, match=words):
        tune(NET, grid, X, CODES, folds=2, **{"epochs": 1, **further})


def test_a_grid_in_which_all_diverge_is_told() -> None:
    plain = Network([Dense(1)], "square", in_shape=4, reduction="sum")
    with pytest.warns(ConvergenceWarning, match="no best setting"):
        tune(plain, {"step_size": [1e30]}, X, X[:, 0], folds=2, epochs=3, rule="gradient descent")
    with pytest.raises(ShapeError, match="one target a row"):
        tune(plain, {"step_size": [1.0]}, X, X[:9, 0], folds=2)
