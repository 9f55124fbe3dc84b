"""The plane moved by a 2×2 matrix: where a square goes, its area, and the way back.

Notes: §0.2, §0.3, Def 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import arrow, handle, line, matrices, matrix, plane, segments
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

FRAMES, REACH = 30, 4
# A square with a flag in it, so that a mirror image can be told from a turned one.
SQUARE = np.array([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0]], dtype=float)
FLAG = np.array([[0.3, 0.3, 0.75, 0.3], [0.15, 0.85, 0.68, 0.5]])
CONTROLS = (
    setting("a", 1.0, "First column, x₁", symbol="a", term="first", shown=(-3.0, 3.0)),
    setting("c", 0.5, "First column, x₂", symbol="c", term="first", shown=(-3.0, 3.0)),
    setting("b", -1.0, "Second column, x₁", symbol="b", term="second", shown=(-3.0, 3.0)),
    setting("d", 1.5, "Second column, x₂", symbol="d", term="second", shown=(-3.0, 3.0)),
)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The plane as A moves it and, where there is an inverse, its way back."""
    A = np.array([[state["a"], state["b"]], [state["c"], state["d"]]])
    det, rank = float(np.linalg.det(A)), int(np.linalg.matrix_rank(A))
    inverse = np.linalg.inv(A) if rank == 2 else np.full((2, 2), np.nan)
    frames = FRAMES if rank == 2 else 0
    part = (np.arange(frames + 1) / FRAMES)[:, None, None]
    moving = (1 - part) * A + part * np.eye(2)
    there = "none" if rank < 2 else ", ".join(number(v) for v in inverse.ravel())
    yield Scene(
        terms={
            "A": Now(A.ravel(), "2×2"),
            "first": Now(A[:, 0], "2×1"),
            "second": Now(A[:, 1], "2×1"),
            "det": Now(det),
            "inverse": Now(there, "2×2"),
        },
        pictures={
            "plane": _plane(A, moving),
            "matrices": _matrices(A, inverse, rank),
        },
        facts=(
            ("determinant ad − bc", number(det, 4)),
            ("area of the square after A", number(abs(det), 4)),
            ("rank", _rank_words(rank)),
            ("sides", _side_words(det, rank)),
            ("inverse", "none: the way back is lost" if rank < 2 else "A⁻¹ leads back"),
        ),
        numbers={"det": det, "rank": rank, "back": inverse if rank == 2 else np.zeros((2, 2))},
        steps=frames,
        summary=f"The determinant is {number(det)}, the rank {rank}",
        count="way back",
    )


def _rank_words(rank: int) -> str:
    return f"{rank}: the plane lands on {('one point', 'a line', 'the whole plane')[rank]}"


def _side_words(det: float, rank: int) -> str:
    if rank < 2:
        return "pressed flat"
    return "kept" if det > 0 else "turned over, as in a mirror"


def _grid() -> Any:
    """The lines of a square grid as segments: starts and ends, (2, lines)."""
    at = np.arange(-REACH, REACH + 1, dtype=float)
    low, high = np.full(len(at), -float(REACH)), np.full(len(at), float(REACH))
    starts = np.hstack([np.stack([at, low]), np.stack([low, at])])
    return starts, np.hstack([np.stack([at, high]), np.stack([high, at])])


def _plane(A: Any, moving: Any) -> dict[str, Any]:
    starts, ends = _grid()
    begun, ended = moving @ starts, moving @ ends
    square, flag = moving @ SQUARE, moving @ FLAG
    still = np.zeros((len(moving), 2))
    return plane(
        "A grid of the plane with a square and a flag in it, moved by A; its columns are {first} "
        "and {second}. The signed area of the square becomes {det}. Way back: {t} of {steps}.",
        [
            segments(starts[0], starts[1], ends[0], ends[1], colour="grey", dashed=True),
            segments(
                Moving(begun[:, 0]), Moving(begun[:, 1]), Moving(ended[:, 0]), Moving(ended[:, 1]),
                term="A",
            ),
            line(SQUARE[0], SQUARE[1], colour="grey", width=2.0, dashed=True),
            line(Moving(square[:, 0]), Moving(square[:, 1]), term="det", width=3.2),
            line(Moving(flag[:, 0]), Moving(flag[:, 1]), term="det", width=2.2),
            arrow(Moving(still), Moving(moving[:, :, 0]), term="first", label="A e₁"),
            arrow(Moving(still), Moving(moving[:, :, 1]), term="second", label="A e₂"),
            handle(A[0, 0], A[1, 0], ("a", "c"), "first column of A", term="first"),
            handle(A[0, 1], A[1, 1], ("b", "d"), "second column of A", term="second"),
        ],
        box=(-3.4, 3.4, -3.4, 3.4),
        equal=True,
        x="x₁",
        y="x₂",
        height=1.0,
    )  # fmt: skip


