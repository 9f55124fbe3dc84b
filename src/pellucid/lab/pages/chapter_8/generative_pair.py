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
from pellucid.lab.marks import cells, grid_of, line, pad, plane, points, progress, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

SIDE, MADE = 25, 150
BOX = (-2.5, 4.5, -3.5, 3.5)
HANDS = ("both, a step in turn", "by hand, turn by turn")
TURNS, STEPS = 12, 20
FIRST = [[float(at % 2 == who) for at in range(TURNS)] for who in range(2)]  # D G D G …
BY_HAND = (("hand", HANDS[1:]),)
CONTROLS = (
    setting("epochs", 60, "Epochs of alternation", term="made", low=1, shown=(1, 200),
            when=(("hand", HANDS[:1]),)),
    setting("hand", HANDS[0], "Who learns", choices=HANDS),
    setting("turns", FIRST, "Who learns in each turn", form="hidden"),
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


@lru_cache(maxsize=64)
def _path(learners: tuple[str, ...], eta: float, seed: int) -> Any:
    """The pair before the first turn and after each."""
    from pellucid.autoencoders import GenerativeAdversarialPair

    pair = GenerativeAdversarialPair(hidden=(16,), step_size=eta, random_state=seed)
    return pair.fit_by_turns(_rows(), learners, STEPS)


def _drawn(state: State) -> Any:
    """Rows D and G, a column a turn, 1 where it learns; whatever was given."""
    out = np.zeros((2, TURNS))
    for i, row in enumerate(state["turns"][:2]):
        cut = np.ravel(row)[:TURNS]
        out[i, : len(cut)] = np.asarray(cut, float) > 0
    return out


def _learners(state: State) -> tuple[str, ...]:
    """Who learns in each turn: "D", "G", "DG" or ""."""
    return tuple("D" * bool(d) + "G" * bool(g) for d, g in _drawn(state).T)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both clouds over the judge's chances, and its accuracy."""
    from pellucid.autoencoders import interpret_accuracy

    X, by_hand = _rows(), state["hand"] == HANDS[1]
    if by_hand:
        path = _path(_learners(state), state["eta"], state["seed"])
    else:
        path = [_pair(state["epochs"], state["eta"], state["seed"])]
    made = np.array([pair.generate(MADE).rows for pair in path], float)
    accuracies = np.array([pair.discriminator_accuracy(X) for pair in path], float)
    accuracy, reading = float(accuracies[-1]), interpret_accuracy(float(accuracies[-1]))
    gap = float(np.linalg.norm(made[-1].mean(axis=0) - X.mean(axis=0)))
    yield Scene(
        terms={
            "real": Now(f"{len(X)} rows", f"2×{len(X)}"),
            "made": Now(f"{MADE} rows", f"2×{MADE}"),
            "judge": Now(Moving(accuracies) if by_hand else accuracy, text="right on {0}"),
        },
        pictures={
            "clouds": _clouds(X, made, path),
            "turns": pad(
                "Who learns in each turn: the discriminator above, the generator below. A dark "
                "cell learns.", _drawn(state), "turns", numbers=False,
                also={"hand": HANDS[1]}, marked=_turns_so_far(by_hand),
            ),
            "accuracy": (
                _course(accuracies, "turn", 0)
                if by_hand
                else _course(np.asarray(path[-1].trace_["accuracy"], float), "epoch", 1)
            ),
        },
        facts=(
            ("the discriminator’s accuracy", reading),
            ("distance of the clouds’ means", number(gap)),
            ("the generated rows", "GENERATED: not observed data"),
            *((("steps of a turn", f"{STEPS}"),) if by_hand else ()),
        ),
        numbers={"accuracy": accuracy, "reading": reading, "made": made[-1]},
        steps=len(path) - 1,
        count="turn",
        summary=reading,
    )  # fmt: skip


def _turns_so_far(by_hand: bool) -> Any:
    """The column of the turn that was just taken."""
    if not by_hand:
        return ()
    return Moving([[], *([[0, at], [1, at]] for at in range(TURNS))])


def _clouds(X: Any, made: Any, path: Any) -> dict[str, Any]:
    grid, *_ = grid_of(BOX, SIDE)
    chances = np.array([np.reshape(p.chance_of_real(grid), (SIDE, SIDE))[::-1] for p in path])
    one = len(path) == 1
    return plane(
        "Real rows and generated ones over the judge's chance that a place is real; it is "
        "{judge}.",
        [
            cells(chances[0] - 0.5 if one else Moving(chances - 0.5)),
            points(X[:, 0], X[:, 1], term="real", size=2.4),
            points(
                made[0, :, 0] if one else Moving(made[:, :, 0]),
                made[0, :, 1] if one else Moving(made[:, :, 1]),
                term="made", size=3.0,
            ),
        ],
        box=BOX,
        equal=True,
        height=0.9,
        x="x₁",
        y="x₂",
    )  # fmt: skip


def _course(accuracy: Any, time: str, first: int) -> dict[str, Any]:
    at = np.arange(first, len(accuracy) + first)
    series = (  # turns are played, epochs are not
        line(at, accuracy, term="judge") if first else progress(accuracy, x=at, term="judge")
    )
    return plane(
        f"The share of rows that the judge names rightly, by {time}; at a half it knows nothing.",
        [rule(y=0.5, label="a coin"), series],
        box=(0, max(len(accuracy) - 1 + first, 2), 0, 1.05),
        x=time,
        y="accuracy",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that alternates the same."""
    if state["hand"] == HANDS[1]:
        return f"""import numpy as np
from pellucid.autoencoders import GenerativeAdversarialPair, interpret_accuracy
from pellucid.data import blobs

X = blobs(256, [[1.0, 1.0]], spread=0.6, seed=0)[0]
learners = {_learners(state)!r}  # of each turn
path = GenerativeAdversarialPair(hidden=(16,), step_size={state["eta"]!r},
                                 random_state={state["seed"]}).fit_by_turns(X, learners, {STEPS})
made = np.asarray(path[-1].generate({MADE}).rows, float)
accuracy = float(path[-1].discriminator_accuracy(X))
reading = interpret_accuracy(accuracy)
print(reading)"""
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
    "the other’s mistakes. Let them go on, or say by hand who learns next. When is the judge "
    "reduced to a coin?",
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
        Picture("turns", "By hand: who learns in each turn, judge above, generator below"),
    ),
    questions=(Question("Can the judge tell real rows from made ones?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
