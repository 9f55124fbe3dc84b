"""What `train` returns: parameters, how it went, why it stopped, and what is needed to go on.

Notes: Concept 294, Def 333
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pellucid.explanation import Explanation, Formula
from pellucid.formatting import number
from pellucid.networks.network import Network

VERDICTS = {
    "finished": "All epochs were done.",
    "early stop": "Further epochs no longer lowered the loss on held-out rows.",
    "stopped": "It was asked to stop.",
    "diverged": "The loss left all bounds: divide the step size by ten, or clip the gradient.",
}


@dataclass(frozen=True)
class Trained:
    """A network's training, finished or to be gone on with.

    Parameters
    ----------
    network : Network
    params : list of dict of ndarray
        The answer: the parameters of the last epoch, or of the lowest loss on held-out rows.
    state : list
        What the layers remember, for prediction.
    verdict : {"finished", "early stop", "stopped", "diverged"}
    reason : str
        Which rule ended it.
    epochs, steps : int
        Done in all.
    best_epoch : int
        After which epoch, counted from 1, the answer was taken.
    history : dict of str to list
        For each epoch: "loss", the mean loss of a training row as it was met; "validation_loss";
        "gradient_norms", one mean norm a layer, where asked for.
    rule, step_size : str
        What ran.
    seconds : float
    standing : dict
        θ, the rule's state and the counters, to go on from with the same bits.
    warnings : tuple of str
    bad_rows : bool
        Whether it diverged because the rows hold NaN or infinite numbers: no step size mends that.

    Notes: Concept 294, Def 333
    """

    network: Network
    params: list[Any]
    state: list[Any]
    verdict: str
    reason: str
    epochs: int
    steps: int
    best_epoch: int
    history: dict[str, list[Any]]
    rule: str
    step_size: str
    seconds: float
    standing: dict[str, Any] = field(repr=False)
    warnings: tuple[str, ...] = ()
    bad_rows: bool = False

    def predict(self, X: Any) -> Any:
        """Outputs for the points X, n×(shape), as an array n×out_shape."""
        return self.network.predict(self.params, X, self.state)

    def explain(self) -> Explanation:
        """The training in words.

        Notes: Concept 294, §7.6
        """
        loss, losses = self.network.head[0], self.history["loss"]
        verdict = "Mend the rows." if self.bad_rows else VERDICTS[self.verdict]
        facts = [
            ("verdict", f"{self.verdict}. {verdict}"),
            ("why it stopped", self.reason),
            ("epochs and steps", f"{self.epochs:,} and {self.steps:,}"),
            ("step size η", self.step_size),
        ]
        if losses:
            facts.append(("loss a row", f"{number(losses[0], 4)}, later {number(losses[-1], 4)}"))
        held = self.history["validation_loss"]
        if held:
            best = f"{number(min(held), 4)} after epoch {self.best_epoch}"
            facts.append(("lowest loss on held-out rows", best))
        summed, summed_latex = (
            ("Σᵢ", r"\sum_i")
            if self.network.reduction == "sum"
            else ("(1/K) Σᵢ", r"\frac{1}{K}\sum_i")
        )
        return Explanation(
            "Training of a network",
            problem="Find weights under which the network's guesses lose least.",
            objective=Formula(
                f"J = {summed} L(a⁽ⁱ⁾, y⁽ⁱ⁾) over the K rows of a batch; {loss.text}",
                rf"J = {summed_latex} L(a^{{(i)}}, y^{{(i)}})", "", "Concept 259",
            ),
            algorithm=f"Forward pass, backward pass, step, batch after batch. {self.rule}",
            happened=tuple(facts),
            warnings=self.warnings,
            notes="Concept 294, Def 312, §7.6",
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.explain())
