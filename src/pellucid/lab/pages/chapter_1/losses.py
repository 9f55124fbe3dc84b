"""Losses of a guess, their expectation, and the guess that is cheapest.

Notes: §1.3, Notation 16, Def 151
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, handle, line, plane, rule, spot, table
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

SHOWN = ("square", "absolute", "huber", "zero-one")
CONTROLS = (
    setting(
        "chance", 0.2, "Chance that the answer is 1", symbol="P(a = 1)", term="chance",
        low=0.0, high=1.0, shown=(0.0, 1.0),
    ),
    setting("missed", 10.0, "Cost of guess 0 when it is 1", term="cost", shown=(0.1, 50.0),
            scale="log"),
    setting("false_alarm", 1.0, "Cost of guess 1 when it is 0", term="cost", shown=(0.1, 50.0),
            scale="log"),
    setting("guess", 1.5, "A guess of a number", symbol="g", term="guess", shown=(-3.0, 3.0)),
    setting("answer", 0.0, "The true number", symbol="a", term="answer", shown=(-3.0, 3.0)),
    setting("loss", "square", "Loss of a number", choices=SHOWN),
)  # fmt: skip


def _expected(chance: Any, state: State) -> Any:
    """Expected loss of guess 0 and of guess 1 at each chance, shape (…, 2)."""
    from pellucid.losses import asymmetric

    L = asymmetric({(0, 1): state["missed"], (1, 0): state["false_alarm"]})
    p = np.asarray(chance)
    return np.stack([(1 - p) * L(g, 0) + p * L(g, 1) for g in (0, 1)], axis=-1)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both guesses at this chance, and one number's loss."""
    from pellucid.evaluation.decision_threshold import choose_threshold
    from pellucid.losses import LOSSES

    chance = state["chance"]
    turning = choose_threshold({"0:1": state["false_alarm"], "1:0": state["missed"]}, ["0", "1"])
    expected = _expected(chance, state)
    loss = LOSSES[state["loss"]]
    value = float(loss(state["guess"], state["answer"]))
    yield Scene(
        terms={
            "loss": Now(value, digits=4),
            "guess": Now(state["guess"]),
            "answer": Now(state["answer"]),
            "expected": Now(expected, "1×2", "{0} for guess 0, {1} for 1"),
            "chance": Now(chance),
            "cost": Now([state["missed"], state["false_alarm"]], "1×2"),
        },
        pictures={
            "expected": _lines(state, expected, turning),
            "two": _two(expected),
            "number": _number(state, value),
            "costs": _costs(state),
        },
        facts=(
            ("expected loss of guess 0", number(expected[0], 4)),
            ("expected loss of guess 1", number(expected[1], 4)),
            ("cheaper guess", _cheaper(expected)),
            ("guess 1 is cheaper above", number(turning, 4)),
            (f"{state['loss']} loss of g", number(value, 4)),
        ),
        numbers={"expected": expected, "turning": turning, "value": value},
        summary=f"The cheaper guess is {_cheaper(expected)}",
    )  # fmt: skip


def _cheaper(expected: Any) -> str:
    if np.isclose(expected[0], expected[1], rtol=1e-9):
        return "both cost the same"
    return "0" if expected[0] < expected[1] else "1"


def _lines(state: State, expected: Any, turning: float) -> dict[str, Any]:
    ends = np.array([0.0, 1.0])
    both = _expected(ends, state)
    top = 1.1 * float(both.max())
    chance = state["chance"]
    return plane(
        "Expected loss of each guess over the chance of answer 1. The lines cross where both "
        "guesses cost the same. Now: {expected}.",
        [
            rule(x=turning, label="both cost the same"),
            line(ends, both[:, 0], colour="series-0", label="guess 0"),
            line(ends, both[:, 1], colour="series-1", label="guess 1"),
            spot(chance, expected[0], shape="dot", term="expected"),
            spot(chance, expected[1], shape="dot", term="expected"),
            handle(chance, 0.0, ("chance", ""), "chance of answer 1", term="chance"),
        ],
        box=(0.0, 1.0, -0.04 * top, top),
        x="P(a = 1)",
        y="expected loss",
        height=0.72,
    )


