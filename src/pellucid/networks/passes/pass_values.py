"""What a pass that one can read is made of: every value with its name, shape and formula.

Notes: Def 292, Def 293, Notation 304
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unicodedata import combining

import jax
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError
from pellucid.networks.layers.layer import Shape, place_name, shape_text
from pellucid.networks.passes.naming import keyboard_name

STATIC = {"static": True}  # for JAX: words, no numbers
WIDE = 72  # a longer formula stands out of the column of shapes


@jax.tree_util.register_dataclass  # so that a compiled pass gives them back
@dataclass(frozen=True, eq=False)
class PassValue:
    """One value of a pass.

    Parameters
    ----------
    name : str
        As the notes write it: "Z²", "∂L/∂W²"; inside a layer with its place, "Z²·¹".
    formula : str
        How it comes about.
    value : array
        Batch first; parameters in their own shape.
    place : tuple of int
        Of the layer that it belongs to: its index in the network, then in the layer that holds it.
        −1 stands for what goes in, the number of layers for the loss.
    of_points : bool
        Whether the first axis counts points.
    notes : str
        Where the formula stands.
    kind : str
        What that layer is, such as "Dense".

    Notes: Notation 304
    """

    name: str = field(metadata=STATIC)
    formula: str = field(metadata=STATIC)
    value: NDArray[Any]
    place: Shape = field(metadata=STATIC)
    of_points: bool = field(default=True, metadata=STATIC)
    notes: str = field(default="", metadata=STATIC)
    kind: str = field(default="", metadata=STATIC)

    @property
    def layer(self) -> int:
        """Its layer's index in the network; −1 for the input, the number of layers for the loss."""
        return self.place[0]

    @property
    def depth(self) -> int:
        """How many layers it is inside of; 0 for those of the network itself."""
        return len(self.place) - 1

    @property
    def where(self) -> str:
        """The layer as a person counts: "3.1 Dense"; nothing for what no layer computes."""
        return f"{place_name(self.place)} {self.kind}" if self.kind else ""

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

    `found["Z2"]`, `found["dL/dW2"]` and, inside layer 2, `found["Z2.1"]` look one up as a keyboard
    writes it.

    Parameters
    ----------
    quantities : tuple of PassValue
    forward_steps : int
        How many belong to the forward pass, the loss included.

    Notes: Def 292, Def 293
    """

    quantities: tuple[PassValue, ...]
    forward_steps: int

    def __getitem__(self, name: str) -> PassValue:
        for quantity in self.quantities:
            if name in (quantity.name, keyboard_name(quantity.name)):
                return quantity
        raise FramingError(f"There is no {name!r} in this pass; there are {', '.join(self.names)}.")

    def __iter__(self) -> Iterator[PassValue]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(quantity.name for quantity in self.quantities)

    def __str__(self) -> str:
        formulas = ["  " * q.depth + q.formula for q in self.quantities]
        widths = [sum(not combining(c) for c in text) for text in formulas]
        column = max((width for width in widths if width <= WIDE), default=0)
        each = zip(formulas, widths, self.quantities, strict=True)
        lines = [f"{text}{' ' * (column - width)}  {q.shape}" for text, width, q in each]
        lines.insert(self.forward_steps, "")
        return "\n".join(lines).rstrip()

    def _repr_html_(self) -> str:
        left = "text-align:left;vertical-align:top;padding:0.1em 1em 0.1em 0"
        heads = "".join(
            f'<th style="{left}">{head}</th>' for head in ("layer", "formula", "shape", "notes")
        )
        ways = self.quantities[: self.forward_steps], self.quantities[self.forward_steps :]
        bodies = "".join(
            f"<tbody>{''.join(_row(q, left) for q in way)}</tbody>" for way in ways if way
        )
        return f'<table class="pass" rules="groups"><thead><tr>{heads}</tr></thead>{bodies}</table>'


def _row(q: PassValue, style: str) -> str:
    """A line of the table; what is inside a layer stands further in."""
    inward = f"{style};padding-left:{1.2 * q.depth:g}em"
    cells = [
        f'<td style="{style};white-space:nowrap">{html.escape(q.where)}</td>',
        f'<td style="{inward}">{html.escape(q.formula)}</td>',
        f'<td style="{style};white-space:nowrap">{html.escape(q.shape)}</td>',
        f'<td style="{style};white-space:nowrap">{html.escape(q.notes)}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"
