"""A digit moved a little, pixel by pixel, so that a classifier answers wrongly.

Notes: Def 373, Clar 374
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, images, pad, plane
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

LEARNED, SHOWN = 500, 40
DATA, OWN = "of unseen digits", "drawn by hand"
SEVEN = [
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
]
CONTROLS = (
    setting(
        "budget", 1.5, "Most that a pixel may move, of 16", symbol="ε", term="d", low=0.0,
        open_low=True, shown=(0.1, 6.0),
    ),
    setting("whose", DATA, "Image", choices=(DATA, OWN)),
    setting("row", 3, "Which digit", low=0, shown=(0, SHOWN - 1), when=(("whose", (DATA,)),)),
    setting("truth", 7, "What I drew", low=0, shown=(0, 9), when=(("whose", (OWN,)),)),
    setting("drawn", SEVEN, "A digit drawn by hand", form="hidden"),
    setting("steps", 10, "Steps", low=1, shown=(1, 30)),
    setting("eta", 0.5, "Step size", symbol="η", term="eta", low=0.0, open_low=True,
            shown=(0.05, 2.0)),
    setting("until", "wrong", "It goes on until", choices=("wrong", "budget")),
)  # fmt: skip


@lru_cache(maxsize=1)
def _model() -> tuple[Any, Any, Any]:
    """A classifier of the scanned digits, and rows that it has not seen."""
    from sklearn.datasets import load_digits

    from pellucid.networks import NetworkClassifier

    X, y = load_digits(return_X_y=True)
    model = NetworkClassifier(hidden=(32,), step_size=0.01, epochs=20)
    return model.fit(X[:LEARNED], y[:LEARNED]), X[LEARNED:][:SHOWN], y[LEARNED:][:SHOWN]


@lru_cache(maxsize=64)
def _found(
    budget: float, steps: int, eta: float, until: str, drawn: tuple[float, ...], truth: int
) -> Any:
    """The unseen digits moved; or the one that is drawn, where there is one."""
    from pellucid.networks import adversarial_example

    model, X, y = _model()
    if drawn:
        X, y = np.array([drawn]), np.array([truth])
    return adversarial_example(
        model, X, y, budget=budget, steps=steps, step_size=eta, bounds=(0, 16), until=until
    )


def _drawn(state: State) -> Any:
    """The drawn cells as 8×8 entries from 0 to 16, whatever was given."""
    out = np.zeros((8, 8))
    for i, row in enumerate(state["drawn"][:8]):
        cut = np.ravel(row)[:8]
        out[i, : len(cut)] = 16 * np.clip(cut, 0, 1)
    return out


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One digit, its change, and the chances before and after."""
    model, _, _ = _model()
    own = state["whose"] == OWN
    drawn = tuple(_drawn(state).ravel().tolist()) if own else ()
    found = _found(
        state["budget"], state["steps"], state["eta"], state["until"], drawn,
        state["truth"] if own else 0,
    )  # fmt: skip
    X, y = found.original, found.labels
    i = 0 if own else state["row"]
    before, after = (np.asarray(model.predict_proba(r[i : i + 1]), float)[0] for r in (X, found.X))
    sure = float(before[y[i]]), float(after[y[i]])
    moved = float(np.abs((found.X - X)[i]).max())
    told = "wrong from the start" if not found.right_before[i] else (
        "fooled" if found.fooled[i] else "not fooled"
    )  # fmt: skip
    stop = "should stop" if found.fooled[i] or not found.right_before[i] else "may go on"
    yield Scene(
        terms={
            "x": Now(f"a {y[i]}", "64×1"),
            "d": Now(moved, "64×1", text="{0} at most"),
            "eta": Now(state["eta"]),
            "g": Now(float(after[y[i]]), text="{0} for the truth"),
        },
        pictures={
            "images": _images(found, i, str(model.predict(X[i : i + 1])[0])),
            "chances": _chances(before, after),
            "draw": pad(
                "A digit to be drawn: each cell is dark or light. A stroke makes it the image.",
                _drawn(state) / 16,
                "drawn",
                numbers=False,
                also={"whose": OWN},
            ),
        },
        facts=(
            ("this digit", told),
            ("steps taken", str(int(found.steps[i]))),
            ("the ascent", stop),
            ("chance of the truth", f"{number(sure[0])} → {number(sure[1])}"),
            (f"right of {len(X)} digits, before", str(int(found.right_before.sum()))),
            ("and after", f"{round(found.accuracy * len(X))} (artificial rows)"),
        ),
        numbers={
            "told": told,
            "after": after,
            "moved": moved,
            "accuracy": found.accuracy,
        },
        summary=f"{told}: the chance of the truth is {number(float(after[y[i]]))}",
    )


