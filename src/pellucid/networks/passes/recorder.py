"""A recorder of one pass: it writes down what each layer computes, however deep it stands.

Notes: Def 292, Def 293, KE 279, Notation 304
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from pellucid.descent.pytree import leaves
from pellucid.networks.layers.layer import Backward, Formulas, Layer, Mode, Shape, place_name
from pellucid.networks.layers.watch import Watch
from pellucid.networks.passes.naming import LayerNames, names_inside, superscript
from pellucid.networks.passes.pass_values import PassValue

BY = "∂L/∂"


@dataclass
class LayerContext:
    """A layer at work, with the names of what its formulas speak of.

    Parameters
    ----------
    entered : list of str
        What goes into each series of layers inside.
    reached : list of (str, tuple of int)
        The last value of each so far, and where that stands.
    """

    layer: Layer
    params: Any
    names: LayerNames
    place: Shape
    formulas: Formulas
    entered: list[str] = field(default_factory=list)
    reached: list[tuple[str, Shape]] = field(default_factory=list)

    def filled(self, formula: str, **others: str) -> str:
        """One of the layer's formulas with all names."""
        shown = {letter: letter + self.names.mark for letter in self.formulas.letters}
        ends = [name for name, _ in self.reached]
        return self.names.filled(
            formula, self.params, X=self.entered, F=ends, **shown, **others
        )  # fmt: skip

    def inside(self, series: int, way: int) -> str | None:
        """How what goes into (0) or comes back to (1) a series hangs together with the layer's."""
        given = self.formulas.inside
        return self.filled(given[series][way]) if series < len(given) else None


class Recorder(Watch):
    """Every value of a pass, in the order in which they are computed.

    Parameters
    ----------
    names : sequence of LayerNames
        Of the network's own layers; those inside are named by their place.

    Notes: Def 292, Def 293
    """

    def __init__(self, names: Sequence[LayerNames]) -> None:
        self.quantities: list[PassValue] = []
        self._names = names
        self._open: list[LayerContext] = []  # the innermost last

    def layer(self, layer: Layer, params: Any, x: Any, mode: Mode) -> tuple[Any, Backward]:
        place = mode.place
        if self._open:
            names = names_inside(layer, place, self._open[-1].reached[-1][0])
        else:
            names = self._names[place[0]]
        here = LayerContext(layer, params, names, place, layer.in_symbols())
        self._open.append(here)
        y, back = layer.forward(params, x, mode)
        self._open.pop()
        self._note(here, names.output, here.filled(here.formulas.forward), y)
        if self._open:
            self._open[-1].reached[-1] = names.output, place

        def backward(dy: Any) -> tuple[Any, Any]:
            self._open.append(here)
            dx, own = back(dy)
            self._open.pop()
            if not here.entered:  # else they are the parameters of the layers inside
                self._parameters(here, own, np.shape(dy))
            self._note(here, BY + names.input, here.filled(here.formulas.backward), dx)
            return dx, own

        return y, backward

    def enter(self, x: Any, place: Shape, symbol: str = "A") -> None:
        here, name = self._open[-1], symbol + superscript(place_name(place))
        here.entered.append(name)
        here.reached.append((name, place))
        text = here.inside(len(here.entered) - 1, 0)
        self._note(here, name, text or name, x, place)

    def leave(self, back: Backward) -> Backward:
        here = self._open[-1]
        series = len(here.reached) - 1

        def backward(dy: Any) -> tuple[Any, Any]:
            output, place = here.reached[series]
            text = here.inside(series, 1)
            self._note(here, BY + output, text or BY + output, dy, place)
            return back(dy)

        return backward

    def show(self, values: Mapping[str, Any]) -> None:
        here = self._open[-1]
        for key, value in values.items():
            formula = dict(here.formulas.steps)[key]
            way, letter = (BY, key.removeprefix(BY)) if key.startswith(BY) else ("", key)
            for name, head, part in _by_head(letter, here.names.mark, value):
                self._note(here, way + name, here.filled(formula, h=head), part)

    def _parameters(self, context: LayerContext, derivatives: Any, shape: Shape) -> None:
        """Derivatives by parameters: sums over points, and over the places of each."""
        several = {"sum_points": "Σᵢ ", "of_points": " of all points"} if shape[0] > 1 else {}
        if prod(shape[:-1]) > 1:
            several["sum"] = "Σᵢ "
        formulas = dict(context.formulas.parameters)
        for at, value in leaves(derivatives):
            key = at.strip("[]'").replace("']['", ".")
            name = BY + context.names.parameter(key)
            text = context.filled(formulas[key], **several) if key in formulas else name
            self._note(context, name, text, value, of_points=False)

    def _note(
        self, context: LayerContext, name: str, text: str, value: Any, place: Shape = (),
        of_points: bool = True,
    ) -> None:  # fmt: skip
        kind = "" if place and place != context.place else type(context.layer).__name__
        at = place or context.place
        found = PassValue(name, text, value, at, of_points, context.layer.notes, kind)
        self.quantities.append(found)


def _by_head(letter: str, mark: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, head and value: one, or one of each head."""
    letter, *heads = letter.split("_")
    if not heads:
        yield letter + mark, "", value
        return
    for h in range(value.shape[1]):
        yield f"{letter}{mark}_{h + 1}", str(h + 1), value[:, h]
