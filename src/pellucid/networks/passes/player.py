"""A player that goes through a pass step by step, forward, then backward.

Notes: Def 292, Def 293, Concept 295
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import FramingError
from pellucid.former_names import renamed_arguments
from pellucid.networks.layers.layer import PREDICTING, Mode, place_name
from pellucid.networks.network import Network
from pellucid.networks.passes.readable_pass import Pass, PassValue, backward_pass


class Player:
    """Where one stands in a forward and backward pass.

    Parameters
    ----------
    recorded : Pass
        As `backward_pass` gives it.

    Attributes
    ----------
    at : int
        How many steps are done.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.networks import Dense
    >>> net = Network([Dense(1, inputs=1)])
    >>> player = play(net, [2.0], [1.0], [{"W": np.array([[3.0]]), "W0": np.zeros(1)}])
    >>> [player.step().name for _ in range(5)]
    ['A⁰', 'Z¹', 'L', '∂L/∂Z¹', '∂L/∂W¹']
    >>> print(player)
    step 5 of 7, backward
    ∂L/∂W¹ = A⁰ (∂L/∂Z¹)ᵀ   (1×1)
    [[20.]]

    Notes: Def 292, Def 293
    """

    @renamed_arguments(found="recorded")
    def __init__(self, recorded: Pass) -> None:
        self.found = recorded
        self.at = 0

    def step(self) -> PassValue:
        """One step on; the value it computes.

        Raises
        ------
        FramingError
            After the last.
        """
        if self.done:
            raise FramingError(
                "The pass is over: every derivative is there. Go `back`, or `rewind`."
            )
        self.at += 1
        return self.now

    def back(self) -> PassValue | None:
        """One step undone; the value before it, None at the beginning."""
        self.at = max(self.at - 1, 0)
        return self.found.quantities[self.at - 1] if self.at else None

    def forward(self) -> PassValue:
        """To the end of the forward pass: the loss."""
        self.at = self.found.forward_steps
        return self.now

    def backward(self) -> PassValue:
        """To the end of the backward pass.

        Raises
        ------
        FramingError
            Before the forward pass is complete: each derivative needs the values it stored.
        """
        if self.at < self.found.forward_steps:
            missing = self.found.names[self.at : self.found.forward_steps]
            raise FramingError(
                "Going backward needs the values of a whole forward pass; not there yet: "
                f"{', '.join(missing)}. Call `forward()` first, or `step()` on."
            )
        self.at = len(self.found)
        return self.now

    def rewind(self) -> None:
        """To the beginning."""
        self.at = 0

    @property
    def now(self) -> PassValue:
        """The value computed last."""
        if not self.at:
            raise FramingError("Nothing is computed yet: take a `step()`.")
        return self.found.quantities[self.at - 1]

    @property
    def done(self) -> bool:
        """Whether every step is done."""
        return self.at == len(self.found)

    @property
    def way(self) -> str:
        """ "forward" or "backward"."""
        return "forward" if self.at <= self.found.forward_steps else "backward"

    def __str__(self) -> str:
        head = f"step {self.at} of {len(self.found)}, {self.way}"
        if not self.at:
            return head
        if self.now.depth:
            head += f", inside layer {place_name(self.now.place[:-1])}"
        return f"{head}\n{self.now}"


def play(network: Network, x: Any, y: Any, params: Any, mode: Mode = PREDICTING) -> Player:
    """A player of the passes for x and y.

    Parameters
    ----------
    network, x, y, params, mode
        As for `backward_pass`.

    Returns
    -------
    Player

    Notes: Def 292, Def 293
    """
    return Player(backward_pass(network, x, y, params, mode))
