"""What shape a derivative has, and which entry stands where.

Notes: Concept 458, Def 463, Def 467, Def 471, Def 472, Def 473, Concept 474, Clar 464
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import matrices, matrix, table
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

KINDS = ("scalar", "vector", "matrix")
LAYOUTS = ("denominator", "numerator")
DIGITS = "₁₂₃₄"
CONTROLS = (
    setting("by", "vector", "The input x is a", term="x", choices=KINDS),
    setting("of", "vector", "The output y is a", term="y", choices=KINDS),
    setting(
        "m", 3, "Rows of x", symbol="m", term="x", shown=(2, 4), when=(("by", KINDS[1:]),)
    ),
    setting("p", 2, "Columns of x", symbol="p", term="x", shown=(2, 3), when=(("by", KINDS[2:]),)),
    setting(
        "n", 2, "Rows of y", symbol="n", term="y", shown=(2, 4), when=(("of", KINDS[1:]),)
    ),
    setting("q", 2, "Columns of y", symbol="q", term="y", shown=(2, 3), when=(("of", KINDS[2:]),)),
    setting("layout", "denominator", "Layout", term="layout", choices=LAYOUTS),
)  # fmt: skip
# y = A x B in every kind: a linear map, so that its derivative is one set of numbers.
FORMULAS: dict[tuple[str, str], tuple[str, dict[str, tuple[int | str, ...]]]] = {
    ("scalar", "scalar"): ("a*x", {"a": ()}),
    ("scalar", "vector"): ("a'*x", {"a": ("m", 1)}),
    ("scalar", "matrix"): ("a'*x*b", {"a": ("m", 1), "b": ("p", 1)}),
    ("vector", "scalar"): ("x*a", {"a": ("n", 1)}),
    ("vector", "vector"): ("A*x", {"A": ("n", "m")}),
    ("vector", "matrix"): ("A*x*b", {"A": ("n", "m"), "b": ("p", 1)}),
    ("matrix", "scalar"): ("x*A", {"A": ("n", "q")}),
    ("matrix", "vector"): ("A*x*b'", {"A": ("n", "m"), "b": ("q", 1)}),
    ("matrix", "matrix"): ("A*x*B", {"A": ("n", "m"), "B": ("p", "q")}),
}


Shapes = dict[str, tuple[int | str, ...]]
INPUTS: Shapes = {"scalar": (1, 1), "vector": ("m", 1), "matrix": ("m", "p")}
OUTPUTS: Shapes = {"scalar": (1, 1), "vector": ("n", 1), "matrix": ("n", "q")}


def _shape(kind: str, rows: int, columns: int) -> tuple[int, int]:
    return {"scalar": (1, 1), "vector": (rows, 1), "matrix": (rows, columns)}[kind]


def _arrays(state: State) -> tuple[str, dict[str, Any]]:
    """The formula, and small whole numbers for what it holds beside x."""
    formula, shapes = FORMULAS[state["of"], state["by"]]
    arrays, start = {}, 1
    for name, shape in shapes.items():
        sizes = tuple(s if isinstance(s, int) else state[s] for s in shape)
        count = int(np.prod(sizes))
        arrays[name] = np.arange(start, start + count, dtype=float).reshape(sizes)
        start += count
    return formula, arrays


def _where(state: State, arrays: dict[str, Any]) -> str:
    sizes = {"x": _shape(state["by"], state["m"], state["p"])}
    sizes |= {name: np.shape(a) for name, a in arrays.items()}
    written = ["scalar" if not s or s == (1, 1) else "×".join(map(str, s)) for s in sizes.values()]
    return ", ".join(f"{name}: {shape}" for name, shape in zip(sizes, written, strict=True))


@lru_cache(maxsize=128)
def _derived(formula: str, where: str, layout: str) -> Any:
    from pellucid.calculus import derive

    return derive(formula, "x", where, layout=layout)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The grid of the derivative, with its numbers."""
    formula, arrays = _arrays(state)
    found = _derived(formula, _where(state, arrays), state["layout"])
    D = found.derivative.value(**arrays)
    x, y = _shape(state["by"], state["m"], state["p"]), _shape(state["of"], state["n"], state["q"])
    shape = found.derivative.shape
    axes = [sum(size != 1 for size in s) for s in (x, y)]
    said = "×".join(map(str, shape))
    yield Scene(
        terms={
            "x": Now(f"{axes[0]} axes" if axes[0] != 1 else "1 axis", "×".join(map(str, x))),
            "y": Now(f"{axes[1]} axes" if axes[1] != 1 else "1 axis", "×".join(map(str, y))),
            "D": Now(_axes(sum(axes)), said),
            "layout": Now(f"rows follow {'x' if state['layout'] == LAYOUTS[0] else 'y'}", "–"),
        },
        pictures={
            "grid": _grid(D, state, axes, said),
            "tally": _tally(state),
            "parts": matrices(
                "The formula's other arrays, whose entries come back in the derivative.",
                [matrix(np.atleast_2d(a), name) for name, a in arrays.items()],
                note=f"y = {found.derivative.of}, with these numbers",
            ),
        },
        facts=(
            ("axes", f"{axes[0]} of x + {axes[1]} of y = {sum(axes)}"),
            ("partial derivatives, one for each pair of entries", f"{D.size}"),
            ("the derivative", f"∂y/∂x = {found.expression}"),
            ("layout", found.steps[0].text),
        ),
        numbers={"D": D, "shape": shape},
        summary=f"the derivative has the shape {said}",
    )


