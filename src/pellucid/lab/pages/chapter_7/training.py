"""A small network as it is trained: its boundary and its loss, epoch after epoch.

Notes: Concept 289, Concept 294, Concept 308, Def 312
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, grid_of, line, plane, points, regions, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled, some_rows, some_rows_code

SIDE, FRAMES, MOST = 31, 10, 400
ACTIVATIONS = {"tanh": "Tanh", "ReLU": "ReLU", "identity": "Identity"}
CONTROLS = (
    setting(
        "eta", 0.03, "Step size", symbol="η", term="eta", low=0.0, open_low=True,
        shown=(0.0003, 0.3), scale="log",
    ),
    setting("epochs", 200, "Epochs", low=1, shown=(20, 400)),
    setting("hidden", 8, "Neurons of the hidden layer", low=1, shown=(1, 16)),
    setting("f", "tanh", "Activation", choices=tuple(ACTIVATIONS)),
    setting("start", "random", "First weights", choices=("random", "all zero")),
    setting("seed", 0, "Seed", low=0, shown=(0, 20)),
    column("x1", "Input x₁"),
    column("x2", "Input x₂"),
    column("label", "Class", ("binary", "category"), answer=True),
)  # fmt: skip


@lru_cache(maxsize=16)
def _rows(data: Data, names: tuple[str, str], label: str) -> tuple[Any, Any, str]:
    """Standardised inputs, 1 for the last label and 0 for the others."""
    known = data.table.known(*names, label)
    known = some_rows(known, MOST)
    X = scaled(known.numbers(*names))
    positive = known[label].levels[-1]
    return X, np.where(known[label].texts() == positive, 1.0, 0.0), positive


def _network(state: State) -> Any:
    import pellucid.networks as nn

    initial = "he" if state["start"] == "random" else "zeros"
    hidden = nn.Dense(state["hidden"], initial=initial)
    f = getattr(nn, ACTIVATIONS[state["f"]])()
    end = nn.Dense(1, initial=initial)
    return nn.Network([hidden, f, end, nn.Sigmoid()], "nll", in_shape=2, reduction="mean")


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """A picture after each tenth of the epochs; each goes on where the last one stood."""
    from pellucid.networks import train

    X, y, positive = _rows(data, (state["x1"], state["x2"]), state["label"])
    net = _network(state)
    box = box_of(X[:, 0], X[:, 1], 0.08)
    grid, *_ = grid_of(box, SIDE)
    found = None
    for done in _stages(state["epochs"]):
        found = train(
            net, X, y, step_size=state["eta"], epochs=done, seed=state["seed"], start=found
        )
        chances = np.ravel(found.predict(X))
        accuracy = float(((chances > 0.5) == (y > 0.5)).mean())
        heights = np.reshape(np.asarray(found.predict(grid), float), (SIDE, SIDE))
        losses = np.asarray(found.history["loss"], float)
        parted = _parted(X, chances)
        weights = sum(int(np.size(v)) for p in found.params for v in p.values())
        yield Scene(
            terms={
                "eta": Now(state["eta"]),
                "epoch": Now(found.epochs),
                "J": Now(float(losses[-1]), digits=4),
                "g": Now(accuracy, text="right on {0} of the rows"),
                "W": Now(f"{weights} numbers", "–"),
            },
            pictures={
                "boundary": _boundary(X, y, heights, box, state),
                "loss": _loss(losses, state["epochs"]),
            },
            facts=(
                ("epochs done", f"{found.epochs} of {state['epochs']}"),
                ("mean loss of a row", number(float(losses[-1]), 4)),
                ("rows on the right side", f"{round(accuracy * len(y))} of {len(y)}"),
                ("verdict", found.verdict),
                ("a straight line parts the rows as it does", parted),
                ("positive class", f"{state['label']} = {positive}"),
            ),
            numbers={
                "loss": losses[-1],
                "first": losses[0],
                "accuracy": accuracy,
                "parted": parted,
            },
            progress=f"epoch {found.epochs} of {state['epochs']}",
            summary=f"after {found.epochs} epochs {number(accuracy)} of the rows are right",
        )
        if found.verdict == "diverged":
            return


def _parted(X: Any, chances: Any) -> str:
    """Whether one straight line would part the rows as the network does: the library's proof."""
    from pellucid.linear import separate

    answers = (chances > 0.5).astype(int)
    return separate(X, answers).verdict if len(np.unique(answers)) == 2 else "one class only"


