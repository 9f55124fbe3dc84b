"""A derivative to be answered before it is derived: the verdict, and the steps.

Notes: Def 457, Def 463, Concept 470, Concept 481, KE 119, §2.6
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pellucid.errors import FormulaError
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import text, tree
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

OWN = "your own"
# Formula, by, shapes.
EXERCISES = {
    "a quadratic form": ("x'*A*x", "x", "A: d×d, x: d×1"),
    "least squares": ("norm2(X'*theta - y)^2/n", "theta", "X: d×n, theta: d×1, y: n×1"),
    "ridge": (
        "norm2(X'*theta - y)^2/n + lam*norm2(theta)^2",
        "theta",
        "X: d×n, theta: d×1, y: n×1",
    ),
    "logistic loss": ("log(1 + exp(-y*(theta'*x)))", "theta", "x: d×1, theta: d×1, y: scalar"),
    "a layer": ("W'*a + b", "a", "W: m×n, a: m×1, b: n×1"),
    "its loss by its weights": ("norm2(W'*a - y)^2", "W", "W: m×n, a: m×1, y: n×1"),
    "a determinant": ("log(det(A))", "A", "A: d×d"),
}
CONTROLS = (
    setting("exercise", "a quadratic form", "Exercise", choices=(*EXERCISES, OWN)),
    setting("answer", "2*A*x", "Your answer (* is a product, ' transposes, .* by entries)"),
    setting("formula", "norm2(A*x - b)^2", "Formula f", when=(("exercise", (OWN,)),)),
    setting("by", "x", "Differentiate by", when=(("exercise", (OWN,)),)),
    setting("shapes", "A: m×n, x: n×1, b: m×1", "Shapes", when=(("exercise", (OWN,)),)),
    setting("steps", True, "Show the steps"),
)  # fmt: skip
UNREAD = "not an answer yet"


def _asked(state: State) -> tuple[str, str, str]:
    if state["exercise"] == OWN:
        return state["formula"], state["by"], state["shapes"]
    return EXERCISES[state["exercise"]]


@lru_cache(maxsize=64)
def _derived(formula: str, by: str, shapes: str) -> Any:
    from pellucid.calculus import derive

    return derive(formula, by, shapes)


@lru_cache(maxsize=128)
def _judged(formula: str, by: str, shapes: str, answer: str) -> tuple[str, str]:
    """The verdict on an answer, and the reason."""
    from pellucid.calculus import check_gradient_answer

    try:
        found = check_gradient_answer(formula, by, answer, shapes)
    except FormulaError as problem:
        return UNREAD, str(problem)
    return found.verdict, found.message


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The verdict on the answer, and the derivation step by step."""
    formula, by, shapes = _asked(state)
    found = _derived(formula, by, shapes)
    verdict, message = _judged(formula, by, shapes, state["answer"])
    shape = "×".join(map(str, found.derivative.shape))
    steps = list(found.steps) if state["steps"] else list(found.steps[:1])
    last = len(steps) - 1
    shown: Any = found.unicode if state["steps"] else "not shown yet"
    if state["steps"] and last:
        shown = Moving(["not yet"] * last + [found.unicode])
    curved = found.convexity not in ("", "unknown")
    known = [("f in the variable", found.convexity)] if curved else []
    by_shape = "×".join(map(str, found.derivative.by.shape))
    yield Scene(
        terms={
            "f": Now(str(found.derivative.of), "×".join(map(str, found.derivative.of.shape))),
            "by": Now(str(found.derivative.by), by_shape),
            "answer": Now(verdict, "–"),
            "D": Now(shown, shape),
        },
        pictures={"verdict": _verdict(state, found, verdict, message), "steps": _steps(steps)},
        facts=(
            ("verdict", verdict),
            ("shape of the derivative", shape),
            ("check of the library’s answer", str(found.check)),
            *known,
            *(("mind", note) for note in found.warnings),
        ),
        numbers={"verdict": verdict, "shape": shape, "derivative": str(found.expression)},
        steps=last,
        count="step",
        summary=f"the answer is {verdict}",
    )


