"""All rows in one matrix: X, Y, θ with their shapes, and the formula that gives the best θ.

Notes: Concept 50, KE 53, KE 54, KE 55, Notation 57, KE 62, Concept 72
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import box_of, line, matrices, matrix, plane, points, segments
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

LAYOUTS = ("points are columns: X", "points are rows: X̃ = Xᵀ")
MOST_POINTS, MOST_INPUTS = 8, 3
CONTROLS = (
    setting("appended", True, "Append a 1 to every point", term="one"),
    setting("layout", LAYOUTS[0], "Layout", choices=LAYOUTS),
    setting("X", [[-1.0, 0.0, 1.0, 2.0]], "X, an input a row", symbol="X", term="X"),
    setting("Y", [[0.0, 1.0, 1.0, 3.0]], "Y, an answer a point", symbol="Y", term="Y"),
)


def _typed(state: State) -> tuple[Any, Any]:
    """X (d, n) and y (n,) as typed.

    Raises
    ------
    ShapeError
        When they do not belong together.
    """
    rows, answers = state["X"], [v for row in state["Y"] for v in row]
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or len(state["Y"]) != 1:
        raise ShapeError(
            f"X has one column a point in every row and Y is 1×n; X has rows of "
            f"{', '.join(map(str, sorted(lengths))) or 'no'} entries, Y has {len(state['Y'])} rows."
        )
    X, y = np.array(rows, dtype=float), np.array(answers, dtype=float)
    d, n = X.shape
    if n != len(y):
        raise ShapeError(f"X has {n} points and Y {len(y)}: each point has one answer.")
    if not (2 <= n <= MOST_POINTS and 1 <= d <= MOST_INPUTS):
        raise ShapeError(
            f"This page writes every number: 2 to {MOST_POINTS} points, 1 to {MOST_INPUTS} inputs; "
            f"X is {d}×{n}."
        )
    return X, y


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The whole formula, every matrix written out."""
    from pellucid import LeastSquares

    X, y = _typed(state)
    one = np.vstack([np.ones(X.shape[1]), X]) if state["appended"] else X
    square = one @ one.T
    det, rank = float(np.linalg.det(square)), int(np.linalg.matrix_rank(square))
    theta = LeastSquares(fit_intercept=False).fit(one.T, y).coef_
    guesses = theta @ one
    residuals = guesses - y
    loss = float(np.mean(residuals**2))
    d, n = one.shape
    yield Scene(
        terms={
            "X": Now(f"{n} points", f"{d}×{n}" if _columns(state) else f"{n}×{d}"),
            "Y": Now(f"{n} answers", f"1×{n}" if _columns(state) else f"{n}×1"),
            "theta": Now(theta, f"{d}×1"),
            "one": Now("first entry" if state["appended"] else "left out", f"1×{n}"),
            "square": Now(det, f"{d}×{d}", "det {0}"),
            "J": Now(loss, digits=4),
        },
        pictures={
            "typed": _inputs(state, X, y, one),
            "guesses": _guesses(state, one, theta, guesses, y, residuals),
            "solution": _solution(state, square, one, y, theta, rank),
            "rows": _rows(X, y, theta, guesses, state),
        },
        facts=(
            ("shape of X", f"{d}×{n}: {d} entries of θ, {n} points"),
            ("det XXᵀ", number(det, 4)),
            ("rank of XXᵀ", f"{rank} of {d}"),
            ("inverse", "there is one" if rank == d else "none: many θ fit equally, the shortest"),
            ("best θ", ", ".join(number(t, 4) for t in theta)),
            ("J = (1/n) R Rᵀ", number(loss, 4)),
        ),
        numbers={"theta": theta, "det": det, "rank": rank, "J": loss},
        summary=f"θ is {', '.join(map(number, theta))}; J is {number(loss)}",
    )


def _columns(state: State) -> bool:
    return bool(state["layout"] == LAYOUTS[0])


def _inputs(state: State, X: Any, y: Any, one: Any) -> dict[str, Any]:
    names = [f"x{'₁₂₃'[k]}" for k in range(len(X))]
    head = ["1", *names] if state["appended"] else names
    each = [str(i + 1) for i in range(X.shape[1])]
    shown = (
        [
            matrix(one, "X", term="X", rows=head, columns=each, before="→"),
            matrix(y[None, :], "Y", term="Y", columns=each),
        ]
        if _columns(state)
        else [
            matrix(one.T, "X̃", term="X", rows=each, columns=head, before="→"),
            matrix(y[:, None], "Ỹ", term="Y", rows=each),
        ]
    )
    typed = [
        matrix(X, "typed inputs", setting="X", rows=names),
        matrix(y[None, :], "typed answers", setting="Y"),
    ]
    note = (
        "The first entry of every point is the appended 1, so θ₀ is the first entry of θ."
        if state["appended"]
        else "Without the 1 there is no offset: every guess at x = 0 is 0."
    )
    return matrices(
        "The inputs and answers as typed, and the matrices X and Y of all points.",
        [*typed, *shown],
        note=note,
    )


def _guesses(
    state: State, one: Any, theta: Any, guesses: Any, y: Any, residuals: Any
) -> dict[str, Any]:
    if _columns(state):
        items = [
            matrix(theta[None, :], "θᵀ", term="theta"),
            matrix(one, "X", term="X", before="·"),
            matrix(guesses[None, :], "guesses", before="="),
            matrix(y[None, :], "Y", term="Y", before="−"),
            matrix(residuals[None, :], "R", term="J", before="="),
        ]
    else:
        items = [
            matrix(one.T, "X̃", term="X"),
            matrix(theta[:, None], "θ", term="theta", before="·"),
            matrix(guesses[:, None], "guesses", before="="),
            matrix(y[:, None], "Ỹ", term="Y", before="−"),
            matrix(residuals[:, None], "R̃", term="J", before="="),
        ]
    return matrices("One product gives the guesses of all points; less the answers, R.", items)


