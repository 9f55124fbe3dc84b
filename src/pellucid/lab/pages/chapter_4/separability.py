"""Points placed by hand: can a line part them, and if none can, which has the fewest errors?

Notes: Def 146, KE 141, Def 130, Concept 182
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, grid_of, handles, plane, points, regions, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import matrix_literal

POINTS = [
    [-2.0, 1.2, 1.0], [-1.2, 2.1, 1.0], [-0.4, 0.9, 1.0], [0.9, 2.0, 1.0], [1.7, -1.4, 1.0],
    [-1.8, -1.5, 0.0], [-0.5, -0.8, 0.0], [0.6, -1.9, 0.0], [1.3, -0.3, 0.0], [2.2, 0.4, 0.0],
]  # fmt: skip
REACH, MOST = 3.0, 60
CONTROLS = (
    setting("order", 1, "Order of the features", symbol="k", term="phi", low=1, shown=(1, 4)),
    setting("kind", 1, "Class of a point that is added: 0 is −, 1 is +", low=0, shown=(0, 1)),
    setting("points", POINTS, "Points: x₁, x₂, class 0 or 1", term="data"),
    setting("tries", 200, "Random lines tried when none parts them", term="error", low=1,
            shown=(10, 2000), scale="log"),
)  # fmt: skip


def _points(state: State) -> tuple[Any, Any]:
    """Places and signs: a point without a class is a +."""
    given = [[*row, 1.0][:3] for row in state["points"] if len(row) > 1][:MOST]
    rows = np.array(given if len(given) > 1 else POINTS)
    return np.clip(rows[:, :2], -REACH, REACH), np.where(rows[:, 2] > 0.5, 1.0, -1.0)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The verdict, and a line: the one that parts, or the best of some tries."""
    from pellucid.features import PolynomialBasis
    from pellucid.linear import LinearClassifier, separate

    X, y = _points(state)
    basis = PolynomialBasis(state["order"], include_constant=False).fit(X)
    F = basis.transform(X)
    both = len(np.unique(y)) == 2
    if not both:
        verdict, theta, theta_0, margin = "one class only", np.zeros(F.shape[1]), float(y[0]), 0.0
    else:
        proof = separate(F, y)
        verdict, margin = proof.verdict, proof.margin
        if verdict == "separable":
            theta, theta_0 = proof.direction, proof.offset
        else:
            h = LinearClassifier(state["tries"], random_state=0).fit(F, y)
            theta, theta_0 = np.ravel(h.coef_), float(np.ravel(h.intercept_)[0])
    u = F @ theta + theta_0
    wrong = np.where(u > 0, 1.0, -1.0) != y
    errors = int(wrong.sum())
    yield Scene(
        terms={
            "data": Now(f"{int((y > 0).sum())} +, {int((y < 0).sum())} −", f"2×{len(X)}"),
            "phi": Now(f"{F.shape[1]} features", f"{F.shape[1]}×1"),
            "verdict": Now(verdict),
            "margin": Now(margin if verdict == "separable" else "none"),
            "error": Now(float(errors), text="{0}" + f" of {len(y)}"),
        },
        pictures={
            "plane": _plane(X, y, wrong, basis, theta, theta_0, state),
            "scores": _scores(u * y),
        },
        facts=(
            ("can a line in the space of features part them?", verdict),
            ("features", ", ".join(basis.get_feature_names_out(["x₁", "x₂"])[:9])),
            ("errors of the line that is drawn", f"{errors} of {len(y)}"),
            (
                "how it was found",
                "by linear programming: an exact proof"
                if verdict == "separable"
                else f"the best of {state['tries']} random directions"
                if both
                else "one class needs no line",
            ),
        ),
        numbers={"verdict": verdict, "margin": margin, "errors": errors, "theta": theta},
        summary=f"{verdict}; {errors} of {len(y)} points are on the wrong side",
    )