def _verdict(state: State, found: Any, verdict: str, message: str) -> dict[str, Any]:
    d = found.derivative
    return text(
        f"The answer that was typed, and the library's verdict on it: {verdict}.",
        [
            {"text": f"f = {d.of}", "term": "f"},
            {"text": f"with {found.shapes}", "line": True},
            {
                "text": f"∂f/∂{d.by} = {state['answer'] or '?'}",
                "term": "answer",
                "line": True,
            },
            {
                "text": verdict[0].upper() + verdict[1:],
                "weight": 0.5 if verdict == "right" else -0.5,
                "line": True,
            },
            {"text": message, "line": True},
        ],
    )


def _steps(steps: list[Any]) -> dict[str, Any]:
    lines = []
    for i, step in enumerate(steps):
        lines.append({"text": step.what, "note": step.source, "at": i})
        if step.text:
            typeset = {"latex": step.latex} if step.latex else {}
            lines.append({"text": step.text, "depth": 1, "at": i} | typeset)
    return tree("The derivation, as far as step {t} of {steps}.", lines)


def code(state: State, data: Data) -> str:
    """The program that judges the answer and derives."""
    formula, by, shapes = _asked(state)
    return f"""from pellucid.calculus import check_gradient_answer, derive
from pellucid.errors import FormulaError

f, by, shapes = {formula!r}, {by!r}, {shapes!r}
try:
    verdict = check_gradient_answer(f, by, {state["answer"]!r}, shapes).verdict
except FormulaError as problem:
    verdict = {UNREAD!r}
    print(problem)

found = derive(f, by, shapes)
derivative = str(found.expression)
shape = "×".join(map(str, found.derivative.shape))
print(verdict, found, sep="\\n")"""


SHAPES = ("As the variable", "The variable’s entries × those of f", "Neither")


def _shape(state: State, scene: Scene) -> tuple[str, str]:
    formula, by, shapes = _asked(state)
    found = _derived(formula, by, shapes).derivative
    own = "×".join(map(str, found.by.shape))
    reason = f"It is {scene.numbers['shape']}: {_derived(formula, by, shapes).steps[0].text}"
    if found.shape == found.by.shape and found.of.shape == (1, 1):
        return SHAPES[0], f"f is a single number and the variable {own}. {reason}"
    if found.shape == (_entries(found.by.shape), _entries(found.of.shape)):
        return SHAPES[1], reason
    return SHAPES[2], reason


def _entries(shape: tuple[Any, ...]) -> Any:
    """How many entries a column or a row has; None for a matrix."""
    rows, columns = shape
    return rows if columns == 1 else columns if rows == 1 else None


PAGE = Page(
    name="derive-and-answer",
    lead="Read the formula and the shapes, write your answer, then play the steps. For a wrong "
    "answer the page names the kind of slip. Can you name the derivative before it is derived?",
    notes="Def 457, Def 463, Concept 470, Concept 481, KE 119, §2.6",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{D}{\frac{\partial f}{\partial x}} = "
            r"\frac{\partial u}{\partial \term{by}{x}} \, \frac{\partial \term{f}{f}}{\partial u}",
            "the derivative of f by x is that of u by x times that of f by u",
        ),
    ),
    terms=(
        Term("f", "f", "the formula", "rose"),
        Term("by", "x", "the variable", "green"),
        Term("answer", "?", "your answer is", "orange"),
        Term("D", "∂f/∂x", "the derivative", "blue"),
    ),
    pictures=(
        Picture("verdict", "Your answer", "wide"),
        Picture("steps", "The derivation: play it", "wide"),
    ),
    questions=(Question("What shape must the derivative have?", SHAPES, _shape),),
    scenes=scenes,
    code=code,
)
