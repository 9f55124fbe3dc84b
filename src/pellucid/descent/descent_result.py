"""What `minimize` returns: where it ended, the way there, why it stopped, how it went.

Notes: Notation 91, Notation 101, §3.0.2
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.descent.verdict import VERDICTS
from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.former_names import renamed
from pellucid.picture_mixin import PictureMixin, picture_html

Tree = Any


@renamed(tried="step_sizes_tried")
@dataclass(frozen=True)
class Descent(PictureMixin):
    """A descent, finished or to be gone on with.

    Parameters
    ----------
    theta : tree
        The answer: the last parameters, or the best on held-out rows where these decided.
    value : float
        J(theta).
    reason : str
        Which stopping rule spoke.
    verdict : str
        "converged", "oscillating", "crawling", "diverging", "unbounded below", "saddle or flat",
        "no finite minimiser" or "under way".
    steps : int
        Steps taken in all.
    gradient_norm : float
        ‖∇J‖ at the end.
    times : ndarray of int, shape (r,)
        The steps that were recorded; 0 is the start.
    path : list of tree, length r
        θ at these.
    values, gradient_norms : ndarray, shape (r,)
        J and ‖∇J‖ at these.
    rule, step_size, objective : str
        What ran.
    step_sizes_tried : tuple of float
        Step sizes that a shrinking search gave up.
    last : tree
        The last parameters.
    memory : tuple
        What a further `minimize` needs to go on with the same bits.
    gradients : list of tree, length r
        ∇J at the recorded θ.
    """

    theta: Tree
    value: float
    reason: str
    verdict: str
    steps: int
    gradient_norm: float
    times: NDArray[np.intp]
    path: list[Tree]
    values: NDArray[np.float64]
    gradient_norms: NDArray[np.float64]
    rule: str
    step_size: str
    objective: str = ""
    latex: str = ""
    step_sizes_tried: tuple[float, ...] = ()
    seconds: float = 0.0
    last: Tree = field(default=None, repr=False)
    memory: tuple[Any, ...] = field(default=(), repr=False)
    gradients: list[Tree] = field(default_factory=list, repr=False)

    def explain(self) -> Explanation:
        """The descent in words.

        Notes: KE 113, §3.1.8
        """
        formula = None
        if self.objective:
            formula = Formula(self.objective, self.latex or self.objective, "", "KE 37")
        facts = [
            ("verdict", f"{self.verdict}. {VERDICTS[self.verdict]}"),
            ("why it stopped", self.reason),
            ("steps", f"{self.steps:,}"),
            ("step size η", self.step_size),
            ("J", f"{number(self.values[0], 6)} at the start, {number(self.value, 6)} at the end"),
            ("‖∇J‖ at the end", number(self.gradient_norm)),
        ]
        if self.step_sizes_tried:
            shown = ", ".join(f"{eta:g}" for eta in self.step_sizes_tried[-5:])
            facts.append(("step sizes at which J rose", shown))
        return Explanation(
            "Descent",
            problem="Find the parameters θ at which J is least.",
            objective=formula,
            algorithm=self.rule,
            happened=tuple(facts),
            notes="KE 113, §3.1.8",
        )

    def __str__(self) -> str:
        return str(self.explain())

    def _repr_html_(self) -> str:
        from pellucid.notebook_card import card

        facts = self.explain().happened
        return card(
            f"Descent by {self.rule}", (self.objective,), ("what happened", ""), facts
        ) + picture_html(self)