def _plane(
    X: Any, y: Any, wrong: Any, basis: Any, theta: Any, theta_0: float, state: State
) -> dict[str, Any]:
    box = (-REACH - 0.1, REACH + 0.1, -REACH - 0.1, REACH + 0.1)
    grid, *_ = grid_of(box, 61)
    rows = np.column_stack([X, y > 0]).tolist()
    return plane(
        "Points of two classes, to be dragged; a click adds one. The points are {verdict}, {error} "
        "are on the wrong side of what is drawn.",
        [
            regions((basis.transform(grid) @ theta + theta_0).reshape(61, 61)),
            *handles(rows, "points", "point", group=[0 if side > 0 else 1 for side in y]),
            points(X[wrong, 0], X[wrong, 1], shape="ring", size=9.0, term="error"),
        ],
        box=box,
        equal=True,
        height=0.9,
        x="x₁",
        y="x₂",
        adds="points" if len(X) < MOST else "",
        group="kind",
    )


def _scores(signed: Any) -> dict[str, Any]:
    values = np.sort(signed)
    top = float(np.abs(values).max()) * 1.15 + 1e-9
    below = values < 0
    at = np.arange(len(values))
    return plane(
        "Class times score of each point, the least first: below 0 is an error, and all above 0 "
        "means that the points are parted.",
        [
            bars(at[~below], values[~below], term="verdict"),
            bars(at[below], values[below], term="error"),
            rule(y=0.0, colour="grey"),
        ],
        box=(-0.8, len(values) - 0.2, -top, top),
        x="points, the least first",
        y="y(θᵀφ(x) + θ₀)",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that judges the same points."""
    X, y = _points(state)
    if len(np.unique(y)) < 2:
        judged = (
            f'verdict, margin, errors = "one class only", 0.0, 0\n'
            f"theta, theta_0 = np.zeros(F.shape[1]), {float(y[0])!r}"
        )
    else:
        judged = f"""proof = separate(F, y)
verdict, margin = proof.verdict, proof.margin
theta, theta_0 = proof.direction, proof.offset
if verdict != "separable":
    h = LinearClassifier({state["tries"]}, random_state=0).fit(F, y)
    theta, theta_0 = np.ravel(h.coef_), np.ravel(h.intercept_)[0]
errors = np.sum(np.where(F @ theta + theta_0 > 0, 1, -1) != y)"""
    return f"""import numpy as np
from pellucid.features import PolynomialBasis
from pellucid.linear import LinearClassifier, separate

points = np.array({matrix_literal(np.column_stack([X, y]))}, float)
X, y = points[:, :2], points[:, 2]
F = PolynomialBasis({state["order"]}, include_constant=False).fit_transform(X)
{judged}
print(verdict, margin, errors)"""


def _can(state: State, scene: Scene) -> tuple[str, str]:
    verdict = scene.numbers["verdict"]
    right = {"separable": "Yes", "one class only": "Yes"}.get(verdict, "No")
    return right, (
        "One class alone needs no line."
        if verdict == "one class only"
        else f"The library’s linear program says: {verdict}."
    )


def _order(state: State, scene: Scene) -> tuple[str, str]:
    return "It stays parted", (
        "A higher order keeps every feature of the lower one: the weights of the new ones can be 0."
    )


PAGE = Page(
    name="separability",
    lead="Drag the points, or click to add one. A line parts two classes without an error, or none "
    "does: a linear program decides it exactly. Can any line part these points?",
    notes="Def 146, KE 141, Def 130, Concept 182",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{verdict}{\text{separable}} \Leftrightarrow y^{(i)}\left(\theta^{\top}"
            r"\term{phi}{\varphi}(\term{data}{x^{(i)}}) + \theta_0\right) > 0",
            "separable means that for some theta, y i times theta transposed phi of x i plus "
            "theta zero is above zero for every i",
        ),
        Formula(
            r"\term{error}{J_{01}} = \frac{1}{n}\sum_{i=1}^{n} \left[h(x^{(i)}) \neq "
            r"y^{(i)}\right]",
            "J is the share of points on the wrong side",
        ),
    ),
    terms=(
        Term("data", "x", "the points", "grey"),
        Term("phi", "φ(x)", "features", "orange"),
        Term("verdict", "verdict", "can they be parted?", "green"),
        Term("margin", "margin", "nearest point, in features", "blue"),
        Term("error", "errors", "on the wrong side", "rose"),
    ),
    pictures=(
        Picture("plane", "Drag points, click to add one", "main"),
        Picture("scores", "Class times score"),
    ),
    questions=(
        Question("Can these points be parted, with these features?", ("Yes", "No"), _can),
        Question(
            "Points are parted at one order. What happens at a higher one?",
            ("It stays parted", "It may be lost"),
            _order,
        ),
    ),
    scenes=scenes,
    code=code,
)
