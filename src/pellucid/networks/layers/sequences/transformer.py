"""`TransformerEncoder` and `TransformerDecoder`: one block each; a stack is several in series.

Notes: Concept 381, Concept 382, Def 383
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.networks.layers.activations import GELU, ReLU
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.dropout import Dropout
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape
from pellucid.networks.layers.layer_norm import LayerNorm
from pellucid.networks.layers.residual import Residual
from pellucid.networks.layers.sequences.attention import check_sequence
from pellucid.networks.layers.sequences.cross_attention import (
    CrossAttention,
    check_places,
    check_read,
)
from pellucid.networks.layers.sequences.each_place import EachPlace, Stretch
from pellucid.networks.layers.sequences.self_attention import SelfAttention
from pellucid.networks.layers.series import (
    forward_series,
    init_series,
    shapes_of_series,
)

BETWEEN: dict[str, Layer] = {"relu": ReLU(), "gelu": GELU()}
NORMS = ("after", "before")


class Block(Layer):
    """Abstract: a layer that is nothing but other layers in series, T×width in and out.

    Notes: Def 383
    """

    width: int
    hidden: int
    heads: int
    activation: str
    dropout: float
    norm: str

    formulas: ClassVar[Formulas] = Formulas(
        "{y} = {F[0]}",
        "∂L/∂{x} = ∂L/∂{X[0]}",
        inside=(("{X[0]} = {x}", "∂L/∂{F[0]} = ∂L/∂{y}"),),
    )

    @property
    @abstractmethod
    def layers(self) -> tuple[Layer, ...]:
        """The layers that the block is."""

    def __post_init__(self) -> None:
        name = type(self).__name__
        if self.width < 1 or self.hidden < 1 or self.heads < 1 or self.width % self.heads:
            raise HyperparameterError(
                f"{name}: width, hidden and heads are whole numbers ≥ 1, and width a multiple of "
                f"heads, which share it; got {self.width}, {self.hidden}, {self.heads}."
            )
        if self.activation not in BETWEEN or self.norm not in NORMS or not 0 <= self.dropout < 1:
            raise HyperparameterError(
                f'{name}: activation is "relu" or "gelu", norm "after" or "before", and '
                f"0 ≤ dropout < 1; got {self.activation!r}, {self.norm!r}, {self.dropout!r}."
            )

    def _sublayer(self, *inside: Layer) -> tuple[Layer, ...]:
        """What is inside, beside a straight link, with its normalization."""
        dropped = (Dropout(self.dropout, inverted=True),) if self.dropout else ()
        if self.norm == "before":
            return (Residual((LayerNorm(), *inside, *dropped)),)
        return (Residual((*inside, *dropped)), LayerNorm())

    def _dense(self) -> Layer:
        between = BETWEEN[self.activation]
        return EachPlace((Dense(self.hidden), between, Dense(self.width, initial="xavier")))

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        check_sequence(in_shape)
        if in_shape[1] != self.width:
            raise ShapeError(
                f"It takes {self.width} numbers a place (its width), not {in_shape[1]}."
            )
        return {"layers": shapes_of_series(self.layers, in_shape)[0]}, in_shape

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        return {"layers": init_series(self.layers, key, in_shape, dtype)[0]}, in_shape

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        y, through, _ = forward_series(self.layers, params["layers"], x, mode)

        def backward(dy: Any) -> tuple[Any, Any]:
            dx, own = through(dy)
            return dx, {"layers": own}

        return y, backward


@dataclass(frozen=True)
class TransformerEncoder(Block):
    """Self-attention, then a small dense network at each place; both residual and normalised.

    A = norm(X + attention(X)), Y = norm(A + F(A)): the block of Vaswani et al. 2017, §3.1. T×width
    in, T×width out, so blocks stack. With `causal=True` it is the block of models that only
    predict text.

    Parameters
    ----------
    width : int
        d, numbers a place.
    hidden : int
        Neurons between the two dense layers of a place.
    heads : int
        Attentions in parallel; they share the width evenly.
    causal : bool
        Whether a place sees only itself and those before it.
    activation : {"relu", "gelu"}
    dropout : float
        p, after attention and after the dense layers.
    norm : {"after", "before"}
        Layer normalization of the sum, as published; or of what goes into attention and F, which
        trains more calmly where blocks are many.

    Raises
    ------
    HyperparameterError, ShapeError

    Examples
    --------
    >>> block = TransformerEncoder(width=4, hidden=8, heads=2)
    >>> block.shapes((5, 4))[1], [type(layer).__name__ for layer in block.layers]
    ((5, 4), ['Residual', 'LayerNorm', 'Residual', 'LayerNorm'])

    Notes: Concept 382, Def 383
    """

    width: int
    hidden: int = 256
    heads: int = 4
    causal: bool = False
    activation: str = "relu"
    dropout: float = 0.0
    norm: str = "after"

    notes: ClassVar[str] = "Concept 382, Def 383"

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that the block is."""
        attention = SelfAttention(self.heads, self.causal)
        return (*self._sublayer(attention), *self._sublayer(self._dense()))


@dataclass(frozen=True)
class TransformerDecoder(Block):
    """Past output looks at itself, then at an internal representation; then dense layers.

    A point holds the representation, `read` places, and after it the past output: "representation
    and output" go in and come out together, the representation unchanged, so blocks stack and the
    loss reaches the encoders. The block of Vaswani et al. 2017, §3.1: causal self-attention,
    attention to the representation, a dense network at each place.

    Parameters
    ----------
    width : int
        d, numbers a place.
    read : int
        Places of the internal representation, at the beginning of a point.
    hidden, heads, activation, dropout, norm
        As for `TransformerEncoder`.

    Raises
    ------
    HyperparameterError, ShapeError

    Examples
    --------
    >>> TransformerDecoder(width=4, read=3, hidden=8, heads=2).shapes((5, 4))[1]
    (5, 4)

    Notes: Concept 381, Def 383
    """

    width: int
    read: int
    hidden: int = 256
    heads: int = 4
    activation: str = "relu"
    dropout: float = 0.0
    norm: str = "after"

    notes: ClassVar[str] = "Concept 381, Def 383"

    def __post_init__(self) -> None:
        check_read(self.read, "TransformerDecoder")
        super().__post_init__()

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that the block is."""
        own = self._sublayer(SelfAttention(self.heads, causal=True))
        return (
            Stretch(own, self.read),
            *self._reading(),
            Stretch(self._sublayer(self._dense()), self.read),
        )

    def _reading(self) -> Sequence[Layer]:
        reads: Any = CrossAttention(self.read, self.heads)
        dropped = (Dropout(self.dropout, inverted=True),) if self.dropout else ()
        norm = Stretch((LayerNorm(),), self.read)
        if self.norm == "before":
            return (Residual((norm, reads, *dropped)),)
        return (Residual((reads, *dropped)), norm)

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        check_sequence(in_shape)
        check_places(in_shape, self.read)
        return super().shapes(in_shape)
