"""What the notes call the values of a network: Z¹, A¹, ∂L/∂W¹.

Notes: Notation 276, Notation 277, Def 280, Def 281
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.networks.layers.layer import Layer, Shape, place_name

UP = str.maketrans("0123456789.", "⁰¹²³⁴⁵⁶⁷⁸⁹·")
DOWN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀∂·′", "01234567890d.'")


@dataclass(frozen=True)
class LayerNames:
    """Names of one layer's input, output and parameters.

    Parameters
    ----------
    number : int
        ℓ of the notes: dense layers and convolutions are counted, what follows belongs to them.
    input, output : str
        Such as "A¹" and "Z²".
    mark : str
        What is raised beside every letter of the layer: "²"; "²′" in the second of a kind; the
        place, "²·¹", where the layer stands inside another.
    """

    number: int
    input: str
    output: str
    mark: str

    def parameter(self, name: str) -> str:
        """W as "W²", W0 as "W₀²"; W of a part called "query" as "W²_query".

        Examples
        --------
        >>> LayerNames(2, "A¹", "Z²", "²").parameter("W0")
        'W₀²'
        """
        *part, letter = name.split(".")
        return "_".join([letter.replace("0", "₀") + self.mark, *part])

    def filled(self, formula: str, params: Any, **others: Any) -> str:
        """A layer's formula with these names; an offset that is not there is left out."""
        if not any("W0" in part for part in (params, *params.values()) if isinstance(part, dict)):
            formula = formula.replace(" + {W0}", "")
        own = {name: self.parameter(name) for name in ("W", "W0", "G", "B")}
        sums = {"sum": "", "sum_points": "", "of_points": ""}
        return formula.format(x=self.input, y=self.output, **own, **sums | others)


def superscript(number: int | str) -> str:
    """A superscript.

    Examples
    --------
    >>> superscript(12), superscript("2.1")
    ('¹²', '²·¹')
    """
    return str(number).translate(UP)


def keyboard_name(name: str) -> str:
    """The name on a keyboard.

    Examples
    --------
    >>> keyboard_name("∂L/∂W₀²")
    'dL/dW02'
    >>> keyboard_name("Z²·¹")
    'Z2.1'
    """
    return name.translate(DOWN)


def names_inside(layer: Layer, place: Shape, before: str) -> LayerNames:
    """Names for a layer inside another: its place, as messages name it, is raised.

    Examples
    --------
    >>> from pellucid.networks import Dense
    >>> names_inside(Dense(3), (1, 0), "A²·⁰").output
    'Z²·¹'

    Notes: Notation 276
    """
    mark = superscript(place_name(place))
    return LayerNames(0, before, layer.symbol + mark, mark)


def names_of(layers: Sequence[Layer]) -> list[LayerNames]:
    """Names for layers in series; two outputs of one kind in one layer of the notes get primes.

    Examples
    --------
    >>> from pellucid.networks import Dense, ReLU
    >>> [(n.input, n.output) for n in names_of([Dense(3), ReLU(), Dense(1)])]
    [('A⁰', 'Z¹'), ('Z¹', 'A¹'), ('A¹', 'Z²')]

    Notes: Notation 276
    """
    names, number, before = [], 0, "A⁰"
    seen = {before: 1}
    for layer in layers:
        number += layer.symbol == "Z"
        mark = superscript(number)
        letters = [letter + mark for letter in (layer.symbol, *layer.in_symbols().letters)]
        earlier = max(seen.get(letter, 0) for letter in letters)
        seen |= dict.fromkeys(letters, earlier + 1)
        mark += "′" * earlier
        output = layer.symbol + mark
        names.append(LayerNames(number, before, output, mark))
        before = output
    return names
