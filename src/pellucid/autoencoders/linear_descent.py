"""The linear autoencoder's objective and its slope, from the moments of the rows alone.

With C = Σ (x − μ)(x − μ)ᵀ and E = I − W¹W², the loss Σ ‖x − x̃‖² is tr(EᵀCE).

Notes: Concept 358, §8.4
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.objective import Objective

Array = NDArray[np.float64]


def linear_objective(C: Array) -> Objective:
    """J(W¹, W²) = tr(EᵀCE), the sum of squared reconstruction errors of centred rows.

    Parameters
    ----------
    C : ndarray, shape (d, d)
        Σ (x − μ)(x − μ)ᵀ, or that divided by any number.

    Returns
    -------
    Objective
        Over {"encoder": W¹ (d×k), "decoder": W² (k×d)}.

    Examples
    --------
    >>> J = linear_objective(np.diag([3.0, 1.0]))
    >>> J.value({"encoder": np.array([[1.0], [0.0]]), "decoder": np.array([[1.0, 0.0]])})
    1.0

    Notes: Concept 358
    """

    def missing(W: dict[str, Any]) -> Array:
        return np.asarray(np.eye(len(C)) - W["encoder"] @ W["decoder"])

    def value(W: dict[str, Any]) -> float:
        E = missing(W)
        return float(np.vdot(E, C @ E))

    def gradient(W: dict[str, Any]) -> dict[str, Array]:
        CE = C @ missing(W)
        return {"encoder": -2 * CE @ W["decoder"].T, "decoder": -2 * W["encoder"].T @ CE}

    return Objective(value, gradient, text="Σ ‖x⁽ⁱ⁾ − x̃⁽ⁱ⁾‖² / Σ ‖x⁽ⁱ⁾ − μ‖²")
