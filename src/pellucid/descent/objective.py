"""An objective: what is minimised, with its gradient where one is known.

Notes: Def 36, KE 37, Def 112, Def 121
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.pytree import Tree, leaves, tree_map
from pellucid.errors import FramingError
from pellucid.former_names import renamed

Array = NDArray[Any]
Rows = NDArray[np.intp]


@renamed(slope="gradient_at", slope_at="batch_gradient_at")
@dataclass(frozen=True)
class Objective:
    """J(θ) with ∇J(θ).

    Parameters
    ----------
    value : callable θ -> float
        J.
    gradient : callable θ -> array shaped as θ, or None
        ∇J; None when it is not known in closed form.
    hessian_vector : callable (θ, v) -> array, or None
        The Hessian at θ times v.
    text, latex : str
        The formula.
    points : int
        n, when J is a mean over n points.
    part : callable (θ, rows) -> array shaped as θ, or None
        The gradient of the mean over some points alone, regularizer and all: its expectation over
        points drawn at random is ∇J.
    shape : tuple of int
        Shape of θ, where it follows from the data.

    Examples
    --------
    >>> import numpy as np
    >>> bowl = Objective(lambda t: float(t @ t), lambda t: 2 * t, text="‖θ‖²")
    >>> bowl.gradient_at(np.array([3.0, 0.0]))
    array([6., 0.])

    Notes: Def 36, KE 37, Def 112
    """

    value: Callable[[Any], float]
    gradient: Callable[[Any], Any] | None = None
    hessian_vector: Callable[[Any, Any], Any] | None = None
    text: str = ""
    latex: str = ""
    points: int = 0
    part: Callable[[Any, Rows], Any] | None = None
    shape: tuple[int, ...] = ()

    def gradient_at(self, theta: Tree) -> Any:
        """∇J(θ): the gradient, or central differences where none is known.

        Notes: KE 119, Concept 118
        """
        if self.gradient is not None:
            found = self.gradient(theta)
            return np.asarray(found) if isinstance(theta, np.ndarray) else found
        return central_differences(self.value, theta)

    def batch_gradient_at(self, theta: Tree, rows: Rows) -> Any:
        """The gradient of the mean over some points.

        Raises
        ------
        FramingError
            When J is not known to be a mean over points.

        Notes: Def 121, Def 312
        """
        if self.part is None:
            raise FramingError(
                "Stochastic steps need an objective that is a mean over points: give `points` and "
                "`part`, or build it with `model_objective`."
            )
        return self.part(theta, rows)


def as_objective(given: Any, gradient: Any = None) -> Objective:
    """An objective as it is, or one made of a Python function of θ.

    Parameters
    ----------
    given : Objective or callable θ -> float
    gradient : callable, "central", "forward", "jax" or None
        ∇J; the notes' forward differences, the better central ones (None), or `jax.grad`.

    Examples
    --------
    >>> import numpy as np
    >>> as_objective(lambda t: float(t**2), "forward").gradient_at(np.array(3.0)).round(4).item()
    6.0

    Notes: KE 119
    """
    if isinstance(given, Objective):
        return given
    if not callable(given):
        raise FramingError(f"An objective is a function of θ or an Objective; got {given!r}.")
    if gradient == "jax":
        import jax

        return Objective(lambda theta: float(given(theta)), jax.grad(given))
    if gradient == "forward":
        return Objective(given, lambda theta: forward_differences(given, theta))
    return Objective(given, None if gradient == "central" else gradient)


def central_differences(
    value: Callable[[Any], float], theta: Tree, delta: float | None = None
) -> Any:
    """(J(θ + δₖ) − J(θ − δₖ)) / 2δ for each entry k: shaped as θ.

    Parameters
    ----------
    value : callable θ -> float
    theta : ndarray of any shape, or nested ones
    delta : float or None
        δ, the same for each entry; None takes the cube root of the rounding unit times the entry.

    Returns
    -------
    shaped as θ

    Examples
    --------
    >>> import numpy as np
    >>> central_differences(lambda t: float(t[0] ** 2), np.array([3.0])).round(6)
    array([6.])
    >>> round(central_differences(lambda t: float(t**3), np.array(1.0), 0.1).item(), 9)
    3.01

    Notes: KE 119, Concept 118
    """
    return _differences(value, theta, np.cbrt(np.finfo(np.float64).eps), both=True, delta=delta)


def forward_differences(
    value: Callable[[Any], float], theta: Tree, delta: float | None = None
) -> Any:
    """(J(θ + δₖ) − J(θ)) / δ for each entry k, δ in row k alone: the notes' numeric gradient.

    Parameters
    ----------
    value : callable θ -> float
    theta : ndarray of any shape, or nested ones
    delta : float or None
        δ, the same for each entry; None takes the root of the rounding unit times the entry.

    Examples
    --------
    >>> import numpy as np
    >>> round(forward_differences(lambda t: float(t**2), np.array(3.0), 0.01).item(), 9)
    6.01

    Notes: KE 119, Concept 118
    """
    return _differences(value, theta, np.sqrt(np.finfo(np.float64).eps), both=False, delta=delta)


def _differences(
    value: Callable[[Any], float],
    theta: Tree,
    share: float,
    *,
    both: bool,
    delta: float | None = None,
) -> Any:
    moved = tree_map(lambda leaf: np.array(leaf, dtype=np.float64), theta)
    slopes = tree_map(np.zeros_like, moved)
    base = 0.0 if both else float(value(moved))
    for (_, at), (_, slope) in zip(leaves(moved), leaves(slopes), strict=True):
        for k in np.ndindex(at.shape):
            here = float(at[k])
            step = delta if delta is not None else share * max(1.0, abs(here))
            at[k] = here + step
            up, right = float(value(moved)), float(at[k])
            at[k] = here - step if both else here
            down, left = (float(value(moved)) if both else base), float(at[k])
            at[k] = here
            slope[k] = (up - down) / (right - left)
    return slopes
