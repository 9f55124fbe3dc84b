"""A network with more weights than rows, and what keeps it from learning by heart.

Notes: Def 333, Concept 334, Def 335, Def 336
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import line, matrices, matrix, plane, points, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled, some_rows, some_rows_code

WIDTH, EPOCHS, EVERY, MOST = 20, 300, 4, 160
CONTROLS = (
    setting(
        "decay", 0.0, "Weight decay", symbol="λ", term="decay", low=0.0, shown=(0.0, 0.1)
    ),
    setting("noise", 0.0, "Noise on the inputs", term="noise", low=0.0, shown=(0.0, 0.6)),
    setting("dropout", 0.0, "Dropout", symbol="p", term="dropout", low=0.0, shown=(0.0, 0.6)),
    setting("draw", 0, "Training step whose mask is shown", low=0, shown=(0, 30)),
    setting("stopping", False, "Take the epoch of least loss on held-out rows"),
    setting("seed", 1, "Seed", low=0, shown=(0, 10)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)  # fmt: skip


@lru_cache(maxsize=16)
def _rows(data: Data, x: str, y: str) -> tuple[Any, Any]:
    """Standardised rows; every fourth is learned from, the others are held out."""
    R = scaled(some_rows(data.table.known(x, y), MOST).numbers(x, y))
    own = np.arange(len(R)) % EVERY == 0
    return R[own], R[~own]


@lru_cache(maxsize=64)
def _trained(
    data: Data,
    x: str,
    y: str,
    decay: float,
    noise: float,
    dropout: float,
    seed: int,
    stopping: bool,
) -> Any:
    """Trained to the end; when stopping, the epoch best on the held-out rows is the answer."""
    from pellucid.networks import train

    own, held = _rows(data, x, y)
    return train(
        _network(noise, dropout), own[:, :1], own[:, 1], step_size=0.01, epochs=EPOCHS, seed=seed,
        decay=decay, validation=(held[:, :1], held[:, 1]),
        patience=EPOCHS if stopping else None,
    )  # fmt: skip


@lru_cache(maxsize=32)
def _network(noise: float, dropout: float) -> Any:
    import pellucid.networks as nn

    layers: list[Any] = [nn.InputNoise(noise)] if noise else []
    for _ in range(2):
        layers += [nn.Dense(WIDTH), nn.Tanh()] + ([nn.Dropout(dropout)] if dropout else [])
    return nn.Network([*layers, nn.Dense(1)], in_shape=1, reduction="mean")


def _masks(p: float, draw: int) -> Any:
    """Which neurons of either hidden layer one training step leaves on, 2×WIDTH of 0 and 1."""
    import jax

    from pellucid.networks import Dropout, Mode

    mode = Mode(training=True, key=jax.random.key(draw))
    return np.asarray(Dropout(p).forward({}, np.ones((2, WIDTH)), mode)[0], float)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The fitted curve, and both losses over the epochs."""
    own, held = _rows(data, state["x"], state["y"])
    names = ("x", "y", "decay", "noise", "dropout", "seed", "stopping")
    found = _trained(data, *(state[k] for k in names))
    learned = float(np.mean((np.ravel(found.predict(own[:, :1])) - own[:, 1]) ** 2))
    unseen = float(np.mean((np.ravel(found.predict(held[:, :1])) - held[:, 1]) ** 2))
    masks = _masks(state["dropout"], state["draw"])
    weights = sum(int(np.size(v)) for p in found.params for v in p.values())
    yield Scene(
        terms={
            "decay": Now(state["decay"]),
            "noise": Now(state["noise"]),
            "dropout": Now(state["dropout"]),
            "train": Now(learned, f"{len(own)} rows"),
            "held": Now(unseen, f"{len(held)} rows"),
        },
        pictures={
            "fit": _fit(own, held, found, state),
            "losses": _losses(found),
            "masks": _mask_picture(masks),
        },
        facts=(
            ("loss on the rows learned from", number(learned)),
            ("loss on the held-out rows", number(unseen)),
            ("answer taken after epoch", str(found.best_epoch)),
            ("hidden neurons off in that step", f"{int((masks == 0).sum())} of {masks.size}"),
            ("numbers learned, from so many rows", f"{weights}, {len(own)}"),
        ),
        numbers={"learned": learned, "unseen": unseen, "epoch": found.best_epoch, "masks": masks},
        summary=f"loss {number(learned)} on rows learned from, {number(unseen)} on others",
    )


def _fit(own: Any, held: Any, found: Any, state: State) -> dict[str, Any]:
    both = np.vstack([own, held])
    low, high = float(both[:, 0].min()), float(both[:, 0].max())
    at = np.linspace(low, high, 161)
    down, up = float(both[:, 1].min()) - 0.6, float(both[:, 1].max()) + 0.6
    return plane(
        "Rows learned from (large) and held out (small), with the network's curve: the losses are "
        "{train} and {held}.",
        [
            points(held[:, 0], held[:, 1], term="held", size=2.0),
            points(own[:, 0], own[:, 1], term="train", size=5.0),
            line(at, np.ravel(found.predict(at[:, None])), colour="green", width=3.0),
        ],
        box=(low - 0.1, high + 0.1, down, up),
        x=f"x: {state['x']}, standardised",
        y=f"y: {state['y']}, standardised",
        height=0.72,
    )


