"""`Dense`: every neuron sees every input, but for the links a mask removes.

Notes: Def 267, Notation 269, Notation 270, Def 272, Notation 304, Def 385, Concept 387
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.engine.weight_gradient import by_weights
from pellucid.networks.layers.initialization import check_initial, initial_offsets, initial_weights
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text


@dataclass(frozen=True)
class Dense(Layer):
    """Z = WᵀX + W₀ with W of shape m×n, one column a neuron.

    Parameters
    ----------
    units : int
        n, the number of neurons.
    inputs : int, optional
        m, when it is to be checked; it is inferred otherwise.
    offset : bool
        Whether each neuron has an offset W₀.
    mask : array of bool, shape (m, n), optional
        True where input i reaches neuron j; a removed link is a weight pinned at 0.
    initial : {"he", "xavier", "lecun", "gaussian", "zeros"}
        How weights are drawn; "gaussian" draws the offsets too, as the notes do.
    scale : float
        Factor of the standard deviation drawn with.

    Raises
    ------
    HyperparameterError
        For a setting outside its range.
    ShapeError
        When points are not vectors, or their length is not m.

    Examples
    --------
    >>> import jax, numpy as np
    >>> layer = Dense(2)
    >>> layer.shapes((3,))
    ({'W': (3, 2), 'W0': (2,)}, (2,))
    >>> y, backward = layer.forward({"W": np.eye(3, 2), "W0": np.ones(2)}, np.ones((1, 3)), Mode())
    >>> y.tolist(), backward(np.ones((1, 2)))[0].tolist()
    ([[2.0, 2.0]], [[1.0, 1.0, 0.0]])

    Notes: Def 267, Def 272, Notation 304
    """

    units: int
    inputs: int | None = None
    offset: bool = True
    mask: Any = field(default=None, repr=False)
    initial: str = "he"
    scale: float = 1.0

    symbol: ClassVar[str] = "Z"
    notes: ClassVar[str] = "Def 272, Notation 304"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {W}ᵀ {x} + {W0}",
        "∂L/∂{x} = {W} ∂L/∂{y}",
        (("W", "∂L/∂{W} = {x} (∂L/∂{y})ᵀ"), ("W0", "∂L/∂{W0} = {sum}∂L/∂{y}")),
    )

    def in_symbols(self) -> Formulas:
        if self.mask is None:
            return self.formulas
        _, offset = self.formulas.parameters
        return Formulas(
            "{y} = (M ∘ {W})ᵀ {x} + {W0}",
            "∂L/∂{x} = (M ∘ {W}) ∂L/∂{y}",
            (("W", "∂L/∂{W} = M ∘ {x} (∂L/∂{y})ᵀ"), offset),
        )

    def __post_init__(self) -> None:
        check_initial(self.initial, self.scale, "Dense")
        if not is_whole(self.units) or not (self.inputs is None or is_whole(self.inputs)):
            raise HyperparameterError(
                f"Dense: units and inputs are whole numbers ≥ 1; got {self.units!r}, "
                f"{self.inputs!r}."
            )
        if self.mask is not None:  # nested tuples: plain data that can be compared and hashed
            mask = np.asarray(self.mask, dtype=bool)
            if mask.ndim != 2 or mask.shape[1] != self.units:
                raise ShapeError(
                    f"Dense: a mask has one row an input and one column a neuron, m×{self.units}; "
                    f"this one is {shape_text(mask.shape)}."
                )
            object.__setattr__(self, "mask", tuple(map(tuple, mask.tolist())))

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        if len(in_shape) != 1:
            raise ShapeError("Dense takes vectors: put Flatten() before it.")
        m = len(self.mask) if self.mask is not None else self.inputs or in_shape[0]
        for wanted in {m, self.inputs or m} - {in_shape[0]}:
            raise ShapeError(
                f"Its W is {wanted}×{self.units}, so it takes vectors of length {wanted}, "
                f"not {in_shape[0]}."
            )
        own: dict[str, Any] = {"W": (m, self.units)}
        return own | ({"W0": (self.units,)} if self.offset else {}), (self.units,)

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        own, out = self.shapes(in_shape)
        drawn = (self.initial, self.scale)
        W = initial_weights(key, own["W"], *drawn, own["W"], dtype)
        params = {"W": W if self.mask is None else W * self._kept(dtype)}
        if self.offset:
            params["W0"] = initial_offsets(key, self.units, *drawn, dtype)
        return params, out

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        W = params["W"] if self.mask is None else params["W"] * self._kept(x.dtype)
        z = x @ W + params["W0"] if self.offset else x @ W

        def backward(dz: Any) -> tuple[Any, Any]:
            dW = by_weights(x, dz)
            own = {"W": dW if self.mask is None else dW * self._kept(x.dtype)}
            if self.offset:
                own["W0"] = dz.sum(axis=0)
            return dz @ W.T, own

        return z, backward

    def _kept(self, dtype: Any) -> Any:
        return np.asarray(self.mask, dtype)

    def is_fully_connected(self) -> bool:
        """Whether no link is missing.

        Notes: Def 385
        """
        return self.mask is None or all(map(all, self.mask))
