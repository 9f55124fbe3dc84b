"""What rows lose where nothing is said of them: the measure that any code is held against.

Notes: Concept 357, Concept 359
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def baseline_losses(model: Any, training: Array, X: Array) -> Array:
    """What each column of each row loses in a code of no numbers, n×d.

    Every row then decodes as the mean of the training rows; for yes-or-no and for categories that
    is the share of each class.

    Parameters
    ----------
    model : autoencoder
        Fitted: its loss judges, in its units.
    training : array, shape (m, d)
        The rows it was fitted to.
    X : array, shape (n, d)

    Examples
    --------
    >>> from pellucid.autoencoders import LinearAutoencoder
    >>> X = np.array([[0.0, 1.0], [2.0, 5.0], [4.0, 3.0]])
    >>> baseline_losses(LinearAutoencoder(1).fit(X), X, X).tolist()
    [[4.0, 4.0], [0.0, 4.0], [4.0, 0.0]]

    Notes: Concept 357
    """
    middle = training.mean(axis=0)
    if not hasattr(model, "loss_"):
        return np.asarray((X - middle) ** 2)
    loss, scores = model.loss_, (middle - model.mean_) / model.scale_
    tiny = 0.5 / (len(training) + 1)
    for j in loss.binary:
        p = min(max(middle[j], tiny), 1 - tiny)
        scores[j] = np.log(p / (1 - p))
    for group in loss.categories:
        scores[list(group)] = np.log(np.maximum(middle[list(group)], tiny))
    given = np.tile(scores, (len(X), 1))
    return np.asarray(loss.by_column(given, (X - model.mean_) / model.scale_), dtype=np.float64)