def _losses(found: Any) -> dict[str, Any]:
    seen = np.asarray(found.history["loss"], float)
    unseen = np.asarray(found.history["validation_loss"], float)
    both = np.concatenate([seen, unseen])
    at = np.arange(1, len(seen) + 1)
    return plane(
        "Both losses over the epochs: of rows as they are learned from, and of held-out rows.",
        [
            rule(x=found.best_epoch, label="taken here"),
            line(at, seen, term="train", label="learned"),
            line(at, unseen, term="held", label="held out"),
        ],
        box=(
            0,
            len(seen) * 1.12,
            10.0 ** np.floor(np.log10(max(both.min(), 1e-9))),
            10.0 ** np.ceil(np.log10(both.max())),
        ),
        logs="y",
        x="epoch",
        y="loss",
        height=0.72,
    )


def _mask_picture(masks: Any) -> dict[str, Any]:
    return matrices(
        "The masks of one training step: 1 is a neuron that takes part, 0 one that is off.",
        [
            matrix(
                mask.reshape(4, -1), f"M{up}", term="dropout", digits=1, shape=f"{WIDTH}×1",
                faint=np.argwhere(mask.reshape(4, -1) == 0).tolist(),
            )
            for up, mask in zip("¹²", masks, strict=True)
        ],
        note="the neurons of either hidden layer, five a row; afterwards all take part",
    )  # fmt: skip


def code(state: State, data: Data) -> str:
    """The program that trains the same network."""
    noise = f"InputNoise({state['noise']!r}), " if state["noise"] else ""
    drop = f", Dropout({state['dropout']!r})" if state["dropout"] else ""
    used = ["Dense", "Dropout", "Mode", "Network", "Tanh", "train"]
    used += ["InputNoise"] if noise else []
    patience = f",\n              patience={EPOCHS}" if state["stopping"] else ""
    return f"""import jax
import numpy as np
{data.program}

from pellucid.networks import {", ".join(sorted(used))}

names = ({state["x"]!r}, {state["y"]!r})
known = table.known(*names)
{some_rows_code(MOST)}
R = known.numbers(*names)
R = (R - R.mean(axis=0)) / np.where(R.std(axis=0) > 0, R.std(axis=0), 1.0)
own, held = R[np.arange(len(R)) % {EVERY} == 0], R[np.arange(len(R)) % {EVERY} > 0]

hidden = [Dense({WIDTH}), Tanh(){drop}] * 2
net = Network([{noise}*hidden, Dense(1)], in_shape=1, reduction="mean")
found = train(net, own[:, :1], own[:, 1], step_size=0.01, epochs={EPOCHS}, seed={state["seed"]},
              decay={state["decay"]!r}, validation=(held[:, :1], held[:, 1]){patience})
learned = np.mean((np.ravel(found.predict(own[:, :1])) - own[:, 1]) ** 2)
unseen = np.mean((np.ravel(found.predict(held[:, :1])) - held[:, 1]) ** 2)
epoch = found.best_epoch

mode = Mode(training=True, key=jax.random.key({state["draw"]}))  # one step's masks of dropout
masks = np.asarray(Dropout({state["dropout"]!r}).forward({{}}, np.ones((2, {WIDTH})), mode)[0])
print(learned, unseen, epoch)"""


ANSWERS = ("Yes: held-out rows lose over twice as much", "No: they lose about as much")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    learned, unseen = scene.numbers["learned"], scene.numbers["unseen"]
    return ANSWERS[0 if unseen > 2 * learned else 1], (
        f"Loss {number(learned)} on the rows learned from, {number(unseen)} on the others."
    )


PAGE = Page(
    name="regularisation",
    lead="A network with far more weights than rows can learn them by heart. Decay, noise, dropout "
    "and stopping in time hold it back, each in its own way. What keeps a network from learning "
    "by heart?",
    notes="Def 333, Concept 334, Def 335, Def 336",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"J = \term{train}{\frac{1}{n}\sum_i L\left(g^{(i)}, y^{(i)}\right)} + "
            r"\term{decay}{\lambda} \left\|W\right\|^2",
            "J is the mean loss of the rows learned from and lambda times the squared weights",
        ),
        Formula(
            r"\tilde{x} = x + \term{noise}{N}, \qquad \tilde{A} = \term{dropout}{M} \circ A",
            "the input with noise; activations times a mask of zeros and ones",
        ),
    ),
    terms=(
        Term("decay", "λ", "weight decay", "orange"),
        Term("noise", "N", "noise, deviation", "violet"),
        Term("dropout", "p", "share dropped", "green"),
        Term("train", "learned", "loss, learned rows", "blue"),
        Term("held", "held out", "loss, held-out rows", "rose"),
    ),
    pictures=(
        Picture("fit", "The curve over the rows", "main"),
        Picture("losses", "Both losses"),
        Picture("masks", "Who takes part in one training step"),
    ),
    questions=(Question("Was it learned by heart?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
    samples=("a wave",),
)
