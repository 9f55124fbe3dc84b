"""`TextModel`: what transformers of text share: their settings, their training and what it tells.

Notes: Concept 381, Concept 382
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ConvergenceWarning, HyperparameterError, TextError
from pellucid.formatting import number
from pellucid.glass_box import GlassBox
from pellucid.hyperparameters import Hyperparameter
from pellucid.networks.engine.after_fork import ComputesAfterFork
from pellucid.networks.network import Network
from pellucid.networks.summary import parameter_count
from pellucid.networks.training.train_network import train

WIDTH = Hyperparameter(
    "width", 32, "int", "Numbers that stand for a token at its place; a multiple of heads.",
    symbol="d", low=1,
)  # fmt: skip
HEADS = Hyperparameter("heads", 4, "int", "Attentions in parallel.", low=1)
HIDDEN = Hyperparameter("hidden", 64, "int", "Neurons between a block's dense layers.", low=1)
DROPOUT = Hyperparameter(
    "dropout", 0.0, "float", "Chance that a value is off in a training step.", symbol="p", low=0.0,
    high=1.0, open_high=True,
)  # fmt: skip
STEP_SIZE = Hyperparameter(
    "step_size", 3e-3, "float", "Step size of Adam.", symbol="η", low=0.0, open_low=True
)


class TextModel(ComputesAfterFork, GlassBox):
    """Abstract: tokens → vectors and their places → transformer blocks → chances of tokens.

    Notes: Concept 381, Concept 382
    """

    step_size: float
    batch_size: int
    epochs: int
    random_state: int

    network_: Network
    params_: list[Any]
    trace_: dict[str, Any]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        return tags

    def _train(
        self, network: Network, ids: NDArray[np.intp], targets: NDArray[np.intp], outputs: int
    ) -> None:
        """Learn to answer n×T ids with n×T places of one of `outputs` tokens; loss by place."""
        places = targets.shape[1]
        found = train(
            network, ids.astype(np.float32), np.eye(outputs, dtype=np.float32)[targets],
            step_size=float(self.step_size), epochs=int(self.epochs),
            batch_size=int(self.batch_size), seed=int(self.random_state), clip=float(places),
        )  # fmt: skip
        self.network_, self.params_, self.n_iter_ = network, found.params, found.epochs
        losses = [each / places for each in found.history["loss"]]
        self.trace_ = {"loss": losses, "stopped": found.reason, "verdict": found.verdict}
        if found.verdict == "diverged":
            self.warn(
                f"{found.reason}. The weights before it are kept; divide step_size by ten.",
                ConvergenceWarning,
            )

    def _what_happened(self, token: str, kinds: int, outputs: int) -> tuple[tuple[str, str], ...]:
        losses = self.trace_["loss"]
        return (
            (f"{token}s", f"{kinds} kinds"),
            ("parameters", f"{sum(map(parameter_count, self.network_.param_shapes)):,}"),
            ("epochs", f"{self.n_iter_:,}; {self.trace_['stopped']}"),
            (f"loss a {token}", f"{number(losses[0], 3)} → {number(losses[-1], 3)}"),
            ("of even guesses", number(float(np.log(outputs)), 3)),
        )


def texts_of(given: Any) -> list[str]:
    """One text or several, none of them empty.

    Raises
    ------
    TextError
    """
    texts = [given] if isinstance(given, str) else given
    if isinstance(texts, np.ndarray) and texts.ndim == 1:
        texts = texts.tolist()
    if not isinstance(texts, list | tuple) or not all(isinstance(each, str) for each in texts):
        raise TextError(f"Give a text, or a list of texts; got {type(given).__name__}.")
    if not texts or not all(texts):
        raise TextError("The text is empty: give at least one character.")
    return list(texts)


def check_temperature(temperature: float, method: str) -> None:
    """A number ≥ 0.

    Raises
    ------
    HyperparameterError
    """
    if not 0 <= temperature < float("inf"):
        raise HyperparameterError(f"{method}: temperature is a number ≥ 0; got {temperature!r}.")


def shares_of(outputs: Any) -> NDArray[np.float64]:
    """Chances of 32-bit numbers as chances that sum to 1."""
    p = np.asarray(outputs, np.float64)
    return np.asarray(p / p.sum(axis=-1, keepdims=True))
