"""Three hypothesis classes over the same rows: dials by hand, then the fit that each allows.

Notes: Def 18, Def 19, KE 23, Def 25, Def 26, KE 29
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, box_of, line, plane, points, segments, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene
from pellucid.lab.table_rows import scaled

# The class on the page, the hypothesis of the library, and how a member is written.
CLASSES = {
    "sine": ("sine", "{0}·sin({1}·x) {+2}"),
    "quadratic": ("quadratic", "{0}·x² {+1}·x {+2}"),
    "line": ("linear", "{0}·x {+1}"),
}
STEPS = 150
CURVED = (("kind", ("sine", "quadratic")),)
CONTROLS = (
    setting("kind", "sine", "Hypothesis class", term="kind", choices=tuple(CLASSES)),
    setting("A", 0.6, "Height, or bend", symbol="A", term="theta", shown=(-3.0, 3.0), when=CURVED),
    setting("B", 1.5, "Speed, or slope", symbol="B", term="theta", shown=(-6.0, 6.0)),
    setting("C", 0.5, "Lift", symbol="C", term="theta", shown=(-3.0, 3.0)),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)


@lru_cache(maxsize=16)
def _rows(data: Data, x_name: str, y_name: str) -> tuple[Any, Any]:
    """Both columns, standardised."""
    rows = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name))
    return rows[:, :1], rows[:, 1]


@lru_cache(maxsize=16)
def _least(data: Data, x_name: str, y_name: str) -> dict[str, float]:
    """The lowest mean loss of each class: a sine's A and C follow from B, which is scanned."""
    from pellucid.linear import LeastSquares
    from pellucid.losses import LOSSES

    X, y = _rows(data, x_name, y_name)

    def left(features: Any) -> float:
        guesses = LeastSquares().fit(features, y).predict(features)
        return float(LOSSES["square"](guesses, y).mean())

    speeds = np.linspace(0.1, 6.0, 60)
    return {
        "sine": min(left(np.sin(B * X)) for B in speeds),
        "quadratic": left(np.hstack([X**2, X])),
        "line": left(X),
    }


def _dials(state: State) -> list[float]:
    return [state["B"]] if state["kind"] == "line" else [state["A"], state["B"]]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The dials as they stand, and the fit that starts from them."""
    from pellucid.descent import SmallGradient, Steps, minimize, model_objective

    X, y = _rows(data, state["x"], state["y"])
    name, written = CLASSES[state["kind"]]
    J = model_objective("square", name, X, y)
    found = minimize(
        J,
        {"theta": np.array(_dials(state)), "theta_0": np.array(state["C"])},
        step_size="line search",
        stop=Steps(STEPS) | SmallGradient(1e-6),
    )
    walk = np.array([[*p["theta"], p["theta_0"]] for p in found.path])
    least = dict(_least(data, state["x"], state["y"]))
    least[state["kind"]] = min(least[state["kind"]], found.value)
    yield Scene(
        terms={
            "loss": Now(Moving(found.values), digits=4),
            "theta": Now(Moving(walk), f"{walk.shape[1]}×1", digits=2),
            "h": Now(Moving(walk), f"1×{len(y)}", written, digits=2),
            "kind": Now(f"every {state['kind']}"),
            "data": Now(state["y"], f"1×{len(y)}"),
            "least": Now(least[state["kind"]], digits=4),
        },
        pictures={
            "rows": _curve(X[:, 0], y, walk, state),
            "sweep": _sweep(J, walk, found.values, state),
            "classes": _classes(least, found.values),
        },
        facts=(
            ("mean loss of your dials", number(found.values[0], 4)),
            ("after the fit from there", number(found.value, 4)),
            ("steps of the fit", f"{found.steps}, {found.verdict}"),
            *((f"lowest found, {k}", number(v, 4)) for k, v in least.items()),
        ),
        numbers={
            "by_hand": found.values[0],
            "fitted": found.value,
            "steps": found.steps,
            "least": [least[k] for k in CLASSES],
        },
        steps=len(walk) - 1,
        summary=f"Your dials lose {number(found.values[0])} a row; the fit from there loses "
        f"{number(found.value)}",
        count="step",
    )


def _curve(x: Any, y: Any, walk: Any, state: State) -> dict[str, Any]:
    left, right, low, high = box_of(x, np.append(y, [-2.5, 2.5]), 0.08)
    grid = np.linspace(left, right, 161)
    curves = _guessed(walk, grid, state["kind"])
    few = walk.shape[0] * len(x) < 20_000
    guesses = _guessed(walk, x, state["kind"]) if few else np.zeros((1, 0))
    missed = [segments(x, y, x, Moving(guesses), term="loss", only=("loss",))] if few else []
    return plane(
        f"{len(y)} rows with the curve {{h}}; its mean loss is {{loss}}.",
        [
            *missed,
            points(x, y, term="data", size=3.0),
            line(grid, curves[0], colour="grey", dashed=True, width=1.6, label="yours"),
            line(grid, Moving(curves), term="h", width=3.2),
        ],
        box=(left, right, low, high),
        x=f"{state['x']}, standardised",
        y=f"{state['y']}, standardised",
        height=0.8,
    )


def _guessed(walk: Any, x: Any, kind: str) -> Any:
    """The guesses at x of each hypothesis of the walk, one a row."""
    from pellucid.descent.model import HYPOTHESES

    forward = HYPOTHESES[CLASSES[kind][0]].forward
    X = x[:, None]
    return np.array([forward({"theta": p[:-1], "theta_0": p[-1]}, X)[0] for p in walk])


def _sweep(J: Any, walk: Any, values: Any, state: State) -> dict[str, Any]:
    """The mean loss over B, the other dials where the hand left them."""
    dials, place = walk[0], walk.shape[1] - 2
    grid = np.linspace(-6.0, 6.0, 241)

    def at(b: float) -> float:
        moved = dials.copy()
        moved[place] = b
        return float(J.value({"theta": moved[:-1], "theta_0": moved[-1]}))

    heights = np.array([at(b) for b in grid])
    low = float(heights.min())
    top = low + 1.15 * min(float(np.ptp(heights)), 6.0) + 1e-6
    return plane(
        f"Mean loss while B alone is turned, the other dials held; yours is at {number(state['B'])}"
        f" with a mean loss of {number(values[0])}.",
        [
            line(grid, heights, term="loss"),
            spot(state["B"], min(float(values[0]), top), "your B", shape="dot", term="theta"),
        ],
        box=(-6.0, 6.0, max(0.0, low - 0.1 * (top - low)), top),
        x="B, all else held",
        y="mean loss",
        height=0.55,
    )


def _classes(least: dict[str, float], values: Any) -> dict[str, Any]:
    shown = [float(v) for v in least.values()]
    top = 1.3 * max(*shown, 1e-6)
    return plane(
        "The lowest mean loss found in each class: "
        + ", ".join(f"{k} {number(v)}" for k, v in least.items()),
        [bars([0, 1, 2], shown, width=0.55, term="least", label=[number(v) for v in shown])],
        box=(-0.6, 2.6, 0.0, top),
        names=tuple(least),
        y="lowest mean loss",
        height=0.5,
    )


def code(state: State, data: Data) -> str:
    """The program that fits from the same dials, and looks for the best of each class."""
    place = list(CLASSES).index(state["kind"])
    return f"""import numpy as np
{data.program}

