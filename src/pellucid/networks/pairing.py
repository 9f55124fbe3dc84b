"""Which output activation and loss belong to a task.

Notes: Concept 260, Concept 261, Concept 262, Clar 285, Concept 286, Clar 288
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.errors import FramingError
from pellucid.networks.layers.activations import Identity, Sigmoid
from pellucid.networks.layers.dense import Dense
from pellucid.networks.layers.layer import Functional
from pellucid.networks.layers.softmax import Softmax
from pellucid.networks.network import Network


@dataclass(frozen=True)
class Pairing:
    """An output activation with its loss; hidden activations are chosen independently.

    Parameters
    ----------
    task : str
    activation : Functional
        fᴸ.
    loss : str
        Name of the loss.
    answers : str
        What the truths are.
    example : str
        A question of that kind.

    Notes: Concept 286, Clar 288
    """

    task: str
    activation: Functional
    loss: str
    answers: str
    example: str


PAIRINGS: dict[str, Pairing] = {
    pairing.task: pairing
    for pairing in (
        Pairing("regression", Identity(), "square", "real numbers", "How much rain, in cm?"),
        Pairing("binary", Sigmoid(), "nll", "0 or 1", "Does the market go up or down?"),
        Pairing(
            "classes", Softmax(), "nllm", "exactly one class a point, one-hot",
            "Of which species is this tree?",
        ),
        Pairing(
            "labels", Sigmoid(), "nll", "any number of classes a point, a 0 or 1 for each",
            "Which themes does this film have?",
        ),
    )
}  # fmt: skip


def defaults_for(task: str) -> Pairing:
    """The output activation and loss for a task.

    Parameters
    ----------
    task : {"regression", "binary", "classes", "labels"}
        "classes" exclude one another, "labels" may overlap: one sigmoid for each.

    Returns
    -------
    Pairing

    Raises
    ------
    FramingError
        For another word.

    Examples
    --------
    >>> pair = defaults_for("classes")
    >>> pair.activation, pair.loss
    (Softmax(), 'nllm')

    Notes: Concept 286
    """
    if task not in PAIRINGS:
        raise FramingError(f"There is no task {task!r}; there are {', '.join(PAIRINGS)}.")
    return PAIRINGS[task]


def neuron(task: str, inputs: int, reduction: str = "sum") -> Network:
    """One neuron with the activation and loss of its task.

    "regression" is linear regression, "binary" the linear logistic classifier.

    Parameters
    ----------
    task : {"regression", "binary"}
    inputs : int
        m.
    reduction : {"sum", "mean"}

    Returns
    -------
    Network

    Examples
    --------
    >>> neuron("binary", 2).layers
    (Dense(units=1, inputs=2, offset=True, initial='he', scale=1.0), Sigmoid())

    Notes: Def 257, Concept 259, Concept 261, Concept 262
    """
    pair = defaults_for(task)
    return Network([Dense(1, inputs=inputs), pair.activation], pair.loss, reduction=reduction)
