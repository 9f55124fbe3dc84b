"""Who watches a pass from inside: told of every layer at work, however deep it stands.

A `Watch` travels in the `Mode`. What runs layers inside tells it three things: what goes in
(`enter`), each layer (`layer`), and the way back from what came out (`leave`).

Notes: Def 292, Def 293
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Backward = Callable[[Any], Any]


class Watch:
    """Nobody: every layer runs as it is, and nothing is kept. Others inherit what they leave."""

    def layer(self, layer: Any, params: Any, x: Any, mode: Any) -> tuple[Any, Backward]:
        """Runs one layer: its `forward`."""
        answer: tuple[Any, Backward] = layer.forward(params, x, mode)
        return answer

    def enter(self, x: Any, place: tuple[int, ...], symbol: str = "A") -> None:
        """x goes into the next series of layers inside the layer at work."""

    def leave(self, back: Backward) -> Backward:
        """The way back through that series, from the derivative by what came out of it."""
        return back

    def show(self, values: Mapping[str, Any]) -> None:
        """Values within the layer at work, there or on the way back, as `Formulas.steps` has them.

        The name "P_h" stands for one value each head, along the second axis.
        """


NOBODY = Watch()
