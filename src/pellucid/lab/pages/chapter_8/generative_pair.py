"""A generator and a discriminator in turn, until the judge can but toss a coin.

Notes: Def 375, Clar 376
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import cells, grid_of, line, plane, points, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

SIDE, MADE = 25, 150
BOX = (-2.5, 4.5, -3.5, 3.5)
CONTROLS = (
    setting("epochs", 60, "Epochs of alternation", term="made", low=1, shown=(1, 200)),
    setting("eta", 0.001, "Step size", symbol="η", low=0.0, open_low=True, shown=(0.0003, 0.01),
            scale="log"),
    setting("seed", 0, "Seed", low=0, shown=(0, 10)),
)  # fmt: skip


@lru_cache(maxsize=1)
def _rows() -> Any:
    from pellucid.data import blobs

    return blobs(256, [[1.0, 1.0]], spread=0.6, seed=0)[0]


@lru_cache(maxsize=64)
def _pair(epochs: int, eta: float, seed: int) -> Any:
    from pellucid.autoencoders import GenerativeAdversarialPair

    pair = GenerativeAdversarialPair(hidden=(16,), epochs=epochs, step_size=eta, random_state=seed)
    return pair.fit(_rows())


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both clouds over the judge's chances, and its accuracy by epoch."""
    from pellucid.autoencoders import interpret_accuracy

    X = _rows()
    pair = _pair(state["epochs"], state["eta"], state["seed"])
    made = np.asarray(pair.generate(MADE).rows, float)
    accuracy = float(pair.discriminator_accuracy(X))
    grid, *_ = grid_of(BOX, SIDE)
    chances = np.asarray(pair.chance_of_real(grid), float).reshape(SIDE, SIDE)
    reading = interpret_accuracy(accuracy)
    gap = float(np.linalg.norm(made.mean(axis=0) - X.mean(axis=0)))
    yield Scene(
        terms={
            "real": Now(f"{len(X)} rows", f"2×{len(X)}"),
            "made": Now(f"{MADE} rows", f"2×{MADE}"),
            "judge": Now(accuracy, text="right on {0}"),
        },
        pictures={
            "clouds": plane(
                "Real rows and generated ones over the judge's chance that a place is real; it is "
                "{judge}.",
                [
                    cells(chances[::-1] - 0.5),
                    points(X[:, 0], X[:, 1], term="real", size=2.4),
                    points(made[:, 0], made[:, 1], term="made", size=3.0),
                ],
                box=BOX,
                equal=True,
                height=0.9,
                x="x₁",
                y="x₂",
            ),
            "accuracy": _course(np.asarray(pair.trace_["accuracy"], float)),
        },
        facts=(
            ("the discriminator’s accuracy", reading),
            ("distance of the clouds’ means", number(gap)),
            ("the generated rows", "GENERATED: not observed data"),
        ),
        numbers={"accuracy": accuracy, "reading": reading, "made": made},
        said=reading,
    )


def _course(accuracy: Any) -> dict[str, Any]:
    at = np.arange(1, len(accuracy) + 1)
    return plane(
        "The share of rows that the judge names rightly, by epoch; at a half it knows nothing.",
        [rule(y=0.5, label="a coin"), line(at, accuracy, term="judge")],
        box=(0, max(len(accuracy), 2), 0, 1.05),
        x="epoch",
        y="accuracy",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that alternates the same."""
    return f"""import numpy as np
from pellucid.autoencoders import GenerativeAdversarialPair, interpret_accuracy
from pellucid.data import blobs

X = blobs(256, [[1.0, 1.0]], spread=0.6, seed=0)[0]
pair = GenerativeAdversarialPair(hidden=(16,), epochs={state["epochs"]}, step_size={state["eta"]!r},
                                 random_state={state["seed"]}).fit(X)
made = np.asarray(pair.generate({MADE}).rows, float)
accuracy = float(pair.discriminator_accuracy(X))
reading = interpret_accuracy(accuracy)
print(reading)"""


ANSWERS = ("Yes, it tells them apart", "No, it is a coin", "Its opposite would be right")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    reading = scene.numbers["reading"]
    right = ANSWERS[0]
    if "cannot" in reading:
        right = ANSWERS[1]
    elif "opposite" in reading:
        right = ANSWERS[2]
    return right, f"{reading}."


PAGE = Page(
    name="generative-pair",
    lead="One network makes rows of noise, another judges whether a row is real; each learns from "
    "the other’s mistakes, a step in turn. Let them go on. When is the judge reduced to a coin?",
    notes="Def 375, Clar 376",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{made}{\tilde{x}} = G(\mathrm{noise}), \qquad \term{judge}{D(x)} = "
            r"P(x\ \mathrm{is}\ \term{real}{\mathrm{real}})",
            "x tilde is G of noise; D of x is the chance that x is real",
        ),
    ),
    terms=(
        Term("real", "x", "real rows", "grey"),
        Term("made", "x̃", "generated rows", "orange"),
        Term("judge", "D", "the judge is", "blue"),
    ),
    pictures=(
        Picture("clouds", "Real and generated rows", "main"),
        Picture("accuracy", "The judge’s accuracy"),
    ),
    questions=(Question("Can the judge tell real rows from made ones?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