def _stages(epochs: int) -> list[int]:
    """Epochs done at each picture."""
    return sorted({max(1, round(epochs * k / FRAMES)) for k in range(1, FRAMES + 1)})


def _boundary(X: Any, y: Any, heights: Any, box: Any, state: State) -> dict[str, Any]:
    return plane(
        "The rows of two classes over the sides of the network after {epoch} epochs; it is {g}.",
        [regions(heights - 0.5), points(X[:, 0], X[:, 1], signs=2 * y - 1)],
        box=box,
        height=0.85,
        x=f"x₁: {state['x1']}, standardised",
        y=f"x₂: {state['x2']}, standardised",
    )


def _loss(losses: Any, epochs: int) -> dict[str, Any]:
    at = np.arange(1, len(losses) + 1)
    top = float(np.quantile(losses, 0.98)) * 1.15
    return plane(
        "The mean loss of a row over the epochs; it is {J} now.",
        [
            line(at, np.minimum(losses, top), term="J"),
            spot(len(losses), min(float(losses[-1]), top), shape="dot", term="J"),
        ],
        box=(0, epochs, 0, top or 1.0),
        x="epoch",
        y="loss J",
        height=0.6,
    )


def code(state: State, data: Data) -> str:
    """The program that trains the same network in one go."""
    kind = ACTIVATIONS[state["f"]]
    initial = "he" if state["start"] == "random" else "zeros"
    return f"""import numpy as np
{data.program}

from pellucid.networks import Dense, {kind}, Network, Sigmoid, train
from pellucid.linear import separate

names = ({state["x1"]!r}, {state["x2"]!r})
known = table.known(*names, {state["label"]!r})
{some_rows_code(MOST)}
X = known.numbers(*names)
X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
label = known[{state["label"]!r}]
y = np.where(label.texts() == label.levels[-1], 1.0, 0.0)

layers = [Dense({state["hidden"]}, initial={initial!r}), {kind}()]
layers += [Dense(1, initial={initial!r}), Sigmoid()]
net = Network(layers, "nll", in_shape=2, reduction="mean")
found = train(net, X, y, step_size={state["eta"]!r}, epochs={state["epochs"]}, seed={state["seed"]})
first, loss = found.history["loss"][0], found.history["loss"][-1]
answers = (np.ravel(found.predict(X)) > 0.5).astype(int)
accuracy = (answers == y).mean()
parted = separate(X, answers).verdict if len(np.unique(answers)) == 2 else "one class only"
print(found)"""


ANSWERS = ("Yes, it is straight there", "No, it bends", "It puts all on one side")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    parted, loss = scene.numbers["parted"], number(float(scene.numbers["loss"]))
    if parted == "one class only":
        return ANSWERS[2], f"All rows get one answer so far; the loss is {loss}."
    right = ANSWERS[1] if parted == "not separable" else ANSWERS[0]
    return right, f"The answers of the network are {parted} by a line; the loss is {loss} now."


PAGE = Page(
    name="training",
    lead="Batches of rows go through the network, the gradient comes back, all weights step. Watch "
    "it at work; pause, step or stop it. How does the boundary grow out of the loss?",
    notes="Concept 289, Concept 294, Concept 308, Def 312",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{g}{g} = \sigma\left({W^2}^{\top} f\left({W^1}^{\top} x + W_0^1\right) + "
            r"W_0^2\right)",
            "g is the sigmoid of W two transposed f of W one transposed x and its offsets, and "
            "its offset",
        ),
        Formula(
            r"\term{W}{W} \leftarrow \mathrm{adam}\left(W,\ \term{eta}{\eta},\ "
            r"\nabla_W \term{J}{J}\right), \quad \mathrm{batch\ after\ batch}",
            "W becomes what adam makes of W, eta and the gradient of J, batch after batch",
        ),
    ),
    terms=(
        Term("eta", "η", "step size", "orange"),
        Term("epoch", "epoch", "passes over the rows", "grey"),
        Term("J", "J", "mean loss of a row", "rose"),
        Term("g", "g", "the network is", "blue"),
        Term("W", "W", "to be learned", "green"),
    ),
    pictures=(
        Picture("boundary", "The two sides of the network", "main"),
        Picture("loss", "The loss"),
    ),
    questions=(Question("Could one line part the rows as the network does?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
    samples=("exclusive or", "ring and disc"),
    streams=True,
)
