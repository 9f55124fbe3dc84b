"""J = mean square loss + λ‖θ‖² as a function of the standardised coefficients.

Notes: KE 47, KE 70, eq 2.53
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pellucid.linear.solvers.design import Design

Array = NDArray[np.float64]


class MeanSquare:
    """The objective on a `Design`: value and gradient, for several targets at once.

    Notes: KE 70, eq 2.53
    """

    kind = "square"

    def __init__(self, design: Design, Y: Array, lam: float) -> None:
        self.design, self.Y, self.lam = design, Y, lam
        self.k = Y.shape[1]
        self.ridge = np.zeros((design.width, 1))
        self.ridge[design.offset :, 0] = lam / design.scale**2

    def at(self, B: Array) -> tuple[float, Array, Array]:
        """J, its gradient (shaped as B), and the guesses of shape (n, t)."""
        g = self.design.scores(B)
        left = (g - self.Y) * self.design.weights[:, None]
        J = float((left * (g - self.Y)).sum() + (self.ridge * B * B).sum())
        return J, 2 * self.design.transposed(left) + 2 * self.ridge * B, g

    def newton_step(self, B: Array) -> Array:
        """B − H⁻¹∇J: the minimiser, since J is a quadratic."""
        H = 2 * self.design.gram(self.design.weights, True)
        H[np.diag_indices_from(H)] += 2 * self.ridge[:, 0]
        return np.asarray(B - np.linalg.lstsq(H, self.at(B)[1])[0])
