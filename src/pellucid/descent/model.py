"""An objective made of its parts: a loss, a hypothesis, a regularizer, and data.

Notes: KE 37, KE 47, KE 70, KE 160, §3.3
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.objective import Objective
from pellucid.descent.pytree import tree_map
from pellucid.errors import FramingError, ShapeError
from pellucid.losses import LOSSES, Loss, sigmoid

Array = NDArray[np.float64]
Parameters = dict[str, Any]
Backward = Callable[[Array], Parameters]


@dataclass(frozen=True)
class Hypothesis:
    """A guess for each point, and the way back from guesses to parameters.

    Parameters
    ----------
    name : str
    forward : callable (parameters, X) -> (guesses, backward)
        `backward` takes ∂/∂guesses to ∂/∂parameters; X is n×d, points are rows.
    text : str
        The formula.

    Notes: Def 19, Notation 22
    """

    name: str
    forward: Callable[[Parameters, Array], tuple[Array, Backward]]
    text: str


@dataclass(frozen=True)
class Regularizer:
    """R of the parameters, with its gradient; λ stands outside.

    Notes: Def 63, KE 65
    """

    name: str
    value: Callable[[Parameters], float]
    gradient: Callable[[Parameters], Parameters]
    text: str


def _linear(parameters: Parameters, X: Array) -> tuple[Array, Backward]:
    def backward(by_guess: Array) -> Parameters:
        return {"theta": X.T @ by_guess, "theta_0": by_guess.sum()}

    return X @ parameters["theta"] + parameters["theta_0"], backward


def _logistic(parameters: Parameters, X: Array) -> tuple[Array, Backward]:
    u, before = _linear(parameters, X)
    g = sigmoid(u)
    return g, lambda by_guess: before(by_guess * g * (1 - g))


def _one_input(name: str, X: Array) -> Array:
    if X.shape[1] != 1:
        raise ShapeError(f"The hypothesis {name!r} is of one input; X has {X.shape[1]} columns.")
    return np.asarray(X[:, 0])


def _quadratic(parameters: Parameters, X: Array) -> tuple[Array, Backward]:
    x = _one_input("quadratic", X)
    return _linear(parameters, np.column_stack([x**2, x]))


def _sine(parameters: Parameters, X: Array) -> tuple[Array, Backward]:
    x, (A, B) = _one_input("sine", X), parameters["theta"]
    wave = np.sin(B * x)

    def backward(by_guess: Array) -> Parameters:
        by_theta = np.array([by_guess @ wave, by_guess @ (A * x * np.cos(B * x))])
        return {"theta": by_theta, "theta_0": by_guess.sum()}

    return A * wave + parameters["theta_0"], backward


def _without_offset(parameters: Parameters) -> Parameters:
    return parameters | {"theta_0": 0.0 * parameters["theta_0"]}


HYPOTHESES = {
    h.name: h
    for h in (
        Hypothesis("linear", _linear, "θᵀx + θ₀"),
        Hypothesis("logistic", _logistic, "σ(θᵀx + θ₀)"),
        Hypothesis("quadratic", _quadratic, "θ₁x² + θ₂x + θ₀"),
        Hypothesis("sine", _sine, "θ₁ sin(θ₂x) + θ₀"),
    )
}
REGULARIZERS = {
    r.name: r
    for r in (
        Regularizer(
            "ridge",
            lambda p: float(np.sum(p["theta"] ** 2)),
            lambda p: tree_map(lambda leaf: 2 * leaf, _without_offset(p)),
            "‖θ‖²",
        ),
        Regularizer(
            "everything",
            lambda p: float(np.sum(p["theta"] ** 2) + p["theta_0"] ** 2),
            lambda p: tree_map(lambda leaf: 2 * leaf, p),
            "‖θ‖² + θ₀²",
        ),
    )
}


def model_objective(
    loss: str | Loss,
    hypothesis: str | Hypothesis,
    X: Any,
    y: Any,
    *,
    lam: float = 0.0,
    regularizer: str | Regularizer = "ridge",
) -> Objective:
    """J(Θ) = (1/n) Σ L(h(x⁽ⁱ⁾; Θ), y⁽ⁱ⁾) + λR(Θ), with its gradient and that of any few points.

    Parameters
    ----------
    loss : str or Loss
        "square", "absolute", "nll", …
    hypothesis : str or Hypothesis
        "linear" or "logistic", over {"theta": (d,), "theta_0": ()}; of one input, "quadratic" or
        "sine" (A, B are θ, C is θ₀); or one of your own.
    X : array, shape (n, d)
    y : array, shape (n,)
    lam : float
        λ.
    regularizer : str or Regularizer
        "ridge" leaves the offset out, "everything" takes it in.

    Returns
    -------
    Objective
        Ready for `minimize`, for batches too.

    Raises
    ------
    ShapeError
        When X and y differ in their number of points.
    FramingError
        For an unknown part.

    Examples
    --------
    >>> from pellucid.descent import minimize
    >>> J = model_objective("square", "linear", [[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0])
    >>> found = minimize(J, {"theta": np.zeros(1), "theta_0": 0.0}, step_size="line search")
    >>> found.theta["theta"].round(3)
    array([2.])

    Notes: KE 37, §3.3
    """
    rule, h = _by_name(LOSSES, loss, Loss), _by_name(HYPOTHESES, hypothesis, Hypothesis)
    R = _by_name(REGULARIZERS, regularizer, Regularizer)
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if X.ndim != 2 or y.shape != (len(X),):
        raise ShapeError(
            f"X has shape {X.shape} and y {y.shape}; points are rows of X, with one target each."
        )

    def value(p: Parameters) -> float:
        guesses, _ = h.forward(p, X)
        loss = float(rule.value(guesses, y).mean())
        return float(loss + lam * R.value(p))

    def part(p: Parameters, rows: Any) -> Parameters:
        guesses, backward = h.forward(p, X[rows])
        slope = backward(rule.derivative(guesses, y[rows]) / len(guesses))
        whole: Parameters = tree_map(lambda a, b: a + lam * b, slope, R.gradient(p))
        return whole

    text = f"(1/n) Σ {rule.name}({h.text}, y) + λ {R.text}"
    every = slice(None)
    return Objective(value, lambda p: part(p, every), None, text, "", len(X), part)


def _by_name(table: dict[str, Any], given: Any, kind: type) -> Any:
    if isinstance(given, kind):
        return given
    if given not in table:
        raise FramingError(f"There is no {given!r}; there are {', '.join(table)}.")
    return table[given]
