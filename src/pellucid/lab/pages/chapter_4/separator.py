"""A separator θᵀx + θ₀ = 0 moved by hand: sides, errors, distances, feet.

Notes: Def 129, Def 130, Concept 132, Notation 133, KE 137, Concept 140
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import (
    arrow,
    box_of,
    grid_of,
    handle,
    histogram,
    plane,
    points,
    regions,
    rule,
    segments,
    spot,
    surface,
)
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import scaled

SIZES = ("one input", "two inputs", "three inputs")
CONTROLS = (
    setting("theta_0", 0.6, "Offset", symbol="θ₀", term="offset", shown=(-6.0, 6.0)),
    setting("theta_1", 1.0, "First entry of θ", symbol="θ₁", term="theta", shown=(-3.0, 3.0)),
    setting(
        "theta_2",
        0.4,
        "Second entry of θ",
        symbol="θ₂",
        term="theta",
        shown=(-3.0, 3.0),
        when=(("size", SIZES[1:]),),
    ),
    setting(
        "theta_3",
        0.8,
        "Third entry of θ",
        symbol="θ₃",
        term="theta",
        shown=(-3.0, 3.0),
        when=(("size", SIZES[2:]),),
    ),
    setting("flip", False, "Flip: −θ and −θ₀"),
    setting("size", "two inputs", "How many inputs", choices=SIZES),
    setting("point_1", -1.0, "A point, x₁", term="point", shown=(-4.0, 4.0)),
    setting(
        "point_2", 2.0, "A point, x₂", term="point", shown=(-4.0, 4.0), when=(("size", SIZES[1:]),)
    ),
    column("x1", "Input x₁"),
    column("x2", "Input x₂", when=(("size", SIZES[1:]),)),
    column("x3", "Input x₃", optional=True, when=(("size", SIZES[2:]),)),
    column("label", "Class", ("binary", "category"), answer=True),
)


@lru_cache(maxsize=16)
def _rows(data: Data, names: tuple[str, ...], label: str) -> tuple[Any, Any, str]:
    """Standardised inputs, signs +1 and −1, and the label that is positive."""
    known = data.table.known(*names, label)
    X = scaled(known.numbers(*names))
    levels = known[label].levels or ("",)
    positive = levels[-1]
    return X, np.where(known[label].texts() == positive, 1.0, -1.0), positive


def _names(state: State) -> tuple[str, ...]:
    count = SIZES.index(state["size"]) + 1
    given = [state["x1"], state["x2"], state["x3"] or state["x1"]]
    return tuple(given[:count])


def _line(state: State, d: int) -> tuple[Any, float]:
    """θ and θ₀; θ = 0 has no line, so it becomes a short arrow along x₁."""
    theta = np.array([state["theta_1"], state["theta_2"], state["theta_3"]][:d])
    if not np.linalg.norm(theta) > 1e-9:
        theta = np.eye(d)[0] * 0.05
    sign = -1.0 if state["flip"] else 1.0
    return sign * theta, sign * state["theta_0"]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both sides, and who stands on the wrong one."""
    from pellucid.linear import projections, separate, signed_distance
    from pellucid.losses import LOSSES

    X, y, positive = _rows(data, _names(state), state["label"])
    theta, theta_0 = _line(state, X.shape[1])
    u = signed_distance(X, theta, theta_0)
    guesses = np.where(u > 0, 1.0, -1.0)
    wrong = LOSSES["zero-one"].value(guesses, y) > 0
    asked = np.array([[state["point_1"], state["point_2"], 0.0][: X.shape[1]]])
    distance = signed_distance(asked, theta, theta_0)
    foot = projections(asked, theta, theta_0)
    verdict = _verdict(separate, data, _names(state), state["label"])
    draw = (_number_line, _plane, _space)[X.shape[1] - 1]
    error = float(wrong.mean())
    yield Scene(
        terms={
            "theta": Now(theta, f"{len(theta)}×1"),
            "offset": Now(theta_0),
            "score": Now(asked[0] @ theta + theta_0, text="{0} at the point"),
            "point": Now(distance[0], text="{0} from the point"),
            "error": Now(error, text="{0}, " + f"{int(wrong.sum())} of {len(y)} rows"),
        },
        pictures={
            "sides": draw(X, y, wrong, theta, theta_0, asked[0], foot[0], state),
            "distances": _distances(u, y),
        },
        facts=(
            ("rows on the wrong side", f"{int(wrong.sum())} of {len(y)}"),
            ("signed distance of the point", number(distance[0])),
            ("its foot on the separator", ", ".join(map(number, foot[0]))),
            ("distance of the origin", number(theta_0 / float(np.linalg.norm(theta)))),
            ("positive class", f"{state['label']} = {positive}"),
            ("can any line part them?", verdict),
        ),
        numbers={"error": error, "distance": distance, "foot": foot, "verdict": verdict},
        summary=f"{int(wrong.sum())} of {len(y)} rows on the wrong side",
    )


