"""Folds, settings and restarts trained at once are the trainings one by one."""

from __future__ import annotations

import numpy as np
import pytest
from networks_job import CODES, X

from pellucid.data.splits import folds
from pellucid.descent.step_sizes import Cosine
from pellucid.errors import HyperparameterError
from pellucid.networks import BatchNorm, Dense, Network, ReLU, Softmax, train, tune

NET = Network(
    [Dense(6), BatchNorm(), ReLU(), Dense(3), Softmax()], "nllm", in_shape=4, reduction="mean"
)


def test_each_training_is_the_one_that_train_does() -> None:
    """With statistics that are remembered, folds of two sizes, decay, clipping, a schedule."""
    grid = {"step_size": [1e-2, Cosine(0.03, 20)], "decay": [0.0, 1e-2], "clip": [0.5]}
    pairs = folds(len(X), 4, seed=1)
    assert len({len(kept) for kept, _ in pairs}) == 2
    found = tune(NET, grid, X, CODES, folds=pairs, restarts=2, epochs=3, seed=5)
    assert found.losses.shape == (4, 4, 2)
    for s, f, r in ((0, 0, 0), (1, 3, 1), (2, 1, 1), (3, 2, 0)):
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


def test_a_setting_that_needs_another_program_is_named() -> None:
    with pytest.raises(HyperparameterError, match="got layers"):
        tune(NET, {"layers": [1]}, X, CODES)
    with pytest.raises(HyperparameterError, match="got none"):
        tune(NET, {}, X, CODES)
