"""An objective: what is minimised, with its gradient where one is known.

Notes: Def 36, KE 37, Def 112
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


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

    Examples
    --------
    >>> import numpy as np
    >>> bowl = Objective(lambda t: float(t @ t), lambda t: 2 * t, text="‖θ‖²")
    >>> bowl.slope(np.array([3.0, 0.0]))
    array([6., 0.])

    Notes: Def 36, KE 37, Def 112
    """

    value: Callable[[Array], float]
    gradient: Callable[[Array], Array] | None = None
    hessian_vector: Callable[[Array, Array], Array] | None = None
    text: str = ""
    latex: str = ""

    def slope(self, theta: Array) -> Array:
        """∇J(θ): the gradient, or central differences where none is known.

        Notes: KE 119, Concept 118
        """
        if self.gradient is not None:
            return np.asarray(self.gradient(theta))
        return central_differences(self.value, theta)


def central_differences(value: Callable[[Array], float], theta: Array) -> Array:
    """(J(θ + δₖ) − J(θ − δₖ)) / 2δ for each entry k: shaped as θ.

    Parameters
    ----------
    value : callable θ -> float
    theta : ndarray of any shape

    Returns
    -------
    ndarray, shaped as θ

    Examples
    --------
    >>> import numpy as np
    >>> central_differences(lambda t: float(t[0] ** 2), np.array([3.0])).round(6)
    array([6.])

    Notes: KE 119, Concept 118
    """
    theta = np.asarray(theta, dtype=np.float64)
    slopes = np.empty_like(theta)
    for k in np.ndindex(theta.shape):
        step = np.cbrt(np.finfo(np.float64).eps) * max(1.0, abs(float(theta[k])))
        up, down = theta.copy(), theta.copy()
        up[k] += step
        down[k] -= step
        slopes[k] = (value(up) - value(down)) / (up[k] - down[k])
    return slopes
