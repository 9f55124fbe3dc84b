"""How well a further task does on codes of each length: the judge of a code that will be used.

Notes: Concept 365, Def 366, Concept 348
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from pellucid.autoencoders.linear_autoencoder import LinearAutoencoder
from pellucid.data.splits import split_rows
from pellucid.errors import HyperparameterError, ShapeError
from pellucid.linear.nearest_neighbor import NearestNeighborClassifier


@dataclass(frozen=True)
class Downstream:
    """Accuracy of a classifier that sees codes.

    Parameters
    ----------
    k : int
        Numbers in a code; as many as columns for the rows themselves.
    accuracy : float
        Share of right predictions on held-out rows.
    labelled : int
        Rows whose labels the classifier saw.
    coded : bool
        False for the rows themselves.

    Notes: Concept 365
    """

    k: int
    accuracy: float
    labelled: int
    coded: bool


def downstream_accuracy(
    X: Any,
    y: Any,
    lengths: Sequence[int],
    *,
    make: Callable[[int], Any] = LinearAutoencoder,
    classifier: Any = None,
    labelled: int | None = None,
    test: float = 0.3,
    seed: int = 0,
) -> list[Downstream]:
    """Accuracy on held-out rows against the length of the code, and on the rows themselves.

    The encoder learns from all training rows without their labels; the classifier from the codes of
    the labelled ones.

    Parameters
    ----------
    X : array, shape (n, d)
    y : array, shape (n,)
    lengths : sequence of int
        k to try.
    make : callable int -> autoencoder
        Not yet fitted, for a code of k numbers.
    classifier : estimator, optional
        By default the nearest neighbour.
    labelled : int, optional
        Labels that may be used, drawn evenly over the classes; all of the training rows' when None.
    test : float
        Share of rows held out.
    seed : int

    Returns
    -------
    list of Downstream
        One a length, then one for the rows as they are.

    Raises
    ------
    ShapeError, HyperparameterError
        When there is not one label a row, or no row is labelled.

    Examples
    --------
    >>> X = np.repeat([[0.0, 0.1, 0.0], [5.0, 5.0, 5.1]], 20, axis=0)
    >>> [found.accuracy for found in downstream_accuracy(X, np.repeat([0, 1], 20), [1])]
    [1.0, 1.0]

    Notes: Concept 365, Def 366
    """
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
    if y.shape != (len(X),):
        raise ShapeError(f"downstream_accuracy: {len(X)} rows but labels of shape {y.shape}.")
    if labelled is not None and labelled < 1:
        raise HyperparameterError(f"downstream_accuracy: labelled ≥ 1 row; got {labelled}.")
    split = split_rows(len(X), test=test, seed=seed, labels=y)
    known = split.train if labelled is None else balanced_sample(y, split.train, labelled, seed)
    answers = NearestNeighborClassifier(n_neighbors=1) if classifier is None else classifier

    def judged(coded: Callable[[Any], Any]) -> float:
        fitted = clone(answers).fit(coded(X[known]), y[known])
        return float((fitted.predict(coded(X[split.test])) == y[split.test]).mean())

    found = [
        Downstream(k, judged(make(k).fit(X[split.train]).transform), len(known), True)
        for k in lengths
    ]
    return [*found, Downstream(X.shape[1], judged(np.asarray), len(known), False)]


def balanced_sample(y: Any, rows: Any, count: int, seed: int) -> Any:
    """`count` of the rows, classes in turn, in an order drawn from the seed.

    Notes: Def 366
    """
    order = np.random.default_rng(seed).permutation(rows)
    place = np.empty(len(order), dtype=np.intp)
    for label in np.unique(y[order]):
        own = np.flatnonzero(y[order] == label)
        place[own] = np.arange(len(own))
    return order[np.argsort(place, kind="stable")][:count]