def _two(expected: Any) -> dict[str, Any]:
    top = float(expected.max())
    return plane(
        "Expected losses of the two guesses: {expected}.",
        [bars([0, 1], expected, term="expected", label=[number(v) for v in expected], width=0.5)],
        box=(-0.6, 1.6, 0.0, 1.25 * top),
        names=("guess 0", "guess 1"),
        y="expected loss",
        height=0.5,
    )


def _number(state: State, value: float) -> dict[str, Any]:
    from pellucid.losses import LOSSES

    grid = np.linspace(-3.0, 3.0, 301)
    others = [n for n in SHOWN if n != state["loss"]]
    return plane(
        "Losses of a guess g when the answer is {answer}: g is {guess} and its loss is {loss}.",
        [
            *(
                line(grid, LOSSES[n](grid, state["answer"]), colour="grey", width=1.3)
                for n in others
            ),
            line(grid, LOSSES[state["loss"]](grid, state["answer"]), term="loss", width=3.0),
            rule(x=state["answer"], term="answer", label="a"),
            spot(state["guess"], value, shape="dot", term="loss"),
            handle(state["guess"], 0.0, ("guess", ""), "guess g", term="guess"),
        ],
        box=(-3.0, 3.0, -0.4, 9.5),
        x="guess g",
        y="loss L(g, a)",
        height=0.62,
    )


def _costs(state: State) -> dict[str, Any]:
    return table(
        "What each guess costs by answer; a right guess costs nothing.",
        ("", "answer 0", "answer 1"),
        (("guess 0", "0", number(state["missed"])), ("guess 1", number(state["false_alarm"]), "0")),
    )


def code(state: State, data: Data) -> str:
    """The program that weighs the same mistakes."""
    return f"""import numpy as np

from pellucid.evaluation.decision_threshold import choose_threshold
from pellucid.losses import LOSSES, asymmetric

L = asymmetric({{(0, 1): {state["missed"]!r}, (1, 0): {state["false_alarm"]!r}}})  # (guess, answer)
p = {state["chance"]!r}
expected = np.array([(1 - p) * L(g, 0) + p * L(g, 1) for g in (0, 1)])
costs = {{"0:1": {state["false_alarm"]!r}, "1:0": {state["missed"]!r}}}  # answer:guess
turning = choose_threshold(costs, ["0", "1"])
value = LOSSES[{state["loss"]!r}]({state["guess"]!r}, {state["answer"]!r})
print(expected, turning, value)"""


def _which(state: State, scene: Scene) -> tuple[str, str]:
    zero, one = scene.numbers["expected"]
    answers = {"0": "Guess 0", "1": "Guess 1"}
    return (
        answers.get(_cheaper((zero, one)), "Both cost the same"),
        f"Guess 0 costs {number(zero)} on average, guess 1 {number(one)}; guess 1 is cheaper where "
        f"the chance of 1 is above {number(scene.numbers['turning'])}.",
    )


PAGE = Page(
    name="losses",
    lead="A loss says what a guess costs once the answer is known. Before that there are only "
    "chances: the expected loss weighs each mistake by its chance. Which guess is cheapest when "
    "mistakes cost unequally?",
    notes="§1.3, Notation 16, Def 151",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{expected}{E[L(g,a)]} = \sum_{a} \term{chance}{P(a)}\, \term{cost}{L(g,a)}",
            "the expected loss of g is the sum over a of the chance of a times the loss of g and a",
        ),
        Formula(
            r"\term{loss}{L(g,a)} = (\term{guess}{g} - \term{answer}{a})^2, \quad |g-a|, \quad "
            r"\ldots",
            "the square loss of g and a is their difference squared; others are the absolute loss "
            "and so on",
        ),
    ),
    terms=(
        Term("expected", "E[L]", "expected loss", "rose"),
        Term("chance", "P(a = 1)", "chance of answer 1", "orange"),
        Term("cost", "L(g, a)", "costs of both mistakes", "violet"),
        Term("loss", "L(g, a)", "loss of a number", "rose"),
        Term("guess", "g", "a guess", "green"),
        Term("answer", "a", "its answer", "grey"),
    ),
    pictures=(
        Picture("expected", "Expected loss of either guess", "main"),
        Picture("two", "At this chance"),
        Picture("costs", "Costs of the mistakes"),
        Picture("number", "Losses of a number"),
    ),
    questions=(
        Question(
            "Which guess is cheaper now?",
            ("Guess 0", "Guess 1", "Both cost the same"),
            _which,
        ),
    ),
    scenes=scenes,
    code=code,
)
