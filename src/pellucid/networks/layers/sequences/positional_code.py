"""`PositionalCode`: tells a place of a sequence from another, which attention alone does not.

Notes: Def 379, Def 383
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.layer import Backward, Formulas, Functional, Mode, Shape
from pellucid.networks.layers.sequences.attention import check_sequence


def sinusoids(T: int, d: int, longest: float = 1e4) -> NDArray[np.float64]:
    """C, T×d: C_t,2i = sin(t/longest^(2i/d)), C_t,2i+1 = cos of the same; t counts from 0.

    Vaswani et al. 2017, §3.5.

    Examples
    --------
    >>> sinusoids(2, 2).round(3).tolist()
    [[0.0, 1.0], [0.841, 0.54]]

    Notes: Def 383
    """
    waves = np.arange(T)[:, None] / longest ** (2 * (np.arange(d) // 2) / d)
    return np.where(np.arange(d) % 2 == 0, np.sin(waves), np.cos(waves))


@dataclass(frozen=True)
class PositionalCode(Functional):
    """A = X + C with C of `sinusoids`: T×d in, T×d out, nothing to learn.

    Parameters
    ----------
    longest : float
        The slowest wave takes about 2π · longest places.

    Examples
    --------
    >>> PositionalCode().forward({}, np.zeros((1, 2, 2)), Mode())[0].round(3).tolist()
    [[[0.0, 1.0], [0.841, 0.54]]]

    Notes: Def 379, Def 383
    """

    longest: float = 1e4

    notes: ClassVar[str] = "Def 383"
    formulas: ClassVar[Formulas] = Formulas("{y} = {x} + C", "∂L/∂{x} = ∂L/∂{y}")

    def __post_init__(self) -> None:
        if not 1 < self.longest < float("inf"):
            raise HyperparameterError(
                f"PositionalCode: longest is a number > 1; got {self.longest!r}."
            )

    def out_shape(self, in_shape: Shape) -> Shape:
        check_sequence(in_shape)
        return in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        code = sinusoids(x.shape[1], x.shape[2], self.longest).astype(x.dtype)
        return x + code, lambda dy: (dy, {})
