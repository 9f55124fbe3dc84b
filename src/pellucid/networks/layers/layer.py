"""The shape of a layer: a small frozen dataclass with a forward rule and its backward rule.

Arrays are batch first: x is n×(shape of one point). Formulas speak the notes' layout, where a
point is a column: row i of our x is column i of their X, so Z = WᵀX + W₀ reads z = x W + W₀ here.

Notes: Def 265, Def 292, Def 293, Notation 304, Concept 441
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import jax

from pellucid.errors import HyperparameterError
from pellucid.networks.layers.watch import NOBODY, Watch

Shape = tuple[int, ...]
Params = dict[str, Any]
# dy -> (dx, dparams): from the loss's derivative by the output to those by input and parameters.
Backward = Callable[[Any], tuple[Any, Any]]


@dataclass(frozen=True)
class Mode:
    """What a forward pass needs beside parameters and input.

    Parameters
    ----------
    training : bool
        Whether dropout drops, noise is added, and batch statistics are taken from the batch.
    key : JAX random key or None
        Source of all randomness of the pass; each layer folds in its own place.
    state : any
        What this layer remembers, such as running statistics; {} where it remembers nothing.
    weights : array of shape (n,), or None
        Of the points, for statistics of the batch; 0 leaves a point out.
    place : tuple of int
        Where this layer stands: its number in the network, then in the layer that holds it.
    watch : Watch
        Notified of every layer at work; set by the passes that one can read.

    Notes: Def 335, Def 336, Def 341
    """

    training: bool = False
    key: Any = None
    state: Any = field(default_factory=dict)
    weights: Any = None
    place: Shape = ()
    watch: Watch = NOBODY

    def at(self, l: int) -> Mode:
        """The mode of the l-th layer inside."""
        state = self.state[l] if self.state else {}
        return replace(self, state=state, place=(*self.place, l))

    def layer_key(self) -> Any:
        """A random key of this layer's own.

        Raises
        ------
        HyperparameterError
            When the pass was given no key.
        """
        if self.key is None:
            raise HyperparameterError(
                f"Layer {place_name(self.place)} draws at random while training: "
                "give the pass a key, Mode(training=True, key=jax.random.key(0))."
            )
        key = self.key
        for number in self.place:
            key = jax.random.fold_in(key, number)
        return key


PREDICTING = Mode()


@dataclass(frozen=True)
class Formulas:
    """A layer in symbols: {x} stands for its input, {y} for its output, {W} for its parameter W.

    Where it runs layers inside, {X[0]} stands for what goes into the first series of them and
    {F[0]} for what that series makes of it, {X[1]} and {F[1]} for the second, and so on.

    Parameters
    ----------
    forward, backward : str
        y of x; the loss's derivative by x.
    parameters : tuple of (str, str)
        Name of each parameter, with the loss's derivative by it; "query.W" for W inside "query".
        {sum} stands for a sum over points and their places where there are several, {sum_points}
        for one over points alone, {of_points} for words of it.
    inside : tuple of (str, str)
        For each series inside: X of x, and the loss's derivative by F of that by y.
    steps : tuple of (str, str)
        Name of each value between x and y that the layer shows, and of the loss's derivative by
        it, with its formula; {Q} stands for the value named "Q".
    """

    forward: str
    backward: str
    parameters: tuple[tuple[str, str], ...] = ()
    inside: tuple[tuple[str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()

    @property
    def letters(self) -> tuple[str, ...]:
        """Of the values between x and y: "Q", and "P" where each head has one, "P_h"."""
        return tuple(name.split("_")[0] for name, _ in self.steps if "∂" not in name)


class Layer(ABC):
    """Abstract: what a network is made of.

    A final class is a frozen dataclass of plain settings. It says its shapes, draws its parameters,
    and computes y together with `backward`, written by hand right beside it. All of it is pure.

    Notes: Def 265, Def 293
    """

    # Letter of the output in the passes that one can read; "Z" begins a layer of the notes' count.
    symbol: ClassVar[str] = "A"
    formulas: ClassVar[Formulas] = Formulas("{y} = f({x})", "∂L/∂{x} = ∂f/∂{x} ∂L/∂{y}")
    notes: ClassVar[str] = ""

    @property
    def stateful(self) -> bool:
        """Whether the layer remembers something between batches; see `remember`."""
        return False

    def in_symbols(self) -> Formulas:
        """Its formulas, for these settings."""
        return self.formulas

    @abstractmethod
    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        """Shapes of the parameters and of one output point, for input points of `in_shape`.

        Raises
        ------
        ShapeError
            When points of that shape do not fit the layer.
        """

    @abstractmethod
    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        """Parameters before training, and the shape of one output point."""

    @abstractmethod
    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        """y for the batch x, and the way back: `backward(dy)` -> (dx, dparams)."""

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        """What the layer remembers before training; {} where it remembers nothing."""
        return {}

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        """The state after a training batch x: pure, so it can be carried through `lax.scan`.

        What it computes again after `forward` the compiler finds and computes once.
        """
        return mode.state


class Functional(Layer):
    """Abstract: a layer without parameters, "a pure functional layer".

    Notes: Concept 441
    """

    @abstractmethod
    def out_shape(self, in_shape: Shape) -> Shape:
        """Shape of one output point."""

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        return {}, self.out_shape(in_shape)

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        return {}, self.out_shape(in_shape)


def place_name(place: Shape) -> str:
    """The place of a layer as a person counts: (1, 0) is "2.1".

    Examples
    --------
    >>> place_name((1, 0))
    '2.1'
    """
    return ".".join(str(number + 1) for number in place) or "of your own"


def shape_text(shape: Shape) -> str:
    """A shape as a person writes it.

    Examples
    --------
    >>> shape_text((28, 28, 1)), shape_text((3,)), shape_text(())
    ('28×28×1', '3', 'a single number')
    """
    return "×".join(str(size) for size in shape) or "a single number"
