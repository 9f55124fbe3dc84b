"""`Embedding`: a vector for each token, learnt with the rest.

Notes: Def 379, Def 383
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import FramingError, HyperparameterError, ShapeError
from pellucid.hyperparameters import is_whole
from pellucid.networks.engine.weight_gradient import by_weights
from pellucid.networks.layers.initialization import gaussian
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text


@dataclass(frozen=True)
class Embedding(Layer):
    """Row x of W for each token id x: T ids in, T×width out.

    It is the one-hot code times W, and computed so: meant for characters and small vocabularies, as
    the code takes T·count numbers a point. The id −1 marks an empty place: its vector is 0. Any
    other id that is no token is an error where rows enter a network. Ids are whole numbers in the
    network's own kind of number, so their slope is 0.

    Parameters
    ----------
    count : int
        Number of tokens; ids go from 0 to count − 1.
    width : int
        d, numbers a token.

    Raises
    ------
    HyperparameterError, ShapeError

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> W = jnp.array([[1.0, 2.0], [3.0, 4.0]])
    >>> Embedding(2, 2).forward({"W": W}, jnp.array([[1.0, 0.0, -1.0]]), Mode())[0].tolist()
    [[[3.0, 4.0], [1.0, 2.0], [0.0, 0.0]]]

    Notes: Def 379, Def 383
    """

    count: int
    width: int

    symbol: ClassVar[str] = "Z"
    notes: ClassVar[str] = "Def 383"
    formulas: ClassVar[Formulas] = Formulas(
        "{y} = onehot({x}) {W}",
        "∂L/∂{x} = 0",
        (("W", "∂L/∂{W} = {sum_points}onehot({x})ᵀ ∂L/∂{y}"),),
    )

    def __post_init__(self) -> None:
        if not (is_whole(self.count) and is_whole(self.width)):
            raise HyperparameterError(
                f"Embedding: count and width are whole numbers ≥ 1; got {self.count!r}, "
                f"{self.width!r}."
            )

    def refuse_ids(self, x: Any, start: int = 0) -> None:
        """Ids that are no tokens, in a batch n×T whose places count from `start`.

        Raises
        ------
        FramingError
            Names the first such id, its row and its place.

        Notes: Def 383
        """
        ids = np.asarray(x)
        strange = np.argwhere((ids != np.round(ids)) | ~(ids >= -1) | (ids >= self.count))
        if len(strange):
            row, place = strange[0].tolist()
            raise FramingError(
                f"Embedding: token ids are whole numbers from 0 to {self.count - 1}, or −1 for an "
                f"empty place; row {row}, place {start + place} holds {ids[row, place]:g}. Code "
                "unknown tokens with an id of their own, or raise count."
            )

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        if len(in_shape) != 1:
            raise ShapeError(
                f"Embedding takes points of T token ids; these are {shape_text(in_shape)}."
            )
        return {"W": (self.count, self.width)}, (in_shape[0], self.width)

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        own, out = self.shapes(in_shape)
        return {"W": gaussian(key, own["W"], 1.0, dtype)}, out

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        W = params["W"]
        code = jax.nn.one_hot(jnp.round(x).astype(jnp.int32).ravel(), self.count, dtype=W.dtype)

        def backward(dy: Any) -> tuple[Any, Any]:
            return jnp.zeros_like(x), {"W": by_weights(code, dy.reshape(-1, self.width))}

        return (code @ W).reshape(*x.shape, self.width), backward
