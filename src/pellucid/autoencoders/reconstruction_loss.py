"""The loss of a reconstruction: squares, and the log loss where columns are yes or no, or classes.

Notes: Concept 357, Concept 358
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

PENALTIES = ("", "sparse", "prior")


@dataclass(frozen=True)
class ReconstructionLoss:
    """L(x, x̃) summed over columns, never divided by d; beside it, what the code itself costs.

    It reads scores: sigmoid and softmax of the binary and the categorical columns are taken in
    here, so nothing overflows and ∂L/∂z = a − y. Where the code costs, the network puts out its
    reconstruction followed by the code: k numbers for "sparse", means and log-variances for
    "prior".

    Parameters
    ----------
    d : int
        Columns of a row.
    binary : tuple of int
        Columns that are 0 or 1, or a chance.
    categories : tuple of tuple of int
        Columns of each category: one is 1 and the others 0, or all are 0, which costs nothing.
    penalty : {"", "sparse", "prior"}
        Nothing; weight Σⱼ|aⱼ|; or weight KL(N(m, s²) ‖ N(0, 1)).
    weight : float
        Of the penalty.

    Notes: Concept 357, Concept 361, Def 370
    """

    d: int
    binary: Sequence[int] = ()
    categories: Sequence[Sequence[int]] = ()
    penalty: str = ""
    weight: float = 0.0

    name: ClassVar[str] = "reconstruction"
    probabilities: ClassVar[bool] = False
    slope_text: ClassVar[str] = "∂L/∂x̃ = 2(x̃ − x); a − y for scores of yes-or-no and of classes"

    def __post_init__(self) -> None:
        object.__setattr__(self, "binary", tuple(int(j) for j in self.binary))
        groups = tuple(tuple(int(j) for j in group) for group in self.categories)
        object.__setattr__(self, "categories", groups)

    @property
    def text(self) -> str:
        """The formula, with the parts that are there."""
        parts = []
        if len(self.squares):
            parts.append("Σⱼ (xⱼ − x̃ⱼ)²")
        if self.binary:
            parts.append("Σ over yes-or-no −(y log a + (1−y) log(1−a))")
        if self.categories:
            parts.append("Σ over categories −Σⱼ yⱼ log aⱼ")
        if self.penalty == "sparse":
            parts.append(f"{self.weight:g} Σⱼ|aⱼ|")
        if self.penalty == "prior":
            factor = "" if self.weight == 1 else f"{self.weight:g} "
            parts.append(f"{factor}KL(N(m, s²) ‖ N(0, 1))")
        return "L = " + " + ".join(parts)

    @property
    def squares(self) -> tuple[int, ...]:
        """Columns judged by their square."""
        others = {*self.binary, *(j for group in self.categories for j in group)}
        return tuple(j for j in range(self.d) if j not in others)

    def by_column(self, g: Any, y: Any) -> Any:
        """The share of each column in the reconstruction's loss, n×d.

        Notes: Concept 357
        """
        z, y = jnp.asarray(g)[:, : self.d], y[:, : self.d]
        cost = (z - y) ** 2
        if self.binary:
            at = np.array(self.binary)
            u, t = z[:, at], y[:, at]
            each = jnp.maximum(u, 0) - t * u + jnp.log1p(jnp.exp(-jnp.abs(u)))
            cost = cost.at[:, at].set(each)
        for group in self.categories:
            at = np.array(group)
            cost = cost.at[:, at].set(-y[:, at] * jax.nn.log_softmax(z[:, at], axis=-1))
        return cost

    def of_code(self, g: Any) -> Any:
        """The penalty of each row, before its weight, (n,).

        Notes: Concept 361, Def 370
        """
        code = g[:, self.d :]
        if self.penalty == "sparse":
            return jnp.abs(code).sum(axis=1)
        m, v = jnp.split(code, 2, axis=1)
        return (m * m + jnp.exp(v) - 1 - v).sum(axis=1) / 2

    def value(self, g: Any, y: Any) -> Any:
        """The loss of each row, (n,)."""
        loss = self.by_column(g, y).sum(axis=1)
        return loss + self.weight * self.of_code(g) if self.penalty else loss

    def slope(self, g: Any, y: Any) -> Any:
        """∂L/∂g, shaped as g."""
        z, t = jnp.asarray(g)[:, : self.d], y[:, : self.d]
        dz = 2 * (z - t)
        if self.binary:
            at = np.array(self.binary)
            dz = dz.at[:, at].set(jax.lax.logistic(z[:, at]) - t[:, at])
        for group in self.categories:
            at = np.array(group)
            some = t[:, at].sum(axis=1, keepdims=True)
            dz = dz.at[:, at].set(jax.nn.softmax(z[:, at], axis=-1) * some - t[:, at])
        if not self.penalty:
            return dz
        code = g[:, self.d :]
        if self.penalty == "sparse":
            dcode = jnp.sign(code)
        else:
            m, v = jnp.split(code, 2, axis=1)
            dcode = jnp.concatenate([m, (jnp.exp(v) - 1) / 2], axis=1)
        return jnp.concatenate([dz, self.weight * dcode], axis=1)

    def answers(self, z: Any) -> Any:
        """Scores as rows: numbers stay, yes-or-no become chances, classes chances that sum to 1."""
        from pellucid.losses import sigmoid, softmax

        rows = np.array(z[:, : self.d], dtype=np.float64)
        if self.binary:
            rows[:, self.binary] = sigmoid(rows[:, self.binary])
        for group in self.categories:
            rows[:, group] = softmax(rows[:, group])
        return rows
