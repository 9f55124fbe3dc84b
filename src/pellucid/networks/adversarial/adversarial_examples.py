"""Adversarial examples for a fitted network classifier, and how robust it is against them.

Notes: Def 373, Clar 374
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import FramingError, HyperparameterError, ShapeError
from pellucid.formatting import label, labels, number
from pellucid.former_names import renamed
from pellucid.networks.adversarial.input_gradient_ascent import Ascent, compiled_ascent
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.targets import targets_for
from pellucid.networks.training.devices import threads_for

ROWS_AT_ONCE = 256
Array = NDArray[Any]


@renamed(truths="labels", answers="predictions")
@dataclass(frozen=True, eq=False)
class Adversaries:
    """Points made to mislead: no observed data, and always said so.

    Parameters
    ----------
    X : array, shaped as the rows given
        The moved rows.
    original : array
        Where they began.
    labels, predictions : array of shape (n,)
        True labels, and what the model says of the moved rows.
    right_before : array of bool, (n,)
        Which were classified correctly at first: only these are moved.
    steps : array of int, (n,)
    budget : float

    Notes: Def 373
    """

    X: Array
    original: Array
    labels: Array
    predictions: Array
    right_before: NDArray[np.bool_]
    steps: NDArray[np.intp]
    budget: float

    @property
    def fooled(self) -> NDArray[np.bool_]:
        """Rows that were right and are wrong now, (n,)."""
        return np.asarray(self.right_before & (self.predictions != self.labels))

    @property
    def accuracy(self) -> float:
        """Share of all rows that the model still gets right."""
        return float(np.mean(self.predictions == self.labels))

    def __str__(self) -> str:
        moved, fooled = int(self.right_before.sum()), int(self.fooled.sum())
        return (
            f"{len(self.X)} rows, ARTIFICIAL (moved to mislead): not observed data. "
            f"Of {moved} that were right, {fooled} are misclassified after moving no entry by "
            f"more than {number(self.budget)}."
        )


def adversarial_example(
    model: Any,
    X: Any,
    y: Any,
    *,
    budget: float,
    steps: int = 20,
    step_size: float | None = None,
    bounds: tuple[float, float] | None = None,
    direction: str = "sign",
    until: str = "wrong",
) -> Adversaries:
    """Rows as near to the given ones as a budget says, that the model gets wrong.

    Parameters
    ----------
    model : fitted NetworkClassifier, ConvNetClassifier or RobustClassifier
    X : array of shape (n, d), or images as the model takes them
    y : array of shape (n,)
        True labels. Rows that the model gets wrong already are left as they are.
    budget : float
        ε: the most that any entry may move, in the unit of X. There is no ascent without one: gone
        on with for long, it changes what a row truly is.
    steps : int
        Most steps.
    step_size : float, optional
        η in the unit of X (of "gradient": its factor); by default the budget for one step, and
        2.5 ε/steps for several.
    bounds : (float, float), optional
        Least and largest value an entry can have, such as (0, 255).
    direction : {"sign", "gradient"}
        x + η sign(∂L/∂x), or eq 8.9, x + η ∂L/∂x.
    until : {"wrong", "budget"}
        Stop a row once it is misclassified; or take all steps.

    Returns
    -------
    Adversaries

    Raises
    ------
    FramingError
        For another kind of model, or labels it does not know.
    HyperparameterError
        For a budget or step size that is not > 0, or bounds that hold no value.

    Examples
    --------
    >>> from pellucid import NetworkClassifier
    >>> X = np.random.default_rng(0).normal(size=(80, 2))
    >>> h = NetworkClassifier(hidden=(8,), step_size=0.01).fit(X, X[:, 0] > 0)
    >>> found = adversarial_example(h, [[0.2, 1.0]], [True], budget=0.5)
    >>> found.fooled.tolist(), bool(abs(found.X - found.original).max() <= 0.5 + 1e-6)
    ([True], True)

    Notes: Def 373, Clar 374
    """
    h = network_of(model)
    ascent = Ascent(steps, direction, until)
    _check_sizes(budget, step_size, bounds)
    usual = budget if steps == 1 else 2.5 * budget / steps
    eta = usual if step_size is None else step_size
    given = np.asarray(X, dtype=np.float64)
    flat = np.asarray(h._checked(h._flat(given), reset=False), np.float64)
    codes = _codes(h, y, len(flat))
    right = np.asarray(h.predict(given)) == h.classes_[codes]
    moved, steps_taken = flat.copy(), np.zeros(len(flat), np.intp)
    if right.any():
        moved[right], steps_taken[right] = _climb(
            h, ascent, flat[right], codes[right], (budget, eta), bounds
        )
    X_new = moved.reshape(given.shape)
    return Adversaries(
        X_new, given, h.classes_[codes], h.predict(X_new), right, steps_taken, float(budget)
    )


def robustness(
    model: Any, X: Any, y: Any, budgets: Sequence[float], *, steps: int = 1, **settings: Any
) -> Array:
    """Accuracy on rows moved by an adversary with each budget, (budgets,): 0 leaves them alone.

    Parameters
    ----------
    model, X, y
        As for `adversarial_example`.
    budgets : sequence of float
    steps : int
        1 is the fast gradient sign.
    **settings
        Further settings of `adversarial_example`.

    Notes: Def 373
    """
    shares = []
    for budget in budgets:
        if budget == 0:
            shares.append(float(np.mean(model.predict(X) == np.asarray(y))))
        else:
            found = adversarial_example(model, X, y, budget=budget, steps=steps, **settings)
            shares.append(found.accuracy)
    return np.array(shares)


def network_of(model: Any) -> Any:
    """The network classifier that a model is, or has inside.

    Raises
    ------
    FramingError
    """
    inner = getattr(model, "model_", model)
    check_is_fitted(inner)
    if not (hasattr(inner, "network_") and hasattr(inner, "classes_")):
        raise FramingError(
            f"A {type(inner).__name__} has no back-propagation to the input: give a fitted "
            "NetworkClassifier, ConvNetClassifier or RobustClassifier."
        )
    return inner


def _check_sizes(budget: float, step_size: float | None, bounds: Any) -> None:
    if not 0 < budget < float("inf"):
        raise HyperparameterError(
            "adversarial_example: budget is the most that an entry may move, a number > 0; "
            f"got {budget!r}. Without one the ascent would change what the row truly is."
        )
    if step_size is not None and not 0 < step_size < float("inf"):
        raise HyperparameterError(
            "adversarial_example: step_size (η) is a number > 0, for each step climbs the loss, or "
            f"None for one that suits the budget; got {step_size!r}."
        )
    if bounds is not None and not bounds[0] < bounds[1]:
        raise HyperparameterError(
            f"adversarial_example: bounds are (least, largest); got {bounds!r}."
        )


def _codes(h: Any, y: Any, n: int) -> NDArray[np.intp]:
    truths = np.atleast_1d(np.asarray(y))
    if truths.shape != (n,):
        raise ShapeError(f"There are {n} rows and {truths.size} labels: give one label a row.")
    strange = truths[~np.isin(truths, h.classes_)]
    if len(strange):
        raise FramingError(
            f"The label {label(strange[0])} is not among the model's classes: {labels(h.classes_)}."
        )
    return np.searchsorted(h.classes_, truths)


def _climb(
    h: Any, ascent: Ascent, X: Array, codes: Any, sizes: tuple[float, float], bounds: Any
) -> tuple[Array, Any]:
    """Ascent in the units of the network's input, block by block of one size; back in X's."""
    budget, eta = sizes
    run, shape = compiled_ascent(h.network_, ascent), h.network_.points[0]
    low, high = X - budget, X + budget
    if bounds is not None:  # a row outside the bounds may stay where it is
        low = np.maximum(low, np.minimum(X, bounds[0]))
        high = np.minimum(high, np.maximum(X, bounds[1]))
    answers = codes if len(h.classes_) > 2 else codes.astype(np.float64)
    truths = np.asarray(targets_for(h.network_, answers), h.dtype)
    scale = h.scale_ if ascent.direction == "sign" else h.scale_**-1.0
    entries = np.full(X.shape[1], eta) / scale
    moved, taken = np.empty_like(X), np.empty(len(X), np.intp)
    with computing_in(h.dtype), threads_for(h.network_, ROWS_AT_ONCE):
        for first in range(0, len(X), ROWS_AT_ONCE):
            rows = np.arange(first, first + ROWS_AT_ONCE) % len(X)  # a short block is filled up
            here = rows[: len(X) - first]
            x, least, most = (h._prepared(part[rows]) for part in (X, low, high))
            step = entries.astype(h.dtype).reshape(shape)
            found = run(h.params_, h.state_, x, truths[rows], least, most, step)
            back = np.asarray(found[0], np.float64).reshape(len(rows), -1) * h.scale_ + h.mean_
            moved[here] = np.clip(back[: len(here)], low[here], high[here])
            taken[here] = np.asarray(found[2])[: len(here)]
    return moved, taken
