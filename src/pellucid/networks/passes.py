"""A forward and a backward pass that one can read: every value with its name, shape and formula.

Names and shapes are the notes': Z¹, A¹, ∂L/∂W¹, points as columns. Values are kept batch first, as
the layers compute them; `columns` turns them.

Notes: Def 292, Def 293, Concept 294, Concept 298, Notation 304
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pellucid.descent.pytree import leaves
from pellucid.errors import FramingError, ShapeError
from pellucid.networks.heads import loss_named, matched
from pellucid.networks.layer import PREDICTING, Mode, shape_text
from pellucid.networks.naming import names_of, plain
from pellucid.networks.network import Network
from pellucid.networks.numbers import computing_in, dtype_of


@dataclass(frozen=True, eq=False)
class Quantity:
    """One value of a pass.

    Parameters
    ----------
    name : str
        As the notes write it: "Z²", "∂L/∂W²".
    formula : str
        How it comes about.
    value : array
        Batch first; parameters in their own shape.
    layer : int
        Index of the layer in the network; −1 for the input, the number of layers for the loss.
    of_points : bool
        Whether the first axis counts points.
    notes : str
        Where the formula stands.

    Notes: Notation 304
    """

    name: str
    formula: str
    value: NDArray[Any]
    layer: int
    of_points: bool = True
    notes: str = ""

    @property
    def columns(self) -> NDArray[Any]:
        """The value in the notes' layout, m×n with a point in each column; images as they are."""
        if self.of_points and self.value.ndim == 2:
            return self.value.T
        return self.value[:, None] if self.value.ndim == 1 else self.value

    @property
    def shape(self) -> str:
        """The shape in the notes' layout: "3×1", or "28×28×8 a point, 4 points"."""
        if self.of_points and self.value.ndim > 2:
            n = len(self.value)
            return shape_text(self.value.shape[1:]) + (f" a point, {n} points" if n > 1 else "")
        return shape_text(self.columns.shape) if self.value.ndim else "1×1"

    def __str__(self) -> str:
        with np.printoptions(precision=4, suppress=True, threshold=60):
            return f"{self.formula}   ({self.shape})\n{self.columns}"


