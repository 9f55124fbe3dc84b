"""Weights of an average, found on rows that none of its parts was fitted on.

They minimize the held-out loss of the average and are pulled towards equal ones, as ridge pulls
towards 0: without that pull few rows would decide them by chance.

Notes: §2.6.10, §2.7, Def 85
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import softmax

from pellucid.evaluation.cross_validation import Folds
from pellucid.evaluation.training_and_test_error import COST_OF_UNKNOWN, row_losses
from pellucid.losses import LOSSES

Array = NDArray[np.float64]
WEIGHTED = "weighted-average"  # what such a candidate is called as a model
PULL = 0.003  # beside a loss that is 1 for amounts when the mean is predicted
LEAST_WEIGHT = 0.05  # what has less is left out


def average_objective(
    scores: Array, answers: Array, y: NDArray[Any], loss: str
) -> tuple[float, Array]:
    """Held-out loss of the average with weights softmax(z), plus the pull; and its gradient by z.

    Parameters
    ----------
    scores : ndarray, shape (k,)
        One score z a part; equal ones are equal weights.
    answers : ndarray, shape (k, n)
        `answers_at` of each part on rows held out.
    y : ndarray, shape (n,)
        Right answers.
    loss : str
        "square" or "absolute", of which the share of the best constant's loss counts; or a log
        loss of chances.

    Returns
    -------
    objective, gradient : float, ndarray (k,)

    Examples
    --------
    >>> y = np.array([0.0, 2.0])
    >>> average_objective(np.zeros(2), np.array([[0.0, 2.0], [0.0, 0.0]]), y, "square")
    (0.5, array([-0.5,  0.5]))

    Notes: Def 85, KE 71
    """
    weights, even = softmax(scores), scores - scores.mean()
    losses, slopes, unit = _losses(weights @ answers, y, loss)
    by_weight = answers @ slopes / (len(y) * unit)
    value = float(losses.mean()) / unit + PULL * float(np.mean(even**2))
    slope = weights * (by_weight - weights @ by_weight) + 2 * PULL * even / len(scores)
    return value, slope


def _losses(average: Array, y: NDArray[Any], loss: str) -> tuple[Array, Array, float]:
    """Losses of rows, their slopes by the answer, and the best constant's loss where amounts."""
    if loss in ("square", "absolute"):
        rule = LOSSES[loss]
        constant = y.mean() if loss == "square" else np.median(y)
        unit = float(rule(np.full(len(y), constant), y).mean()) or 1.0
        return rule(average, y), rule.derivative(average, y), unit
    told = np.maximum(average, np.exp(-COST_OF_UNKNOWN))
    return row_losses(told, y, loss), np.where(average < told, 0.0, -1 / told), 1.0


def held_out_weights(answers: Array, y: NDArray[Any], loss: str) -> Array:
    """The weights of an average of k models; 0 for each that would get less than a twentieth.

    Parameters
    ----------
    answers : ndarray, shape (k, n)
        `answers_at` of each model on rows held out; with n = 0 the weights are equal.
    y : ndarray, shape (n,)
        Right answers.
    loss : str
        As `average_objective` takes it.

    Returns
    -------
    ndarray, shape (k,)
        None negative, 1 together.

    Examples
    --------
    >>> y = np.array([0.0, 1.0, 2.0, 4.0])
    >>> held_out_weights(np.stack([y, y + 1, 0 * y]), y, "square").round(2)
    array([0.93, 0.07, 0.  ])

    Notes: Def 85, KE 71
    """
    weights = _minimizing(answers, y, loss)
    kept = np.flatnonzero(weights >= min(LEAST_WEIGHT, weights.max()))
    found = np.zeros(len(answers))
    found[kept] = _minimizing(answers[kept], y, loss)
    return found


def _minimizing(answers: Array, y: NDArray[Any], loss: str) -> Array:
    equal = np.zeros(len(answers))
    if not len(y):
        return np.asarray(softmax(equal))
    found = minimize(average_objective, equal, (answers, y, loss), "L-BFGS-B", jac=True)
    return np.asarray(softmax(found.x))


def weights_of_chunks(answers: Array, y: NDArray[Any], chunks: Folds, loss: str) -> list[Array]:
    """The weights that each chunk is judged with, in which it has no say.

    They are found on the other chunks among the rows that the chunk's models were fitted on: all
    others, or those before it where rows have an order.

    Parameters
    ----------
    answers : ndarray, shape (k, n)
    y : ndarray, shape (n,)
    chunks : sequence of (train rows, held-out rows)
    loss : str

    Returns
    -------
    list of ndarray, shape (k,)

    Notes: Def 85
    """
    judged = np.concatenate([out for _, out in chunks])
    known = [np.intersect1d(train, judged) for train, _ in chunks]
    return [held_out_weights(answers[:, rows], y[rows], loss) for rows in known]