def _axes(count: int) -> str:
    return ("a scalar", "a vector", "a matrix", "a 3-tensor", "a 4-tensor")[count]


def _names(letter: str, kind: str, rows: int, columns: int) -> list[str]:
    """Of the entries of an array, row by row."""
    r, c = _shape(kind, rows, columns)
    if kind == "scalar":
        return [letter]
    if kind == "vector":
        return [f"{letter}{DIGITS[i]}" for i in range(r)]
    return [f"{letter}{DIGITS[i]}{DIGITS[j]}" for i in range(r) for j in range(c)]


def _grid(D: Any, state: State, axes: list[int], said: str) -> dict[str, Any]:
    """Rows and columns with the entries that they belong to; a tensor in slices."""
    xs = _names("x", state["by"], state["m"], state["p"])
    ys = _names("y", state["of"], state["n"], state["q"])
    name = "∂y/∂x"
    told = f"The derivative of y by x, {said}: each cell is the derivative of one entry by another."
    if sum(axes) > 2:
        return _slices(D, state, xs, ys, told)
    flat = state["layout"] == "denominator"
    if axes == [2, 0]:
        m, p = D.shape if flat else D.shape[::-1]
        rows, columns = [f"row {i + 1}" for i in range(m)], [f"column {j + 1}" for j in range(p)]
        note = f"the cell in row i, column j {'' if flat else 'of the transpose '}is ∂y/∂xᵢⱼ"
    elif axes == [0, 2]:
        q, n = D.shape if flat else D.shape[::-1]
        rows, columns = [f"column {j + 1}" for j in range(q)], [f"row {i + 1}" for i in range(n)]
        note = "the cell in row j, column i is ∂yᵢⱼ/∂x: y lies transposed"
    else:
        rows, columns = xs, ys
        note = "rows follow the entries of x, columns the entries of y"
    if not flat:
        rows, columns = columns, rows
        note = "numerator layout: the transpose of the notes’"
    return matrices(told, [matrix(D, name, rows=rows, columns=columns, term="D")], note=note)


def _slices(D: Any, state: State, xs: list[str], ys: list[str], told: str) -> dict[str, Any]:
    """One matrix for each entry of x: how all of y follows it."""
    own = KINDS.index(state["of"])
    if state["layout"] == "numerator":
        D = np.moveaxis(D, range(own), range(D.ndim - own, D.ndim))
    slices = D.reshape(len(xs), state["n"], -1)
    return matrices(
        told,
        [
            matrix(s, f"∂y/∂{x}", term="D", top=float(np.abs(D).max()))
            for s, x in zip(slices, xs, strict=True)
        ],
        note=f"a slice for each of the {len(xs)} entries of x, each shaped as y; the tensor holds "
        f"{len(xs)}·{len(ys)} entries",
    )


