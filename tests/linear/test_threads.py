"""The same bits under any number of BLAS threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from pellucid import (
    LinearAutoencoder,
    LogisticClassifier,
    LogisticCV,
    Ridge,
    RidgeCV,
    SigmoidsClassifier,
    SoftmaxCV,
)

LAMS = (1e-3, 1e-1)


@pytest.mark.parametrize(
    "model",
    [
        LogisticCV(LAMS), SoftmaxCV(LAMS), LogisticClassifier(), SigmoidsClassifier(), RidgeCV(),
        Ridge(algorithm="descent"), LinearAutoencoder(3),
    ],
    ids=lambda model: type(model).__name__,
)  # fmt: skip
def test_threads_change_no_bit(model: Any) -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(40_000, 20))
    score = X @ random.normal(size=20) + random.normal(size=len(X))
    y = score if "R" in type(model).__name__ else (score > 0).astype(int)
    found = []
    for threads in (1, 2, 8):
        with threadpool_limits(threads, user_api="blas"):
            model.fit(X, y)
        found.append(model.coef_ if hasattr(model, "coef_") else model.components_)
    assert all((each == found[0]).all() for each in found)
