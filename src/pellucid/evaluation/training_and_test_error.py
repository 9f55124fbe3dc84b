"""Training error and test error: the mean loss of any hypothesis on any rows.

Both take a function (or a fitted estimator) and a loss: the regularizer has no place here.

Notes: KE 33, KE 35, Clar 34, Clar 79, Def 175
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError, ShapeError
from pellucid.losses import LOSSES, Loss

Array = NDArray[Any]
Hypothesis = Any  # a callable X -> guesses, or a fitted estimator


def losses_at(h: Hypothesis, X: Any, y: Array, loss: str | Loss = "square") -> NDArray[np.float64]:
    """Loss of each row: L(h(x⁽ⁱ⁾), y⁽ⁱ⁾).

    Parameters
    ----------
    h : callable or fitted estimator
        A callable returns the guesses that the loss wants; an estimator is asked for classes,
        numbers or probabilities, as the loss needs.
    X : table, data frame or array, n rows
        Inputs.
    y : ndarray, shape (n,) or (n, k)
        Right answers: numbers, labels, or 0/1 for overlapping classes.
    loss : str or Loss
        A loss, or its name in `losses.LOSSES`.

    Returns
    -------
    ndarray, shape (n,)
        One loss a row, in the loss's own units; mean over outputs when there are several.

    Raises
    ------
    FramingError
        When the loss needs probabilities that `h` does not give, or its name is unknown.
    ShapeError
        When predictions and targets do not have the same number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> losses_at(lambda X: X[:, 0], np.array([[1.0], [2.0]]), np.array([1.0, 4.0]))
    array([0., 4.])

    Notes: KE 23, KE 33
    """
    rule = loss_named(loss)
    g, a = predictions_and_targets(h, X, np.asarray(y), rule)
    if len(g) != len(a):
        raise ShapeError(f"The hypothesis gave {len(g)} predictions for {len(a)} targets.")
    each = np.array(rule.value(g, a), dtype=np.float64)
    if rule.guesses in ("probability", "probabilities") and np.ndim(y) == 1:
        each[~_known_classes(h, np.asarray(y))] = COST_OF_UNKNOWN
    return each if each.ndim == 1 else each.reshape(len(a), -1).mean(axis=1)


def answers_at(h: Hypothesis, X: Any, y: Array) -> NDArray[np.float64]:
    """The number predicted for each row; of classes, the chance given to the right one.

    From these the losses of a weighted average of hypotheses follow without asking them again.

    Parameters
    ----------
    h : fitted estimator
        Of one number, or of one class a row with `predict_proba`.
    X : table, data frame or array, n rows
    y : ndarray, shape (n,)
        Numbers, or labels; a label that `h` does not know has the chance 0.

    Returns
    -------
    ndarray, shape (n,)

    Notes: KE 33, KE 152
    """
    y = np.asarray(y)
    if not hasattr(h, "predict_proba"):
        return np.asarray(h.predict(X), dtype=np.float64)
    chances = np.asarray(h.predict_proba(X), dtype=np.float64)
    return np.asarray((chances * one_hot(y, np.asarray(h.classes_))).sum(axis=1))


# What a row costs whose class the training rows lack: a model that never heard of it gave it no
# chance, which would cost without end.
COST_OF_UNKNOWN = float(-np.log(1e-6))


def row_losses(answers: Array, y: Array, loss: str) -> NDArray[np.float64]:
    """The loss of each row from what `answers_at` gave for it.

    Parameters
    ----------
    answers : ndarray, shape (n,)
        As `answers_at` returns them.
    y : ndarray, shape (n,)
        Right answers.
    loss : str
        A loss of numbers, or a log loss.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> row_losses(np.array([1.0, 0.5]), np.array(["a", "b"]), "nll").round(2)
    array([-0.  ,  0.69])

    Notes: KE 33, Def 148
    """
    rule = loss_named(loss)
    if rule.guesses == "number":
        return rule(answers, y)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(answers > 0, -np.log(answers), COST_OF_UNKNOWN))


def _known_classes(h: Hypothesis, y: Array) -> NDArray[np.bool_]:
    classes = getattr(h, "classes_", None)
    return np.ones(len(y), dtype=bool) if classes is None else np.isin(y, np.asarray(classes))


def loss_named(loss: str | Loss) -> Loss:
    """The loss itself, from its name."""
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise FramingError(f"There is no loss {loss!r}; there are {', '.join(sorted(LOSSES))}.")
    return LOSSES[loss]


def predictions_and_targets(h: Hypothesis, X: Any, y: Array, loss: Loss) -> tuple[Array, Array]:
    """Guesses of `h` in the form the loss takes, and the targets in the same form."""
    if not hasattr(h, "predict"):
        return np.asarray(h(X)), y
    if loss.guesses in ("number", "class"):
        return np.asarray(h.predict(X)), y
    if not hasattr(h, "predict_proba"):
        raise FramingError(
            f"The loss {loss.name!r} needs probabilities, and {type(h).__name__} gives none. "
            "Use the loss 'zero-one', or a model with predict_proba."
        )
    return _probabilities(h, X, y, loss)


def _probabilities(h: Hypothesis, X: Any, y: Array, loss: Loss) -> tuple[Array, Array]:
    p = np.asarray(h.predict_proba(X))
    if y.ndim == 2:
        return p, y
    truth = one_hot(y, np.asarray(h.classes_))
    if loss.guesses == "probability" and p.shape[1] == 2:
        return p[:, 1], truth[:, 1]
    return p, truth


def one_hot(y: Array, classes: Array) -> NDArray[np.float64]:
    """Labels as rows of 0 and 1, one column a class; a label of no class is a row of zeros.

    Notes: Def 164
    """
    return np.asarray(y[:, None] == classes[None, :], dtype=np.float64)


def training_error(h: Hypothesis, X: Any, y: Array, loss: str | Loss = "square") -> float:
    """Mean loss on the rows that `h` was fitted to.

    Parameters, errors: see `losses_at`.

    Returns
    -------
    float
        Eₙ(h), in units of the loss.

    Examples
    --------
    >>> import numpy as np
    >>> training_error(lambda X: X[:, 0], np.array([[1.0], [2.0]]), np.array([1.0, 4.0]))
    2.0

    Notes: KE 33
    """
    return float(losses_at(h, X, y, loss).mean())


def test_error(
    h: Hypothesis,
    X: Any,
    y: Array,
    loss: str | Loss = "square",  # noqa: PT028 -- a measure named in the notes, not a test
) -> float:
    """Mean loss on rows that had no part in the making of `h`; no regularizer.

    Parameters, errors: see `losses_at`.

    Returns
    -------
    float
        E(h), in units of the loss.

    Examples
    --------
    >>> import numpy as np
    >>> test_error(lambda X: X[:, 0], np.array([[3.0]]), np.array([1.0]))
    4.0

    Notes: KE 35, Clar 79, eq 2.64
    """
    return training_error(h, X, y, loss)


def accuracy(h: Hypothesis, X: Any, y: Array) -> float:
    """Share of rows whose most probable class is the right one: 1 − mean 0-1 loss, in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> accuracy(lambda X: X[:, 0] > 0, np.array([[1.0], [-1.0]]), np.array([True, True]))
    0.5

    Notes: Def 175, Def 129
    """
    return 1.0 - training_error(h, X, y, "zero-one")


# pytest would collect the function by its name; the name is the notes'.
test_error.__test__ = False  # type: ignore[attr-defined]

Sampler = Callable[[np.random.Generator], tuple[Any, Array]]


def validate(
    algorithm: Any, sample: Sampler, *, rounds: int = 10, loss: str | Loss = "square", seed: int = 0
) -> NDArray[np.float64]:
    """Test error of a learning algorithm over rounds of fresh training and fresh test data.

    Parameters
    ----------
    algorithm : estimator
        Cloned and fitted again in each round.
    sample : callable rng -> (X, y)
        Draws one data set; called twice a round.
    rounds : int
        How many rounds.
    loss : str or Loss
        What to measure.
    seed : int
        Seed of all draws.

    Returns
    -------
    ndarray, shape (rounds,)
        Test errors; their mean judges the algorithm.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> def line(rng):
    ...     X = rng.normal(size=(50, 1))
    ...     return X, 2 * X[:, 0] + 1
    >>> bool(validate(LinearRegression(), line, rounds=3).max() < 1e-20)
    True

    Notes: Def 84, Concept 83
    """
    from sklearn.base import clone

    rng = np.random.default_rng(seed)
    errors = np.empty(rounds)
    for r in range(rounds):
        h = clone(algorithm).fit(*sample(rng))
        errors[r] = test_error(h, *sample(rng), loss)
    return errors