def _images(found: Any, i: int, said: str) -> dict[str, Any]:
    X, change = found.original, (found.X - found.original)[i]
    return images(
        "The digit, its change ten times enlarged, and the changed digit.",
        [X[i].reshape(8, 8), 10 * change.reshape(8, 8), found.X[i].reshape(8, 8)],
        (
            f"a {found.labels[i]}: the model says {said}",
            "change × 10",
            f"moved: it says {found.predictions[i]}",
        ),
        columns=3,
        signed=True,
        low=-16.0,
        high=16.0,
    )


def _chances(before: Any, after: Any) -> dict[str, Any]:
    at = np.arange(len(before))
    return plane(
        "The chance of each digit by the model, before (left) and after (right).",
        [
            bars(at - 0.2, before, width=0.36, term="x"),
            bars(at + 0.2, after, width=0.36, term="d"),
        ],
        box=(-0.7, len(before) - 0.3, 0, 1.05),
        names=[str(k) for k in at],
        x="digit; before left, after right",
        y="chance",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that moves the same digit."""
    rows, i = f"X, y = X[{LEARNED}:][:{SHOWN}], y[{LEARNED}:][:{SHOWN}]", state["row"]
    if state["whose"] == OWN:
        cells = ",\n    ".join(map(repr, _drawn(state).tolist()))
        rows, i = f"X = np.array([  # drawn by hand\n    {cells},\n]).reshape(1, 64)", 0
        rows += f"\ny = np.array([{state['truth']}])"
    return f"""import numpy as np
from pellucid.networks import NetworkClassifier, adversarial_example
from sklearn.datasets import load_digits

X, y = load_digits(return_X_y=True)
model = NetworkClassifier(hidden=(32,), step_size=0.01, epochs=20)
model.fit(X[:{LEARNED}], y[:{LEARNED}])
{rows}
found = adversarial_example(model, X, y, budget={state["budget"]!r}, steps={state["steps"]},
                            step_size={state["eta"]!r}, bounds=(0, 16), until={state["until"]!r})
print(found)

i = {i}
moved = np.abs(found.X - X)[i].max()
after = np.asarray(model.predict_proba(found.X[i : i + 1]), float)[0]
accuracy = found.accuracy
told = "fooled" if found.fooled[i] else "not fooled"
told = told if found.right_before[i] else "wrong from the start\""""


ANSWERS = ("Yes", "No", "It was wrong already")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    told = scene.numbers["told"]
    right = {"fooled": ANSWERS[0], "not fooled": ANSWERS[1]}.get(told, ANSWERS[2])
    return right, f"No pixel moved by more than {number(scene.numbers['moved'])} of 16: {told}."


PAGE = Page(
    name="adversary",
    lead="The gradient of the loss by the image says how each pixel should move to mislead the "
    "model; a budget holds each change small. How little turns the answer?",
    notes="Def 373, Clar 374",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{x}{x} \leftarrow x + \term{eta}{\eta}\, \mathrm{sign}\left("
            r"\frac{\partial L}{\partial x}\right), \qquad \left|\term{d}{\Delta x_i}\right| "
            r"\leq \epsilon",
            "x becomes x plus eta times the sign of the derivative of L by x; no entry moves by "
            "more than epsilon",
        ),
        Formula(r"\term{g}{g} = h(x + \Delta x)", "g is h of x plus delta x"),
    ),
    terms=(
        Term("x", "x", "the digit", "grey"),
        Term("d", "Δx", "its change", "rose"),
        Term("eta", "η", "step size", "orange"),
        Term("g", "g", "chance afterwards", "blue"),
    ),
    pictures=(
        Picture("images", "The digit, its change, the moved digit", "wide"),
        Picture("chances", "What the model says", "main"),
        Picture("draw", "Draw a digit of your own"),
    ),
    questions=(Question("Is this digit misclassified now?", ANSWERS, _judge),),
    scenes=scenes,
    code=code,
)