def _tally(state: State) -> dict[str, Any]:
    """The nine kinds: their shapes, from the library's rule."""
    from pellucid.calculus import derivative_shape

    rows = []
    for by in KINDS:
        row = [f"x {by}"]
        for of in KINDS:
            shape = derivative_shape(OUTPUTS[of], INPUTS[by], state["layout"])
            here = "◀" if (by, of) == (state["by"], state["of"]) else ""
            row.append("×".join(map(str, shape)) + here)
        rows.append(row)
    return table(
        "Shapes of the derivatives of the nine kinds: a row for each kind of input, a column for "
        "each kind of output.",
        ("", *(f"y {of}" for of in KINDS)),
        rows,
        marked=KINDS.index(state["by"]),
    )


def code(state: State, data: Data) -> str:
    """The program that derives and evaluates the same."""
    formula, arrays = _arrays(state)
    lines = "\n".join(f"{name} = np.array({a.tolist()!r})" for name, a in arrays.items())
    given = ", ".join(f"{name}={name}" for name in arrays)
    return f"""import numpy as np
from pellucid.calculus import derive

{lines}
found = derive({formula!r}, "x", {_where(state, arrays)!r}, layout={state["layout"]!r})
D, shape = found.derivative.value({given}), found.derivative.shape
print(found)"""


SHAPES = ("As x", "As y, transposed", "A row for each entry of x", "A tensor", "1×1")


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    by, of = state["by"], state["of"]
    said = "×".join(map(str, scene.numbers["shape"]))
    if state["layout"] == "numerator":
        note = f" In the numerator layout it stands transposed: {said}."
    else:
        note = f" Here: {said}."
    count = KINDS.index(by) + KINDS.index(of)
    if count == 0:
        return "1×1", "Neither has an axis, so the derivative has none." + note
    if count > 2:
        return "A tensor", f"The axes add: {KINDS.index(by)} + {KINDS.index(of)} = {count}." + note
    if of == "scalar":
        return "As x", "A scalar output adds no axis, so there is one entry for each of x." + note
    if by == "scalar":
        return "As y, transposed", "Rows follow the input, columns the output." + note
    return "A row for each entry of x", "Rows follow the input, columns the output." + note


PAGE = Page(
    name="derivative-by-shape",
    lead="A derivative holds one number for each pair of an input entry and an output entry, and "
    "its axes are those of both. Choose the kinds. What shape has the derivative of this by that?",
    notes="Concept 458, Def 463, Def 467, Def 471, Def 472, Concept 474, Clar 464",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\left(\term{D}{\frac{\partial y}{\partial x}}\right)_{ij} = "
            r"\frac{\partial \term{y}{y_j}}{\partial \term{x}{x_i}} \quad "
            r"\mathrm{(denominator\ layout)}",
            "entry i j of the derivative of y by x is the derivative of y j by x i",
        ),
        Formula(
            r"\mathrm{axes}\left(\term{D}{\frac{\partial y}{\partial x}}\right) = "
            r"\mathrm{axes}(\term{x}{x}) + \mathrm{axes}(\term{y}{y})",
            "the axes of the derivative are those of x and those of y together",
        ),
    ),
    terms=(
        Term("x", "x", "input", "green"),
        Term("y", "y", "output", "orange"),
        Term("D", "∂y/∂x", "derivative", "blue"),
        Term("layout", "layout", "denominator: x in the rows", "grey"),
    ),
    pictures=(
        Picture("grid", "The derivative, entry by entry", "wide"),
        Picture("parts", "Where its numbers come from", "wide"),
        Picture("tally", "All nine kinds; ◀ is yours", "wide"),
    ),
    questions=(Question("What shape has ∂y/∂x, in the notes’ layout?", SHAPES, _judge),),
    scenes=scenes,
    code=code,
)