@lru_cache(maxsize=16)
def _verdict(separate: Any, data: Data, names: tuple[str, ...], label: str) -> str:
    X, y, _ = _rows(data, names, label)
    verdict: str = separate(X, y).verdict if len(np.unique(y)) == 2 else "one class only"
    return verdict


def _plane(
    X: Any, y: Any, wrong: Any, theta: Any, theta_0: float, at: Any, foot: Any, state: State
) -> dict[str, Any]:
    from pellucid.linear import projections

    box = box_of(np.append(X[:, 0], [-3.2, 3.2]), np.append(X[:, 1], [-2.8, 2.8]), 0.02)
    grid, *_ = grid_of(box, 41)
    start = projections(np.zeros((1, 2)), theta, theta_0)[0]
    tip = np.clip(start + theta, box[0::2], box[1::2])
    sign = -1.0 if state["flip"] else 1.0
    return plane(
        "Two classes with the line where θᵀx + θ₀ is 0 and θ upright on it: {error} are wrong. "
        "The point is at signed distance {point}.",
        [
            regions((grid @ theta + theta_0).reshape(41, 41)),
            points(X[:, 0], X[:, 1], signs=y),
            points(X[wrong, 0], X[wrong, 1], shape="ring", size=8.0, term="error"),
            segments([at[0]], [at[1]], [foot[0]], [foot[1]], term="point", dashed=True),
            spot(foot[0], foot[1], "", shape="dot", term="point", size=4.0),
            arrow(start, tip, term="theta", label="θ"),
            handle(
                tip[0],
                tip[1],
                ("theta_1", "theta_2"),
                "tip of θ",
                term="theta",
                origin=(float(start[0]), float(start[1])),
                factor=(sign, sign),
            ),
            handle(at[0], at[1], ("point_1", "point_2"), "the point", term="point"),
        ],
        box=box,
        equal=True,
        height=0.86,
        x=f"x₁: {state['x1']}, standardised",
        y=f"x₂: {state['x2']}, standardised",
    )


def _number_line(
    X: Any, y: Any, wrong: Any, theta: Any, theta_0: float, at: Any, foot: Any, state: State
) -> dict[str, Any]:
    x, where = X[:, 0], np.where(y > 0, 0.3, -0.3)
    box = (*box_of(np.append(x, [-3.2, 3.2]), [0.0, 1.0])[:2], -1.0, 1.0)
    grid = np.linspace(box[0], box[1], 201) * theta[0] + theta_0
    tip = float(np.clip(foot[0] + theta[0], box[0], box[1]))
    return plane(
        "Two classes along one input, parted where θx + θ₀ is 0: {error} are wrong.",
        [
            regions(np.vstack([grid, grid])),
            points(x, where, signs=y),
            points(x[wrong], where[wrong], shape="ring", size=8.0, term="error"),
            rule(x=foot[0], label="θx + θ₀ = 0"),
            arrow([foot[0], 0.0], [tip, 0.0], term="theta", label="θ"),
            handle(float(at[0]), -0.75, ("point_1", ""), "the point", term="point"),
        ],
        box=box,
        bare=True,
        height=0.42,
        x=f"x₁: {state['x1']}, standardised",
    )


def _space(
    X: Any, y: Any, wrong: Any, theta: Any, theta_0: float, at: Any, foot: Any, state: State
) -> dict[str, Any]:
    box = (-3.0, 3.0, -3.0, 3.0)
    grid, *_ = grid_of(box, 15)
    upright = theta[2] if abs(theta[2]) > 0.05 else 0.05
    Z = -(grid @ theta[:2] + theta_0) / upright
    return surface(
        "Three inputs with the plane where θᵀx + θ₀ is 0: {error} are wrong.",
        Z.reshape(15, 15),
        box,
        heights=(-3.0, 3.0),
        x="x₁",
        y="x₂",
        z="x₃",
        points=X[:600],
        group=np.where(y > 0, 0, 1)[:600],
        term="theta",
        height=0.86,
    )


