"""The losses of chapters 1 to 4, each with its value and its derivative by the guess.

A loss takes the guess g first and the truth a second. Low is good. The forms "from score" take the
raw score u instead of a probability and stay exact where e^u would overflow or log 0 would be met.

Notes: Def 15, Notation 16, §1.3, KE 159, KE 171
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.former_names import renamed_arguments

Array = NDArray[np.float64]
TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True)
class Loss:
    """How bad the guess g is when the truth is a.

    Parameters
    ----------
    name : str
        Its key in `LOSSES`.
    value : callable (g, a) -> array
        The loss of each point.
    derivative : callable (g, a) -> array
        Its derivative by g, shaped as g; a subgradient where there is a kink.
    guesses : {"number", "class", "probability", "probabilities"}
        What g is: a real number, a label, the chance of the positive class, or one chance a class.
    text, latex : str
        The formula.
    notes : str
        Where it stands in the notes.
    title : str
        What a person calls it.

    Examples
    --------
    >>> LOSSES["square"](5.0, 3.0), LOSSES["square"].derivative(5.0, 3.0)
    (array(4.), array(4.))

    Notes: Def 15, Notation 16
    """

    name: str
    value: Callable[[Any, Any], Array]
    derivative: Callable[[Any, Any], Array]
    guesses: str
    text: str
    latex: str
    notes: str
    title: str = ""

    def __call__(self, g: ArrayLike, a: ArrayLike) -> Array:
        return self.value(g, a)

    @renamed_arguments(chances="probabilities")
    def expected(self, g: Any, probabilities: Mapping[Any, float]) -> float:
        """The expected loss of one guess: chance times loss, summed over what may come out.

        Parameters
        ----------
        g : label or number
        probabilities : mapping of outcome to float
            What may come out, and how probable each is; they sum to 1.

        Raises
        ------
        HyperparameterError
            When the chances are no distribution.

        Examples
        --------
        >>> LOSSES["square"].expected(2.0, {1.0: 0.5, 4.0: 0.5})
        2.5

        Notes: Concept 17
        """
        p = np.array(list(probabilities.values()), dtype=float)
        if not (p >= 0).all() or abs(p.sum() - 1) > 1e-9:
            raise HyperparameterError(
                f"Chances are 0 or more and sum to 1; these sum to {p.sum():g}, from "
                f"{p.min(initial=np.inf):g} up. Divide each by their sum."
            )
        return float(p @ [float(self(g, a)) for a in probabilities])


def _same_shape(g: Any, a: Any, dtype: Any = float) -> tuple[Any, Any]:
    g, a = np.asarray(g, dtype=dtype), np.asarray(a, dtype=dtype)
    if g.shape != a.shape and g.ndim and a.ndim:
        raise ShapeError(
            f"The guesses have shape {g.shape} but the truths have shape {a.shape}; "
            "a loss compares them one by one, so give both the same shape."
        )
    return g, a


def _zero_one(g: Any, a: Any) -> Array:
    g, a = _same_shape(g, a, dtype=None)
    return np.asarray(g != a, dtype=float)


def _flat(g: Any, a: Any) -> Array:
    return np.zeros(np.broadcast_shapes(np.shape(g), np.shape(a)))


def _absolute(g: Any, a: Any) -> Array:
    g, a = _same_shape(g, a)
    return np.asarray(np.abs(g - a))


def _absolute_slope(g: Any, a: Any) -> Array:
    g, a = _same_shape(g, a)
    return np.asarray(np.sign(g - a))


def _square(g: Any, a: Any) -> Array:
    g, a = _same_shape(g, a)
    return np.asarray((g - a) ** 2)


def _square_slope(g: Any, a: Any) -> Array:
    g, a = _same_shape(g, a)
    return np.asarray(2 * (g - a))


def _huber(g: Any, a: Any) -> Array:
    r = _absolute(g, a)
    return np.asarray(np.where(r <= 1, r**2, 2 * r - 1))


def _huber_slope(g: Any, a: Any) -> Array:
    g, a = _same_shape(g, a)
    return np.asarray(2 * np.clip(g - a, -1, 1))


def _nll(g: Any, y: Any) -> Array:
    g, y = _probabilities(g, y)
    # The smallest normal number stands for 0 under the log: finite, yet past any honest loss.
    log_yes, log_no = np.log(np.maximum(g, TINY)), np.log(np.maximum(1 - g, TINY))
    # A factor 0 must silence its term, hence `where` and not a product.
    return np.asarray(-(np.where(y > 0, y * log_yes, 0) + np.where(y < 1, (1 - y) * log_no, 0)))


def _nll_slope(g: Any, y: Any) -> Array:
    g, y = _probabilities(g, y)
    yes = np.where(y > 0, y / np.maximum(g, TINY), 0.0)
    no = np.where(y < 1, (1 - y) / np.maximum(1 - g, TINY), 0.0)
    return np.asarray(no - yes)


def _nllm(g: Any, y: Any) -> Array:
    g, y = _probabilities(g, y)
    terms = np.where(y > 0, y * np.log(np.maximum(g, TINY)), 0.0)
    return np.asarray(-terms.sum(axis=-1))


def _nllm_slope(g: Any, y: Any) -> Array:
    g, y = _probabilities(g, y)
    return np.asarray(np.where(y > 0, -y / np.maximum(g, TINY), 0.0))


def _probabilities(g: Any, y: Any) -> tuple[Any, Any]:
    g, y = _same_shape(g, y)
    for what, values in (("guess", g), ("truth", y)):
        outside = ~((values >= 0) & (values <= 1))
        if outside.any():
            raise HyperparameterError(
                f"This loss needs each {what} as a probability from 0 to 1; got "
                f"{values[outside].flat[0]:g}. Convert labels -1 and +1 to 0 and 1 first."
            )
    return g, y


def asymmetric(costs: dict[tuple[Any, Any], float]) -> Loss:
    """The loss whose price depends on which mistake was made.

    Parameters
    ----------
    costs : dict of (guess, truth) to float
        The price of each mistake, ≥ 0; a pair not named costs 0.

    Returns
    -------
    Loss
        On labels; flat almost everywhere, so its derivative is 0.

    Examples
    --------
    >>> heart = asymmetric({(1, 0): 1, (0, 1): 10})
    >>> heart([1, 0, 1], [0, 1, 1])
    array([ 1., 10.,  0.])

    Notes: §1.3, Notation 16
    """
    for pair, price in costs.items():
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise HyperparameterError(f"A cost is named by a pair (guess, truth); got {pair!r}.")
        if not 0 <= price < np.inf:
            raise HyperparameterError(f"The cost of {pair!r} must be a number ≥ 0; got {price!r}.")

    def value(g: Any, a: Any) -> Array:
        g, a = _same_shape(g, a, dtype=None)
        shape = np.broadcast_shapes(g.shape, a.shape)
        total = np.zeros(shape)
        for (guess, truth), price in costs.items():
            total += price * ((g == guess) & (a == truth))
        return total

    prices = ", ".join(f"L({g},{a}) = {price:g}" for (g, a), price in costs.items())
    return Loss(
        "asymmetric", value, _flat, "class", f"{prices}, else 0", prices, "§1.3", "cost of mistakes"
    )


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss(
            "zero-one", _zero_one, _flat, "class",
            "L(g,a) = 0 if g = a, else 1", r"L(g,a) = [g \neq a]", "§1.3, Def 129",
            "share of wrong predictions",
        ),
        Loss(
            "absolute", _absolute, _absolute_slope, "number",
            "L(g,a) = |g − a|", r"L(g,a) = |g - a|", "§1.3", "absolute error",
        ),
        Loss(
            "square", _square, _square_slope, "number",
            "L(g,a) = (g − a)²", r"L(g,a) = (g - a)^2", "§1.3, KE 47", "squared error",
        ),
        Loss(
            "huber", _huber, _huber_slope, "number",
            "L(g,a) = r² if r = |g − a| ≤ 1, else 2r − 1",
            r"L(g,a) = r^2 \ (r \le 1),\ 2r - 1 \ (r > 1)", "§1.3", "Huber's error",
        ),
        asymmetric({(1, 0): 1.0, (0, 1): 10.0}),
        Loss(
            "nll", _nll, _nll_slope, "probability",
            "L(g,y) = −(y log g + (1−y) log(1−g))",
            r"L(g,y) = -(y \log g + (1-y) \log (1-g))", "KE 159", "log loss",
        ),
        Loss(
            "nllm", _nllm, _nllm_slope, "probabilities",
            "L(g,y) = −Σⱼ yⱼ log gⱼ", r"L(g,y) = -\sum_{j=1}^{k} y_j \log g_j", "KE 171",
            "log loss",
        ),
    )
}  # fmt: skip


def sigmoid(u: ArrayLike) -> Array:
    """σ(u) = 1/(1+e^−u), exact in both tails.

    Parameters
    ----------
    u : array
        Scores of any shape.

    Returns
    -------
    array
        Numbers from 0 to 1, shaped as u.

    Examples
    --------
    >>> sigmoid([0.0, 10.0, -1000.0]).round(7)
    array([0.5      , 0.9999546, 0.       ])

    Notes: Def 148, eq 4.50
    """
    u = np.asarray(u, dtype=float)
    e = np.exp(-np.abs(u))
    return np.asarray(np.where(u >= 0, 1.0, e) / (1 + e))


def softmax(u: ArrayLike) -> Array:
    """e^uᵢ / Σⱼ e^uⱼ along the last axis.

    Parameters
    ----------
    u : array of shape (…, k)
        Scores, one a class.

    Returns
    -------
    array of shape (…, k)
        Probabilities that sum to 1 within each point.

    Examples
    --------
    >>> softmax([1.0, 2.0, 3.0]).round(4)
    array([0.09  , 0.2447, 0.6652])

    Notes: Def 170
    """
    u = np.asarray(u, dtype=float)
    r = np.exp(u - u.max(axis=-1, keepdims=True))
    return np.asarray(r / r.sum(axis=-1, keepdims=True))


def nll_from_score(u: Any, y: Any) -> Array:
    """L_nll(σ(u), y) = log(1 + e^u) − y u, finite for every finite score.

    Parameters
    ----------
    u : array
        Scores.
    y : array, same shape
        1 for the positive class, 0 for the negative one.

    Returns
    -------
    array
        Losses, shaped as u. The derivative by u is `sigmoid(u) - y`.

    Examples
    --------
    >>> nll_from_score([0.0, -1000.0], [1, 1]).round(4)
    array([6.931e-01, 1.000e+03])

    Notes: KE 159, KE 163
    """
    u, y = _same_shape(u, y)
    # max(u,0) − yu first: for a right and sure answer these two cancel exactly.
    return np.asarray((np.maximum(u, 0) - y * u) + np.log1p(np.exp(-np.abs(u))))


def nllm_from_scores(u: Any, y: Any) -> Array:
    """L_nllm(softmax(u), y) = Σⱼ yⱼ (log Σᵢ e^uᵢ − uⱼ), finite for every finite score.

    Parameters
    ----------
    u : array of shape (…, k)
        Scores.
    y : array of shape (…, k)
        One-hot truths.

    Returns
    -------
    array of shape (…)
        Losses. The derivative by u is `softmax(u) - y` where y sums to 1.

    Examples
    --------
    >>> round(float(nllm_from_scores([1.0, 2.0, 3.0], [0, 0, 1])), 4)
    0.4076

    Notes: KE 171
    """
    u, y = _same_shape(u, y)
    top = u.max(axis=-1, keepdims=True)
    r = np.exp(u - top)
    # log(1 + the others): adding the others to 1 first would lose their digits.
    np.put_along_axis(r, u.argmax(axis=-1)[..., None], 0.0, axis=-1)
    log_sum = np.log1p(r.sum(axis=-1, keepdims=True))
    return np.asarray((y * (log_sum - (u - top))).sum(axis=-1))
