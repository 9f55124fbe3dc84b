"""A network as a table: each layer with its shapes and its number of parameters.

Notes: Def 445, Concept 386, Concept 388, Def 426
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from pellucid.networks.layers.layer import Shape, shape_text
from pellucid.networks.output_losses import loss_named
from pellucid.networks.passes.naming import names_of

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.table import Table

    from pellucid.networks import Network

HEADS = ("", "layer", "output", "shape", "parameters", "")


@dataclass(frozen=True)
class Row:
    """One layer: its number, what it is, the name and shape of its output, its parameters."""

    number: str
    layer: str
    output: str
    shape: str
    parameters: int
    detail: str

    def cells(self) -> tuple[str, ...]:
        """As text."""
        count = f"{self.parameters:,}" if self.parameters else ""
        return (self.number, self.layer, self.output, self.shape, count, self.detail)


@dataclass(frozen=True)
class Summary:
    """Prints as text, in a Rich console as a table, in a notebook as HTML.

    Parameters
    ----------
    rows : tuple of Row
        The input first.
    foot : str
    cautions : tuple of str

    Notes: Def 445
    """

    rows: tuple[Row, ...]
    foot: str
    cautions: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Number of all parameters."""
        return sum(row.parameters for row in self.rows)

    def __str__(self) -> str:
        cells = [HEADS, *(row.cells() for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(HEADS))]
        lines = []
        for line in cells:
            padded = [
                f"{cell:>{w}}" if i == 4 else f"{cell:<{w}}"
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ]
            lines.append("  ".join(padded).rstrip())
        return "\n".join([*lines, self.foot, *(f"! {said}" for said in self.cautions)])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Any]:
        yield self.as_rich()
        yield self.foot
        for said in self.cautions:
            yield f"[yellow]! {said}[/yellow]"

    def as_rich(self) -> Table:
        """A Rich table."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for at, head in enumerate(HEADS):
            table.add_column(head, justify="right" if at == 4 else "left")
        for row in self.rows:
            table.add_row(*row.cells())
        return table

    def _repr_html_(self) -> str:
        def line(cells: tuple[str, ...], tag: str) -> str:
            right = ' style="text-align:right"'
            return "".join(
                f"<{tag}{right if at == 4 else ''}>{html.escape(cell)}</{tag}>"
                for at, cell in enumerate(cells)
            )

        body = "".join(f"<tr>{line(row.cells(), 'td')}</tr>" for row in self.rows)
        notes = "".join(f"<p>! {html.escape(said)}</p>" for said in self.cautions)
        return (
            f'<table class="network"><thead><tr>{line(HEADS, "th")}</tr></thead>'
            f"<tbody>{body}</tbody></table><p>{html.escape(self.foot)}</p>{notes}"
        )


def summary_of(network: Network) -> Summary:
    """The table of a network.

    Notes: Def 445, Def 280
    """
    shapes = network.points
    rows = [Row("", "input", "A⁰", shape_text(shapes[0]), 0, "")]
    names = names_of(network.layers)
    for l, layer in enumerate(network.layers):
        own = network.param_shapes[l]
        parts = [f"{place} {shape_text(shape)}" for place, shape in shapes_in(own)]
        rows.append(
            Row(
                str(l + 1), type(layer).__name__, names[l].output, shape_text(shapes[l + 1]),
                parameter_count(own), ", ".join(parts) if len(parts) <= 4 else "",
            )
        )  # fmt: skip
    total = sum(row.parameters for row in rows)
    counted = names[-1].number
    hidden = max(counted - 1, 0)
    foot = (
        f"{total:,} parameters; L = {counted}, of which {hidden} hidden; "
        f"loss: {loss_named(network.loss).text}"
    )
    return Summary(tuple(rows), foot, network.cautions)


def shapes_in(tree: Any, place: str = "") -> Iterator[tuple[str, Shape]]:
    """Each shape of a tree of shapes, with its place, such as "layers.0.W".

    A shape is a tuple of whole numbers.
    """
    if isinstance(tree, dict | list):
        inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, part in inside:
            yield from shapes_in(part, f"{place}.{key}" if place else str(key))
    else:
        yield place, tree


def parameter_count(of_params: Any) -> int:
    """How many numbers parameters of these shapes hold.

    Examples
    --------
    >>> parameter_count({"W": (3, 3, 1, 1), "W0": (1,)})
    10

    Notes: Concept 386, Def 421
    """
    return sum(prod(shape) for _, shape in shapes_in(of_params))


def fully_connected_count(in_shape: Shape, out_shape: Shape) -> int:
    """Parameters of a dense layer between points of these shapes: mn + n.

    Examples
    --------
    >>> fully_connected_count((5, 5), (5, 5))
    650

    Notes: Def 267, Concept 424, Def 426
    """
    m, n = prod(in_shape), prod(out_shape)
    return m * n + n
