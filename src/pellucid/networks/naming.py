"""What the notes call the values of a network: Z¹, A¹, ∂L/∂W¹.

Notes: Notation 276, Notation 277, Def 280, Def 281
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.networks.layer import Layer

UP = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
DOWN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀∂", "01234567890d")


@dataclass(frozen=True)
class LayerNames:
    """Names of one layer's input, output and parameters.

    Parameters
    ----------
    number : int
        ℓ of the notes: dense layers and convolutions are counted, what follows belongs to them.
    input, output : str
        Such as "A¹" and "Z²".
    """

    number: int
    input: str
    output: str

    def parameter(self, name: str) -> str:
        """W as "W²", W0 as "W₀²".

        Examples
        --------
        >>> LayerNames(2, "A¹", "Z²").parameter("W0")
        'W₀²'
        """
        return name.replace("0", "₀") + raised(self.number)

    def filled(self, formula: str, params: Any) -> str:
        """A layer's formula with these names; an offset that is not there is left out."""
        if "W0" not in params:
            formula = formula.replace(" + {W0}", "")
        own = {name: self.parameter(name) for name in ("W", "W0", "G", "B")}
        return formula.format(x=self.input, y=self.output, **own)


def raised(number: int) -> str:
    """A superscript.

    Examples
    --------
    >>> raised(12)
    '¹²'
    """
    return str(number).translate(UP)


def plain(name: str) -> str:
    """The name on a keyboard.

    Examples
    --------
    >>> plain("∂L/∂W₀²")
    'dL/dW02'
    """
    return name.translate(DOWN)


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
    seen = Counter([before])
    for layer in layers:
        number += layer.symbol == "Z"
        output = layer.symbol + raised(number)
        seen[output] += 1
        output += "′" * (seen[output] - 1)
        names.append(LayerNames(number, before, output))
        before = output
    return names