def _solution(state: State, square: Any, one: Any, y: Any, theta: Any, rank: int) -> dict[str, Any]:
    d = len(square)
    inverse = np.linalg.inv(square) if rank == d else np.full((d, d), np.nan)
    product, right = ("XXᵀ", "XYᵀ") if _columns(state) else ("X̃ᵀX̃", "X̃ᵀỸ")
    note = (
        f"θ is the inverse times {right}."
        if rank == d
        else f"{product} has no inverse: many θ have the same least J; the shortest is shown."
    )
    return matrices(
        "XXᵀ, its inverse where there is one, XYᵀ, and the best θ.",
        [
            matrix(square, product, term="square"),
            matrix(inverse, f"({product})⁻¹", veiled=rank < d, before="→"),
            matrix((one @ y)[:, None], right, before="·"),
            matrix(theta[:, None], "θ", term="theta", before="=" if rank == d else ""),
        ],
        note=note,
    )


def _rows(X: Any, y: Any, theta: Any, guesses: Any, state: State) -> dict[str, Any]:
    if len(X) == 1:
        left, right, low, high = box_of([*X[0], 0.0], [*y, *guesses, 0.0], 0.15)
        ends = np.array([left, right])
        start, slope = (theta[0], theta[1]) if state["appended"] else (0.0, theta[0])
        marks = [
            segments(X[0], y, X[0], guesses, term="J"),
            points(X[0], y, term="Y", size=4.5),
            line(ends, start + slope * ends, term="theta"),
        ]
        words = ("The points with the best line; its residuals are R.", "x₁", "y")
    else:
        left, right, low, high = box_of(y, guesses, 0.15)
        ends = np.array([min(left, low), max(right, high)])
        marks = [line(ends, ends, colour="grey", dashed=True), points(y, guesses, term="Y", size=4)]
        words = ("Guess over answer of each point; dashed where both are the same.", "y", "guess")
    return plane(words[0], marks, box=(left, right, low, high), x=words[1], y=words[2], height=0.62)


def code(state: State, data: Data) -> str:
    """The program that solves the same system."""
    appended = (
        "X = np.vstack([np.ones(X.shape[1]), X])  # the appended 1, first\n"
        if state["appended"]
        else ""
    )
    X, y = _typed(state)
    return f"""import numpy as np
from pellucid import LeastSquares

X = np.array({X.tolist()!r})  # d×n: points are columns
Y = np.array({[y.tolist()]!r})  # 1×n
{appended}
det, rank = np.linalg.det(X @ X.T), np.linalg.matrix_rank(X @ X.T)
best = LeastSquares(fit_intercept=False).fit(X.T, Y[0])  # the library takes points as rows
theta = best.coef_
R = theta @ X - Y
J = np.mean(R**2)
print(theta, det, rank, J)"""


def _inverse(state: State, scene: Scene) -> tuple[str, str]:
    d, rank = len(scene.numbers["theta"]), int(scene.numbers["rank"])
    return "Yes" if rank == d else "No", f"XXᵀ is {d}×{d} and has rank {rank}."


def _shape(state: State, scene: Scene) -> tuple[str, str]:
    X, _ = _typed(state)
    d = len(scene.numbers["theta"])
    return "Entries of θ × entries of θ", (
        f"X is {d}×{X.shape[1]}, its transpose {X.shape[1]}×{d}; the points are summed away and "
        f"{d}×{d} is left."
    )


PAGE = Page(
    name="matrix-form",
    lead="Put every point into one matrix, the 1 of the offset first. Then one product gives all "
    "guesses, one their squares, and one formula the best θ. How does one formula fit every row at "
    "once?",
    notes="Concept 50, KE 53, KE 54, KE 55, Notation 57, KE 62",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{J}{J} = \frac{1}{n}\left(\term{theta}{\theta^{\top}}\term{X}{X} - "
            r"\term{Y}{Y}\right)\left(\theta^{\top}X - Y\right)^{\top}",
            "J is one over n times theta transposed X minus Y, times its own transpose",
        ),
        Formula(
            r"\term{theta}{\theta^{*}} = \left(\term{square}{XX^{\top}}\right)^{-1} X\,Y^{\top}",
            "theta star is the inverse of X X transposed, times X Y transposed",
        ),
    ),
    terms=(
        Term("X", "X", "all points", "grey"),
        Term("Y", "Y", "all answers", "blue"),
        Term("theta", "θ", "best parameters", "green"),
        Term("one", "1", "appended to a point", "orange"),
        Term("square", "XXᵀ", "to be inverted", "violet"),
        Term("J", "J", "mean square of R", "rose"),
    ),
    pictures=(
        Picture("typed", "Points and answers", "wide"),
        Picture("guesses", "Guesses of all points at once", "main"),
        Picture("rows", "The same as a picture"),
        Picture("solution", "The best θ", "wide"),
    ),
    questions=(
        Question("Has XXᵀ an inverse?", ("Yes", "No"), _inverse),
        Question(
            "What shape has XXᵀ?",
            ("Points × points", "Entries of θ × entries of θ", "Entries of θ × points"),
            _shape,
        ),
    ),
    scenes=scenes,
    code=code,
)
