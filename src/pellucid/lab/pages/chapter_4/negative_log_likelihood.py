"""Guesses moved by hand, their product and its logarithm; and θ running away on parted rows.

Notes: KE 159, Def 148, §4.3
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, handles, line, plane, points, progress, segments
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

ROWS = [
    [-2.0, 0.2, 0.0], [-1.2, 0.3, 0.0], [-0.4, 0.4, 0.0],
    [0.4, 0.7, 1.0], [1.1, 0.6, 1.0], [1.9, 0.9, 1.0],
]  # fmt: skip
LEAST, REACH = 1e-3, 3.0
# ηλ stays below 1: a longer step would throw θ over zero, further each time.
CONTROLS = (
    setting(
        "lam", 0.0, "Weight of the regularizer", symbol="λ", term="lam", low=0.0, shown=(0.0, 0.5)
    ),
    setting("rows", ROWS, "Rows: x, guess g, answer y", term="g"),
    setting("eta", 1.0, "Step size", symbol="η", shown=(0.05, 1.5), scale="log"),
    setting("steps", 200, "Steps", symbol="T", shown=(10, 1000), scale="log"),
)


def _rows(state: State) -> tuple[Any, Any, Any]:
    """Places, guesses between 0 and 1, and answers 0 or 1."""
    given = [row[:3] for row in state["rows"] if len(row) > 2]
    x, g, y = np.array(given if len(given) > 1 else ROWS).T
    return np.clip(x, -REACH, REACH), np.clip(g, LEAST, 1 - LEAST), (y > 0.5).astype(float)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The likelihood of the guesses by hand, and the walk of a sigmoid's θ on the same rows."""
    from pellucid.descent import Steps, minimize, model_objective
    from pellucid.linear import separate
    from pellucid.losses import LOSSES, sigmoid

    x, g, y = _rows(state)
    losses = LOSSES["nll"](g, y)
    product = float(np.prod(np.exp(-losses)))
    J = model_objective("nll", "logistic", x[:, None], y, lam=state["lam"])
    start = {"theta": np.zeros(1), "theta_0": 0.0}
    found = minimize(J, start, step_size=state["eta"], stop=Steps(state["steps"]))
    theta = np.array([float(p["theta"][0]) for p in found.path])
    shift = np.array([float(p["theta_0"]) for p in found.path])
    both = len(np.unique(y)) == 2
    parted = separate(x[:, None], 2 * y - 1).verdict if both else "one class only"
    grid = np.linspace(-REACH, REACH, 61)
    curve = sigmoid(theta[:, None] * grid + shift[:, None])
    yield Scene(
        terms={
            "g": Now(g[:3], f"1×{len(g)}", "{0}, {1}, …"),
            "product": Now(product, digits=4),
            "nll": Now(float(losses.sum()), digits=4),
            "theta": Now(Moving(theta)),
            "lam": Now(state["lam"]),
        },
        pictures={
            "rows": _guesses(x, g, y, grid, curve),
            "losses": _losses(losses),
            "length": _series(theta, "theta", "θ", "θ, the sigmoid’s slope"),
            "course": _series(found.values, "nll", "J", "J with the regularizer"),
        },
        facts=(
            ("likelihood, the product", number(product, 4)),
            ("negative log-likelihood, the sum", number(float(losses.sum()), 4)),
            ("can a threshold part the rows?", parted),
            ("θ after all steps", number(theta[-1], 4)),
            ("J after all steps", number(found.value, 4)),
            ("verdict", found.verdict),
        ),
        numbers={
            "losses": losses,
            "product": product,
            "theta": theta,
            "values": found.values,
            "parted": parted,
        },
        steps=len(theta) - 1,
        summary=f"The likelihood is {number(product)}, θ ends at {number(theta[-1])}",
    )


def _guesses(x: Any, g: Any, y: Any, grid: Any, curve: Any) -> dict[str, Any]:
    rows = np.column_stack([x, g, y]).tolist()
    return plane(
        "Rows at their x with a guess g for each, to be dragged, and the answers 0 and 1; the "
        "likelihood is {product}. The sigmoid of step {t} has θ {theta}.",
        [
            segments(x, g, x, y, term="nll"),
            points(x, y, signs=2 * y - 1),
            line(grid, Moving(curve), term="theta", width=2.6, label="σ(θx + θ₀)"),
            *handles(rows, "rows", "guess", colour="orange"),
        ],
        box=(-REACH, REACH, -0.06, 1.06),
        x="x",
        y="guess g, answer y",
        height=0.72,
    )


