"""`Graph`: layers joined by named links, as long as no link leads back.

Notes: Def 246, Concept 264
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.errors import FramingError, ShapeError
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, shape_text
from pellucid.networks.layers.series import forward_layer

INPUT = "input"
Node = tuple[str, Layer, tuple[str, ...]]


@dataclass(frozen=True)
class Graph(Layer):
    """Layers by name, each with the names of what it reads; the last one is the output.

    A layer that reads several others sees them side by side, along the last axis. Feed-forward
    only: a neuron whose output reaches its own input is an error.

    Parameters
    ----------
    nodes : mapping of str to (Layer, sequence of str)
        "input" is the name of what comes in. Any order: it is sorted so that each comes after what
        it reads.
    output : str, optional
        Whose output is the graph's; the last one named when nothing is said.

    Raises
    ------
    FramingError
        For a cycle, which is named, or a name that is not there.
    ShapeError
        When what a layer reads does not fit together.

    Examples
    --------
    >>> from pellucid.networks import Dense, Tanh
    >>> nodes = {"a": (Tanh(), ["input"]), "b": (Dense(1), ["a", "input"])}
    >>> Graph(nodes).shapes((3,))
    ({'a': {}, 'b': {'W': (6, 1), 'W0': (1,)}}, (1,))
    >>> Graph({"a": (Tanh(), ["b"]), "b": (Tanh(), ["a"])})
    Traceback (most recent call last):
    ...
    pellucid.errors.FramingError: A network is feed-forward: here a → b → a leads back.

    Notes: Def 246, Concept 264
    """

    nodes: Any
    output: str | None = None

    symbol: ClassVar[str] = "R"
    notes: ClassVar[str] = "Concept 264"

    def __post_init__(self) -> None:
        given = self.nodes
        if isinstance(given, Mapping):
            given = [(name, layer, reads) for name, (layer, reads) in given.items()]
        nodes = [(name, layer, tuple(reads)) for name, layer, reads in given]
        output = self.output or (nodes[-1][0] if nodes else "")
        object.__setattr__(self, "nodes", _sorted(nodes))
        object.__setattr__(self, "output", output)
        if output not in {name for name, _, _ in nodes}:
            raise FramingError(f"Graph: there is no layer {output!r} to be the output.")

    @property
    def stateful(self) -> bool:
        return any(layer.stateful for _, layer, _ in self.nodes)

    def in_symbols(self) -> Formulas:
        at = {name: k for k, (name, _, _) in enumerate(self.nodes)}
        values = {INPUT: "{x}", **{name: f"{{F[{k}]}}" for name, k in at.items()}}

        def slope(of: str) -> str:
            """By one value: the sum over the layers that read it."""
            parts = ["∂L/∂{y}"] if of == self.output else []
            for name, _, reads in self.nodes:
                by = f"∂L/∂{{X[{at[name]}]}}"
                whole = len(reads) == 1
                parts += [by if whole else f"the part of {by} for {values[of]}"] * reads.count(of)
            return f"∂L/∂{values[of]} = {' + '.join(parts) or '0: the output does not hear it'}"

        return Formulas(
            f"{{y}} = {values[str(self.output)]}",
            slope(INPUT),
            inside=tuple(
                (
                    f"{{X[{at[name]}]}} = {_joined_names([values[r] for r in reads])} "
                    f"for {_plain(name)}",
                    slope(name),
                )
                for name, _, reads in self.nodes
            ),
        )

    def shapes(self, in_shape: Shape) -> tuple[dict[str, Any], Shape]:
        of_params, points = self._walk(in_shape)
        return of_params, points[str(self.output)]

    def _walk(self, in_shape: Shape) -> tuple[dict[str, Any], dict[str, Shape]]:
        points, of_params = {INPUT: in_shape}, {}
        for name, layer, reads in self.nodes:
            try:
                joined = _joined_shape([points[r] for r in reads])
                of_params[name], points[name] = layer.shapes(joined)
            except ShapeError as error:
                came = " and ".join(f"{r} ({shape_text(points[r])})" for r in reads)
                raise ShapeError(f"Layer {name!r} of the graph reads {came}. {error}") from None
        return of_params, points

    def init(self, key: Any, in_shape: Shape, dtype: Any = "float32") -> tuple[Any, Shape]:
        _, points = self._walk(in_shape)
        params = {}
        for at, (name, layer, reads) in enumerate(self.nodes):
            joined = _joined_shape([points[r] for r in reads])
            params[name] = layer.init(jax.random.fold_in(key, at), joined, dtype)[0]
        return params, points[str(self.output)]

    def init_state(self, in_shape: Shape, dtype: Any = "float32") -> Any:
        _, points = self._walk(in_shape)
        return [
            layer.init_state(_joined_shape([points[r] for r in reads]), dtype)
            for _, layer, reads in self.nodes
        ]

    def forward(self, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        values, way_back, _ = self._run(params, x, mode)

        def backward(dy: Any) -> tuple[Any, Any]:
            # Each value collects from all that read it before its own layer goes backward.
            by_value: dict[str, Any] = {str(self.output): dy}
            own = {}
            for name, _, reads in reversed(self.nodes):
                collected = by_value.pop(name, None)
                if collected is None:  # nothing of it reaches the output
                    collected = jnp.zeros_like(values[name])
                dx, own[name] = way_back[name](collected)
                for r, part in zip(
                    reads, _split_gradient(dx, [values[r] for r in reads]), strict=True
                ):
                    by_value[r] = by_value[r] + part if r in by_value else part
            return by_value.get(INPUT, jnp.zeros_like(x)), {n: own[n] for n, _, _ in self.nodes}

        return values[str(self.output)], backward

    def _run(self, params: Any, x: Any, mode: Mode) -> tuple[dict[str, Any], Any, list[Any]]:
        values, way_back, states = {INPUT: x}, {}, []
        for at, (name, layer, reads) in enumerate(self.nodes):
            came = [values[r] for r in reads]
            joined = jnp.concatenate(came, axis=-1) if len(came) > 1 else came[0]
            here = mode.at(at)
            mode.watch.enter(joined, here.place, "X")
            values[name], back, state = forward_layer(layer, params[name], joined, here)
            way_back[name] = mode.watch.leave(back)
            states.append(state)
        return values, way_back, states

    def remember(self, params: Any, x: Any, mode: Mode) -> Any:
        return self._run(params, x, mode)[2]


def _sorted(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Each layer after those it reads.

    Notes: Concept 264
    """
    names = [name for name, _, _ in nodes]
    by_name = {name: (name, layer, reads) for name, layer, reads in nodes}
    if len(by_name) < len(names) or INPUT in by_name:
        raise FramingError(f'Graph: each layer has a name of its own, and none is "{INPUT}".')
    for name, _, reads in nodes:
        if not reads:
            raise FramingError(f'Graph: layer {name!r} reads nothing; "{INPUT}" is what comes in.')
        for unknown in set(reads) - {INPUT, *names}:
            raise FramingError(
                f"Graph: layer {name!r} reads {unknown!r}, which is not there; there are "
                f"{', '.join([INPUT, *names])}."
            )
    sorter = TopologicalSorter({name: set(reads) - {INPUT} for name, _, reads in nodes})
    try:
        return tuple(by_name[name] for name in sorter.static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise FramingError(f"A network is feed-forward: here {circle} leads back.") from None


def _plain(name: str) -> str:
    """A name as a formula can hold it: braces are kept."""
    return name.replace("{", "{{").replace("}", "}}")


def _joined_names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{'; '.join(names)}]"


def _joined_shape(shapes: Sequence[Shape]) -> Shape:
    if len({shape[:-1] for shape in shapes}) > 1 or () in shapes:
        raise ShapeError("Their shapes may differ in the last axis only.")
    return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


def _split_gradient(dx: Any, values: Sequence[Any]) -> Sequence[Any]:
    if len(values) == 1:
        return [dx]
    ends = np.cumsum([value.shape[-1] for value in values])[:-1].tolist()
    return jnp.split(dx, ends, axis=-1)