from pellucid.descent import SmallGradient, Steps, minimize, model_objective
from pellucid.linear import LeastSquares
from pellucid.losses import LOSSES

names = ({state["x"]!r}, {state["y"]!r})
rows = table.known(*names).numbers(*names)
rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
X, y = rows[:, :1], rows[:, 1]

J = model_objective("square", {CLASSES[state["kind"]][0]!r}, X, y)
dials = {{"theta": np.array({_dials(state)!r}), "theta_0": np.array({state["C"]!r})}}
found = minimize(J, dials, step_size="line search",
                 stop=Steps({STEPS}) | SmallGradient(1e-6))
by_hand, fitted, steps = found.values[0], found.value, found.steps

def left(features):
    guesses = LeastSquares().fit(features, y).predict(features)
    return LOSSES["square"](guesses, y).mean()

sine = min(left(np.sin(B * X)) for B in np.linspace(0.1, 6.0, 60))
least = [sine, left(np.hstack([X**2, X])), left(X)]
least[{place}] = min(least[{place}], fitted)  # the descent may find a lower one
print(by_hand, fitted, dict(zip(["sine", "quadratic", "line"], least)))"""


def _best(state: State, scene: Scene) -> tuple[str, str]:
    least = dict(zip(CLASSES, scene.numbers["least"], strict=True))
    right = min(least, key=lambda k: least[k])
    return {"sine": "A sine", "quadratic": "A quadratic", "line": "A line"}[right], (
        "The lowest mean losses: " + ", ".join(f"{k} {number(v)}" for k, v in least.items()) + "."
    )


def _contains(state: State, scene: Scene) -> tuple[str, str]:
    _, quadratic, flat = scene.numbers["least"]
    return "No: A = 0 makes it that line", (
        f"Every line is a quadratic with A = 0. On these rows the best line loses {number(flat)}, "
        f"the best quadratic {number(quadratic)}."
    )


PAGE = Page(
    name="hypotheses",
    lead="A hypothesis class is a form with dials; each setting of the dials is one hypothesis. "
    "Turn them by hand, then let the machine go on from there. Which curve may the machine choose "
    "from?",
    notes="Def 18, Def 19, KE 23, Def 25, Def 26, KE 29",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{loss}{E_n} = \frac{1}{n}\sum_{i=1}^{n}\left(\term{h}{h(x^{(i)};"
            r"\term{theta}{\theta})} - \term{data}{y^{(i)}}\right)^2",
            "the mean loss is the mean over i of the squared difference of h of x i and y i",
        ),
        Formula(
            r"\term{h}{h(x)} = A\sin(Bx)+C, \quad Bx+C,",
            "h of x is A sine of B x plus C, or B x plus C,",
        ),
        Formula(r"\mathrm{or}\ \ Ax^2+Bx+C", "or A x squared plus B x plus C"),
    ),
    terms=(
        Term("h", "h(x)", "the hypothesis", "green"),
        Term("theta", "θ", "its dials A, B, C", "green"),
        Term("kind", "class", "all their settings", "violet"),
        Term("data", "y", "the answers", "grey"),
        Term("loss", "Eₙ", "mean loss", "rose"),
        Term("least", "min", "lowest of the class", "blue"),
    ),
    pictures=(
        Picture("rows", "The rows, and one hypothesis", "main"),
        Picture("sweep", "Turning B alone"),
        Picture("classes", "The best of each class"),
    ),
    questions=(
        Question(
            "Which class comes closest to these rows?",
            ("A sine", "A quadratic", "A line"),
            _best,
        ),
        Question(
            "Can the best line lose less than the best quadratic?",
            ("Yes, on straight rows", "No: A = 0 makes it that line"),
            _contains,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("a swing", "a line with noise", "a wave"),
)