def _matrices(A: Any, inverse: Any, rank: int) -> dict[str, Any]:
    items = [
        matrix(inverse, "A⁻¹", term="inverse", veiled=rank < 2),
        matrix(A, "A", term="A", before="·"),
        matrix(inverse @ A if rank == 2 else np.full((2, 2), np.nan), "I", before="=",
               veiled=rank < 2),
    ]  # fmt: skip
    note = "A and then A⁻¹: every point is back." if rank == 2 else "No matrix leads back."
    return matrices("The inverse times A is the identity, where there is an inverse.", items,
                    note=note)  # fmt: skip


def code(state: State, data: Data) -> str:
    """The program that moves the same plane."""
    return f"""import numpy as np
from pellucid.pictures.linear_maps import transformed_plane

A = np.array([[{state["a"]!r}, {state["b"]!r}], [{state["c"]!r}, {state["d"]!r}]])
det, rank = np.linalg.det(A), np.linalg.matrix_rank(A)
back = np.linalg.inv(A) if rank == 2 else np.zeros((2, 2))  # zeros: there is no inverse
figure = transformed_plane([("A", A)])
print(det, rank, back)"""


def _back(state: State, scene: Scene) -> tuple[str, str]:
    det, rank = float(scene.numbers["det"]), int(scene.numbers["rank"])
    if rank < 2:
        return "No", f"The rank is {rank}: many points land on one, and none of them is told apart."
    turned = "Yes, and the flag is a mirror image" if det < 0 else "Yes"
    return turned, f"The determinant is {number(det)}, not 0: A⁻¹ takes every point back."


def _double(state: State, scene: Scene) -> tuple[str, str]:
    det = float(scene.numbers["det"])
    return "It is 4 times as large", (
        f"Both columns double, so det goes from {number(det)} to {number(4 * det)}; an area of 0 "
        "stays 0."
    )


PAGE = Page(
    name="plane-by-a-matrix",
    lead="A matrix is a way to move the plane: its columns say where the two unit arrows land, and "
    "all else follows along. Drag the tips; Play leads the way back, where there is one. Where "
    "does the square go, and can it come back?",
    notes="§0.2, §0.3, Def 1",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{A}{A}x = x_1\,\term{first}{(a,\ c)^{\top}} + "
            r"x_2\,\term{second}{(b,\ d)^{\top}}",
            "A x is x one times the first column plus x two times the second column",
        ),
        Formula(
            r"\term{det}{\det A} = ad - bc, \qquad \term{inverse}{A^{-1}}A = I",
            "the determinant of A is a d minus b c; the inverse of A times A is the identity",
        ),
    ),
    terms=(
        Term("A", "A", "the matrix, by rows", "blue"),
        Term("first", "A e₁", "first column", "orange"),
        Term("second", "A e₂", "second column", "green"),
        Term("det", "det", "signed area", "rose"),
        Term("inverse", "A⁻¹", "the way back", "violet"),
    ),
    pictures=(
        Picture("plane", "The plane, moved", "main"),
        Picture("matrices", "There and back"),
    ),
    questions=(
        Question(
            "Can the square come back?",
            ("Yes", "Yes, and the flag is a mirror image", "No"),
            _back,
        ),
        Question(
            "All four numbers double. What happens to the area?",
            ("It doubles", "It is 4 times as large", "It stays"),
            _double,
        ),
    ),
    scenes=scenes,
    code=code,
)