def _distances(u: Any, y: Any) -> dict[str, Any]:
    reach = float(np.abs(u).max()) * 1.1 + 0.1
    edges = np.linspace(-reach, reach, 25)
    counts = [np.histogram(u[y == side], edges)[0] for side in (1, -1)]
    return plane(
        "How far the rows of each class stand from the separator; left of 0 is the negative side.",
        [
            histogram(u[y > 0], edges=edges, colour="blue"),
            histogram(u[y < 0], edges=edges, colour="orange"),
            rule(x=0.0, label="separator"),
        ],
        box=(-reach, reach, 0.0, 1.15 * float(max(c.max() for c in counts)) + 0.5),
        x="signed distance",
        y="rows",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that judges the same separator."""
    names = _names(state)
    theta, theta_0 = _line(state, len(names))
    asked = [state["point_1"], state["point_2"], 0.0][: len(names)]
    return f"""import numpy as np
{data.program}

from pellucid.linear import projections, separate, signed_distance
from pellucid.losses import LOSSES

names, label = {names!r}, {state["label"]!r}
known = table.known(*names, label)
X = known.numbers(*names)
X = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
positive = (known[label].levels or ("",))[-1]
y = np.where(known[label].texts() == positive, 1.0, -1.0)

theta, theta_0 = np.array({theta.tolist()!r}), {theta_0!r}
guesses = np.where(X @ theta + theta_0 > 0, 1.0, -1.0)
error = LOSSES["zero-one"].value(guesses, y).mean()
distance = signed_distance([{asked!r}], theta, theta_0)
foot = projections([{asked!r}], theta, theta_0)
verdict = separate(X, y).verdict if len(np.unique(y)) == 2 else "one class only"
print(error, distance, foot, verdict)"""


def _flip(state: State, scene: Scene) -> tuple[str, str]:
    error = scene.numbers["error"]
    right = "Wrong rows become right, and right ones wrong"
    return right, (
        f"The line stays where it is and its sides change names: {number(error)} becomes "
        f"{number(1 - error)}."
    )


def _longer(state: State, scene: Scene) -> tuple[str, str]:
    return "Nothing moves", (
        "θᵀx + θ₀ = 0 is the same set for 2θ and 2θ₀; only scores double, distances do not."
    )


PAGE = Page(
    name="separator",
    lead="A line parts the plane: θ stands upright on it and points to the positive side, θ₀ "
    "shifts "
    "it. What do θ and θ₀ do to the rows that end up on the wrong side?",
    notes="Def 129, Def 130, Concept 132, Concept 140, §4.2",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"h(x) = \mathrm{sign}\left(\term{theta}{\theta^{\top}} \term{score}{x} + "
            r"\term{offset}{\theta_0}\right)",
            "h of x is the sign of theta transposed x plus theta zero",
        ),
        Formula(
            r"\term{point}{d(x)} = \frac{\theta^{\top} x + \theta_0}{\|\theta\|}",
            "the signed distance of x is theta transposed x plus theta zero, over the length of "
            "theta",
        ),
        Formula(
            r"\term{error}{J_{01}} = \frac{1}{n}\sum_{i=1}^{n} L_{01}\left(h(x^{(i)}), "
            r"y^{(i)}\right)",
            "J is the mean of the zero-one losses",
        ),
    ),
    terms=(
        Term("theta", "θ", "normal of the separator", "green"),
        Term("offset", "θ₀", "shift along it", "orange"),
        Term("score", "θᵀx + θ₀", "score", "violet"),
        Term("point", "d(x)", "signed distance", "blue"),
        Term("error", "J₀₁", "share on the wrong side", "rose"),
    ),
    pictures=(
        Picture("sides", "Both sides of the separator", "main"),
        Picture("distances", "Signed distances of the rows"),
    ),
    questions=(
        Question(
            "You flip θ and θ₀. What happens to the errors?",
            (
                "Nothing changes",
                "Wrong rows become right, and right ones wrong",
                "All become wrong",
            ),
            _flip,
        ),
        Question(
            "You double θ and θ₀. What moves?",
            ("The line moves away", "Nothing moves", "The line turns"),
            _longer,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("two classes, nearly apart", "two classes, apart", "exclusive or", "petals"),
)