def _losses(losses: Any) -> dict[str, Any]:
    top = 1.25 * float(losses.max())
    return plane(
        "The loss of each guess, −log of the chance it gave to its answer: their sum is {nll}.",
        [
            bars(
                np.arange(len(losses)), losses, term="nll", label=[number(v, 2) for v in losses]
            )
        ],
        box=(-0.6, len(losses) - 0.4, 0.0, top),
        names=[str(i + 1) for i in range(len(losses))],
        x="row",
        y="−log",
        height=0.5,
    )  # fmt: skip


def _series(values: Any, term: str, name: str, words: str) -> dict[str, Any]:
    low, high = float(np.min(values)), float(np.max(values))
    room = 0.08 * ((high - low) or 1.0)
    return plane(
        f"{words}, along the steps: {number(values[0])} at the start, {number(values[-1])} at the "
        "end.",
        [progress(values, term=term)],
        box=(0, max(len(values) - 1, 1), low - room, high + room),
        x="step t",
        y=name,
        height=0.46,
    )


def code(state: State, data: Data) -> str:
    """The program that finds the same product and takes the same walk."""
    x, g, y = (v.tolist() for v in _rows(state))
    return f"""import numpy as np

from pellucid.descent import Steps, minimize, model_objective
from pellucid.linear import separate
from pellucid.losses import LOSSES

x, y = np.array({x!r}), np.array({y!r})
g = np.array({g!r})
losses = LOSSES["nll"](g, y)
product = np.prod(np.where(y == 1, g, 1 - g))

J = model_objective("nll", "logistic", x[:, None], y, lam={state["lam"]!r})
start = {{"theta": np.zeros(1), "theta_0": 0.0}}
found = minimize(J, start, step_size={state["eta"]!r}, stop=Steps({state["steps"]}))
theta = [p["theta"][0] for p in found.path]
values = found.values
both = len(np.unique(y)) == 2
parted = separate(x[:, None], 2 * y - 1).verdict if both else "one class only"
print(product, losses.sum(), parted, found.explain())"""


def _worst(state: State, scene: Scene) -> tuple[str, str]:
    losses = np.asarray(scene.numbers["losses"])
    worst = int(losses.argmax())
    share = float(losses[worst] / losses.sum())
    return (
        "More than half" if share > 0.5 else "At most half",
        f"Row {worst + 1} has {number(losses[worst])} of {number(float(losses.sum()))}.",
    )


def _half(state: State, scene: Scene) -> tuple[str, str]:
    theta = scene.numbers["theta"]
    half, last = float(theta[len(theta) // 2]), float(theta[-1])
    grows = abs(last) > 1.02 * abs(half)
    return (
        "θ still grows" if grows else "θ has settled",
        f"θ is {number(half, 4)} halfway and {number(last, 4)} at the end; can a threshold part "
        f"the rows? {scene.numbers['parted']}.",
    )


PAGE = Page(
    name="negative-log-likelihood",
    lead="The likelihood is the product of the chances that the guesses gave to what happened. A "
    "product of many is tiny; its negative logarithm is a sum. Where a threshold parts the rows, "
    "a steeper sigmoid is always better. Why logarithms, and why does θ run away?",
    notes="KE 159, Def 148, §4.3",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{product}{\prod_{i=1}^{n} P(y^{(i)})}, \quad P(y) = "
            r"\term{g}{g}^{\,y}\,(1-g)^{1-y}",
            "the product over i of the chance of y i; it is g to the y times one minus g to the "
            "one minus y",
        ),
        Formula(
            r"\term{nll}{-\sum_{i=1}^{n} \left(y \log g + (1-y)\log(1-g)\right)}",
            "minus the sum over i of y log g plus one minus y times log one minus g",
        ),
        Formula(
            r"g = \sigma(\term{theta}{\theta} x + \theta_0), \quad "
            r"J = \frac{1}{n}\mathrm{NLL} + \term{lam}{\lambda}\,\theta^2",
            "g is sigma of theta x plus theta zero; J is the mean of the losses plus lambda theta "
            "squared",
        ),
    ),
    terms=(
        Term("g", "g", "guessed chances of 1", "orange"),
        Term("product", "∏P(y)", "likelihood", "blue"),
        Term("nll", "NLL", "sum of −log", "rose"),
        Term("theta", "θ", "slope of the sigmoid", "green"),
        Term("lam", "λ", "weight of the regularizer", "violet"),
    ),
    pictures=(
        Picture("rows", "Guesses by hand, and the sigmoid", "main"),
        Picture("losses", "Loss of each guess"),
        Picture("length", "θ along the steps"),
        Picture("course", "J along the steps"),
    ),
    questions=(
        Question(
            "How much of the sum is the worst guess?",
            ("More than half", "At most half"),
            _worst,
        ),
        Question(
            "Has θ settled halfway through the steps?",
            ("θ has settled", "θ still grows"),
            _half,
        ),
    ),
    scenes=scenes,
    code=code,
)