@dataclass(frozen=True, eq=False)
class Pass:
    """The values of a pass in the order in which they are computed.

    `found["Z2"]` and `found["dL/dW2"]` look one up as a keyboard writes it.

    Parameters
    ----------
    quantities : tuple of Quantity
    forward_steps : int
        How many belong to the forward pass, the loss included.

    Notes: Def 292, Def 293
    """

    quantities: tuple[Quantity, ...]
    forward_steps: int

    def __getitem__(self, name: str) -> Quantity:
        for quantity in self.quantities:
            if name in (quantity.name, plain(quantity.name)):
                return quantity
        raise FramingError(f"There is no {name!r} in this pass; there are {', '.join(self.names)}.")

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(quantity.name for quantity in self.quantities)

    def __str__(self) -> str:
        width = max(len(quantity.formula) for quantity in self.quantities)
        lines = [f"{quantity.formula:<{width}}  {quantity.shape}" for quantity in self.quantities]
        lines.insert(self.forward_steps, "")
        return "\n".join(lines).rstrip()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(q.formula)}</td><td>{q.shape}</td><td>{q.notes}</td></tr>"
            for q in self.quantities
        )
        head = "<tr><th>formula</th><th>shape</th><th>notes</th></tr>"
        return f'<table class="pass">{head}{rows}</table>'


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

    Notes: Def 292, KE 279
    """
    with computing_in(dtype_of(params)) as kind:
        quantities, _ = _forward(network, points_of(network, x, kind), params, mode)
        return Pass(tuple(quantities), len(quantities))


def backward_pass(network: Network, x: Any, y: Any, params: Any, mode: Mode = PREDICTING) -> Pass:
    """Every value of the forward pass, the loss, and every derivative on the way back.

    Parameters
    ----------
    network, x, params, mode
        As for `forward_pass`.
    y : array, out_shape or n×out_shape
        The truths.

    Returns
    -------
    Pass

    Notes: Def 293, Concept 294, Concept 298, Notation 304
    """
    with computing_in(dtype_of(params)) as kind:
        points = points_of(network, x, kind)
        found, way_back = _forward(network, points, params, mode)
        truths = jnp.asarray(y, kind)
        alone = len(points) == 1 and truths.shape in (network.out_shape, ())
        truths = truths.reshape(1, *network.out_shape) if alone else truths
        at_loss, slope = _loss(network, found, truths)
        quantities = [*found, *at_loss]
        forward_steps = len(found) + 1
        for l in reversed(range(len(network.layers))):
            slope, steps = _back(network, l, way_back[l], slope, params[l])
            if l == network.head[1]:  # the loss takes the output activation in
                slope, steps = _at_once(network, found, truths)
            quantities += steps
        return Pass(tuple(quantities), forward_steps)


def _forward(network: Network, x: Any, params: Any, mode: Mode) -> tuple[list[Quantity], list[Any]]:
    quantities = [Quantity("A⁰", "A⁰ = x", np.asarray(x), -1, notes="Notation 277")]
    way_back = []
    for l, (layer, named) in enumerate(zip(network.layers, names_of(network.layers), strict=True)):
        x, back = layer.forward(params[l], x, mode.at(l))
        way_back.append(back)
        formula = named.filled(layer.formulas.forward, params[l])
        quantities.append(Quantity(named.output, formula, np.asarray(x), l, notes=layer.notes))
    return quantities, way_back


def _loss(network: Network, found: list[Quantity], y: Any) -> tuple[list[Quantity], Any]:
    """The loss, and ∂L/∂A^L."""
    loss, (direct, depth) = loss_named(network.loss), network.head
    g = jnp.asarray(found[-1].value)
    y = matched(g, y)
    before, last = jnp.asarray(found[depth].value), len(network.layers)
    value = np.asarray(network.shared(direct.value(before, y)).sum())
    slope = network.shared(loss.slope(g, y))
    name = f"∂L/∂{found[-1].name}"
    text = loss.slope_text.replace("∂L/∂a", name)
    return [
        Quantity("L", loss.text, value, last, False, "Concept 259"),
        Quantity(name, text, np.asarray(slope), last, notes="Notation 302"),
    ], slope


def _at_once(network: Network, found: list[Quantity], y: Any) -> tuple[Any, list[Quantity]]:
    """∂L/∂Z^L = A^L − y, without the division by A^L that ∂L/∂A^L has."""
    direct, depth = network.head
    z = jnp.asarray(found[depth].value)
    slope = network.shared(direct.slope(z, matched(z, y)))
    name = f"∂L/∂{found[depth].name}"
    text = f"{name} = {found[-1].name} − y, at once"
    return slope, [Quantity(name, text, np.asarray(slope), depth, notes="§7.6")]


def _back(
    network: Network, l: int, back: Any, slope: Any, params: Any
) -> tuple[Any, list[Quantity]]:
    """Through one layer: its parameters' derivatives, then its input's."""
    layer, named = network.layers[l], names_of(network.layers)[l]
    slope, own = back(slope)
    formulas, steps = dict(layer.formulas.parameters), []
    for place, value in leaves(own):
        key = place.strip("[]'")
        name = f"∂L/∂{named.parameter(key)}" if key in formulas else f"∂L/∂{named.output}{place}"
        text = named.filled(formulas[key], params) if key in formulas else name
        steps.append(Quantity(name, text, np.asarray(value), l, False, layer.notes))
    name = f"∂L/∂{named.input}"
    text = named.filled(layer.formulas.backward, params)
    steps.append(Quantity(name, text, np.asarray(slope), l, notes=layer.notes))
    return slope, steps


def points_of(network: Network, x: Any, kind: Any) -> Any:
    """One point or several, as a batch.

    Raises
    ------
    ShapeError
        When x is neither.
    """
    x, shape = jnp.asarray(x, kind), network.points[0]
    if x.shape == shape:
        return x[None]
    if x.shape[1:] != shape or not len(x):
        raise ShapeError(
            f"The network takes points of shape {shape_text(shape)}; this is {shape_text(x.shape)}."
            " Give one point, or several with one row each."
        )
    return x
