"""What a converter reads and writes: rows of numbers and of text, and named outputs.

Notes: Notation 7
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.errors import FramingError
from pellucid.exchange.onnx.graph import OnnxGraph

# Name of an output -> its result in the graph, its kind of entry, shape of one point.
Outputs = dict[str, tuple[str, Any, tuple[int, ...]]]
FEATURES = ("features", "code", "distances")  # what a transformer hands on to the next step


@dataclass(frozen=True)
class Part:
    """Columns side by side, all numbers or all text.

    Parameters
    ----------
    result : str
        Name of the n×m result.
    names : tuple of str
        m names of columns.
    text : bool
        Whether the columns hold text; else float64, NaN where missing.
    places : bool
        Whether categories among them are places among their levels already.
    """

    result: str
    names: tuple[str, ...]
    text: bool = False
    places: bool = False


@dataclass(frozen=True)
class Rows:
    """Rows as parts side by side.

    Notes: Notation 7
    """

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, result: str, width: int, names: Sequence[str] = ()) -> Rows:
        """Rows of numbers alone, n×width."""
        return cls((Part(result, tuple(names) or tuple(f"x{j}" for j in range(width))),))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(name for part in self.parts for name in part.names)

    def matrix(self, graph: OnnxGraph) -> str:
        """All columns as one n×d result of float64.

        Raises
        ------
        FramingError
            When a column is text; names it.
        """
        wrong = next((part for part in self.parts if part.text), None)
        if wrong is not None:
            raise FramingError(
                f"Column {wrong.names[0]!r} is text, and what reads it takes numbers: put a code "
                "of categories (OneHotCode, TableEncoder, …) before it."
            )
        return self._joined(graph, [part.result for part in self.parts])

    def texts(self, graph: OnnxGraph) -> str:
        """The one column of text, (n,).

        Raises
        ------
        FramingError
            When there is not one column, or it is no text.
        """
        if len(self.names) != 1 or not self.parts[0].text:
            raise FramingError("Documents are one column of text; there are other columns here.")
        return graph.flat(self.parts[0].result)

    def column(self, graph: OnnxGraph, at: int | str) -> Part:
        """One column, n×1, by place or by name.

        Raises
        ------
        FramingError
            When no column has the name.
        """
        place = self._place(at)
        for part in self.parts:
            if place < len(part.names):
                name = part.names[place]
                if len(part.names) == 1:
                    return part
                return replace(part, result=graph.columns(part.result, [place]), names=(name,))
            place -= len(part.names)
        raise FramingError(f"There are {len(self.names)} columns; got place {at}.")

    def select(self, graph: OnnxGraph, places: Iterable[int | str]) -> Rows:
        """The columns named, in the order named."""
        chosen = [self._place(at) for at in places]
        if len(self.parts) == 1 and chosen:
            part = self.parts[0]
            names = tuple(part.names[at] for at in chosen)
            return Rows((replace(part, result=graph.columns(part.result, chosen), names=names),))
        return Rows(tuple(self.column(graph, at) for at in chosen))

    def _place(self, at: int | str) -> int:
        if not isinstance(at, str):
            return at
        if at not in self.names:
            raise FramingError(
                f"There is no column {at!r} among the inputs: {', '.join(self.names[:12])}."
            )
        return len(self.names) - 1 - self.names[::-1].index(at)  # of equal names the last counts

    @staticmethod
    def _joined(graph: OnnxGraph, results: list[str]) -> str:
        return results[0] if len(results) == 1 else graph("Concat", *results, axis=1)


def features(graph: OnnxGraph, blocks: Sequence[str], width: int) -> Outputs:
    """The outputs of a transformer whose blocks of columns stand side by side, n×width."""
    whole = blocks[0] if len(blocks) == 1 else graph("Concat", *blocks, axis=1)
    return {"features": (whole, np.float64, (width,))}
