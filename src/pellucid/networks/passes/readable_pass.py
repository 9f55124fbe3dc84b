"""A forward and a backward pass that one can read: every value with its name, shape and formula.

Names and shapes are the notes': Z¹, A¹, ∂L/∂W¹, points as columns. Values are kept batch first, as
the layers compute them; `columns` turns them. A layer that holds layers is opened: what goes into
those inside layer 2 is A²·⁰, the first of them gives Z²·¹, and the step of layer 2 comes last.

Notes: Def 292, Def 293, Concept 294, Concept 298, Notation 304
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import jax
import numpy as np

from pellucid.errors import ShapeError
from pellucid.networks.engine.compiled import computed_once
from pellucid.networks.engine.equal_blocks import compiled_by_blocks
from pellucid.networks.engine.precision import computing_in, dtype_of
from pellucid.networks.layers.layer import PREDICTING, Backward, Mode, shape_text
from pellucid.networks.network import Network
from pellucid.networks.output_losses import loss_named, number_truths, targets_like
from pellucid.networks.parameters import as_numbers, points_in
from pellucid.networks.passes.naming import names_of
from pellucid.networks.passes.pass_values import Pass, PassValue
from pellucid.networks.passes.recorder import Recorder
from pellucid.networks.targets import targets_for

__all__ = ["Pass", "PassValue", "backward_pass", "batch_of_points", "forward_pass"]


def forward_pass(network: Network, x: Any, params: Any, mode: Mode = PREDICTING) -> Pass:
    """Every value from the input to the output.

    Parameters
    ----------
    network : Network
    x : array, in_shape or n×in_shape
        One point or several.
    params : list of dict
    mode : Mode
        Prediction when nothing is said; its `state` is what the layers remember.

    Returns
    -------
    Pass

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.networks import Dense, Tanh
    >>> net = Network([Dense(1, inputs=2), Tanh()])
    >>> print(forward_pass(net, [1.0, 2.0], [{"W": np.ones((2, 1)), "W0": np.ones(1)}, {}]))
    A⁰ = x             2×1
    Z¹ = W¹ᵀ A⁰ + W₀¹  1×1
    A¹ = tanh Z¹       1×1
    >>> from pellucid.networks import Residual
    >>> net = Network([Residual([Dense(2), Tanh()])], in_shape=2)
    >>> found = forward_pass(net, [1.0, 2.0], net.init(0))
    >>> print(found)
    A⁰ = x                           2×1
      A¹·⁰ = A⁰                      2×1
      Z¹·¹ = W¹·¹ᵀ A¹·⁰ + W₀¹·¹      2×1
      A¹·² = tanh Z¹·¹               2×1
    R⁰ = A⁰ + A¹·²                   2×1
    >>> found["Z1.1"].where
    '1.1 Dense'

    Notes: Def 292, KE 279
    """
    params = network.checked(params)
    with computing_in(dtype_of(params)) as kind:
        points = batch_of_points(network, x, kind)
        quantities = _computed(network, points, None, as_numbers(params, kind), mode)
        return Pass(quantities, len(quantities))


def backward_pass(network: Network, x: Any, y: Any, params: Any, mode: Mode = PREDICTING) -> Pass:
    """Every value of the forward pass, the loss, and every derivative on the way back.

    Parameters
    ----------
    network, x, params, mode
        As for `forward_pass`.
    y : array, out_shape or n×out_shape
        The truths; class numbers too, where the loss is "nllm".

    Returns
    -------
    Pass

    Notes: Def 293, Concept 294, Concept 298, Notation 304
    """
    params = network.checked(params)
    with computing_in(dtype_of(params)) as kind:
        points = batch_of_points(network, x, kind)
        truths = batch_of_targets(network, y, len(points))
        quantities = _computed(network, points, truths, as_numbers(params, kind), mode)
        forward_steps = 1 + [value.name for value in quantities].index("L")
        return Pass(quantities, forward_steps)


def _computed(network: Network, x: Any, y: Any, params: Any, mode: Mode) -> tuple[PassValue, ...]:
    """All values of a pass, by compiled programs: operation by operation takes longer."""
    ways = _compiled_ways(network, mode.training)
    found = ways(x, y, params, mode.key, mode.state, mode.weights)
    values: tuple[PassValue, ...] = jax.tree.map(np.asarray, found)
    return values


@lru_cache(maxsize=64)
def _compiled_ways(network: Network, training: bool) -> Any:
    """(x, y, params, key, state, weights) -> every value, forward and, where y is given, back."""

    def ways(x: Any, y: Any, params: Any, *rest: Any) -> tuple[PassValue, ...]:
        way = _ForwardPass(network, x, params, Mode(training, *rest))
        if y is None:
            return tuple(way.quantities)
        slope = way.loss(y)
        for l in reversed(range(len(network.layers))):
            if l == network.head[1]:  # the loss takes the output activation in
                slope = way.at_once(y)
            else:
                slope, _ = way.back[l](slope)
            slope = computed_once(slope)
        return tuple(way.quantities)

    return compiled_by_blocks(ways)


class _ForwardPass:
    """The way forward through a network, written down, and what is needed to come back."""

    def __init__(self, network: Network, x: Any, params: Any, mode: Mode) -> None:
        self.network = network
        self.names = names_of(network.layers)
        recorder = Recorder(self.names)
        self.quantities = recorder.quantities
        self.quantities.append(PassValue("A⁰", "A⁰ = x", x, (-1,), notes="Notation 277"))
        self.values = [x]
        self.back: list[Backward] = []
        mode = replace(mode, watch=recorder)
        for l, layer in enumerate(network.layers):
            y, back = recorder.layer(layer, params[l], self.values[-1], mode.at(l))
            self.values.append(computed_once(y))
            self.back.append(back)

    def loss(self, y: Any) -> Any:
        """The loss, and ∂L/∂A^L."""
        network, (direct, depth) = self.network, self.network.head
        y = targets_like(self.values[-1], y)
        loss, g, name = loss_named(network.loss), self.values[-1], self.names[-1].output
        value = network.shared(direct.value(self.values[depth], y)).sum()
        slope = network.shared(loss.slope(g, y))
        text = self._share(loss.slope_text.replace("∂L/∂a", f"∂L/∂{name}"))
        end = (len(network.layers),)
        self.quantities += [
            PassValue("L", self._total(loss.text), value, end, False, "Concept 259"),
            PassValue(f"∂L/∂{name}", text, slope, end, notes="Notation 302"),
        ]
        return slope

    def _total(self, text: str) -> str:
        """The formula of one point's loss as that of them all: their sum, or their mean."""
        n = len(self.values[0])
        if n == 1:
            return text
        mean = f"(1/{n}) " if self.network.reduction == "mean" else ""
        left, _, right = text.partition(" = ")
        return f"{left} = {mean}Σᵢ {right}"

    def _share(self, text: str) -> str:
        """The formula of one point's slope, with its share of the loss of all."""
        n = len(self.values[0])
        if n == 1 or self.network.reduction == "sum":
            return text
        left, _, right = text.partition(" = ")
        return f"{left} = (1/{n}) ({right})"

    def at_once(self, y: Any) -> Any:
        """∂L/∂Z^L = A^L − y, without the division by A^L that ∂L/∂A^L has."""
        direct, depth = self.network.head
        z, last = self.values[depth], self.names[-1]
        slope = self.network.shared(direct.slope(z, targets_like(z, y)))
        text = self._share(f"∂L/∂{last.input} = {last.output} − y") + ", at once"
        kind = type(self.network.layers[depth]).__name__
        self.quantities.append(
            PassValue(f"∂L/∂{last.input}", text, slope, (depth,), notes="§7.6", kind=kind)
        )
        return slope


def batch_of_targets(network: Network, y: Any, n: int) -> Any:
    """The truths of n points, shaped as their outputs; one alone may come without its batch.

    Raises
    ------
    ShapeError, FramingError
        When they do not belong to the outputs or the loss.
    """
    y = number_truths(y)
    if n == 1 and y.shape in (network.out_shape, ()):
        y = y.reshape(1, *y.shape)
    return targets_for(network, y)


def batch_of_points(network: Network, x: Any, kind: Any) -> Any:
    """One point or several, as a batch.

    Raises
    ------
    ShapeError
        When x is neither.
    """
    x, shape = points_in(x, kind), network.points[0]
    if x.shape == shape:
        return x[None]
    if x.shape[1:] != shape or not len(x):
        raise ShapeError(
            f"The network takes points of shape {shape_text(shape)}; this is {shape_text(x.shape)}."
            " Give one point, or several with one row each."
        )
    return x
