"""∂Z/∂W of a layer: a tensor in blocks, equal on the diagonal, that comes down to A.

Notes: Concept 482, Concept 483, Notation 484, §A.9.2
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import matrices, matrix, tree
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

CONTROLS = (
    setting("n", 3, "Neurons of the layer", symbol="n", term="Z", low=1, shown=(2, 4)),
    setting("A", [[2.0], [-1.0], [0.5]], "Input A of the layer"),
    setting("back", [[1.0], [-2.0], [0.5], [3.0]], "∂L/∂Z, from the layers above"),
)
STEPS = (
    "One block for each pair: column j of W down, output k across. Each block is m×1.",
    "Neuron k reads only its own column of W: off the diagonal all is 0.",
    "On the diagonal each block is the same: A. The blocks there hold all there is to know.",
    "Write it once: ∂Z/∂W is condensed to A, and ∂L/∂W is A (∂L/∂Z)ᵀ.",
)


def _column(rows: Any, most: int) -> Any:
    found = np.concatenate([np.ravel(row) for row in rows]) if rows else np.ones(1)
    return found[:most]


def _parts(state: State) -> tuple[Any, Any, int]:
    """A and ∂L/∂Z as columns; what is missing of the second is 1."""
    A, n = _column(state["A"], 5), state["n"]
    A = np.append(A, 1.0) if len(A) < 2 else A
    back = np.ones(n)
    given = _column(state["back"], n)
    back[: len(given)] = given
    return A, back, n


@lru_cache(maxsize=32)
def _derived(m: int, n: int) -> tuple[Any, Any]:
    from pellucid.calculus import derive

    layer = derive("W'*A", "W", f"W: {m}×{n}, A: {m}×1")
    loss = derive("g'*(W'*A)", "W", f"W: {m}×{n}, A: {m}×1, g: {n}×1")
    return layer, loss


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The tensor as a grid of blocks, then less and less of it."""
    A, back, n = _parts(state)
    m = len(A)
    layer, loss = _derived(m, n)
    tensor = layer.derivative.value(A=A)
    slope = loss.derivative.value(A=A, g=back)
    forced = layer.derivative.value(A=np.ones(m)) == 0  # whatever A is, these are 0
    yield Scene(
        terms={
            "A": Now(A, f"{m}×1"),
            "Z": Now(f"{n} entries", f"{n}×1"),
            "tensor": Now(f"{tensor.size} entries", f"{m}×{n}×{n}"),
            "back": Now(back, f"{n}×1"),
            "slope": Now(f"{slope.size} entries", f"{m}×{n}"),
        },
        pictures={
            "blocks": _blocks(tensor, A, m, n),
            "use": _use(A, back, slope),
            "steps": _told(layer),
        },
        facts=(
            ("entries of the tensor", f"{tensor.size}"),
            ("of them not forced to be 0", f"{int((~forced).sum())}"),
            ("what they are", f"the {m} entries of A, {n} times"),
            ("the library’s reason", layer.condensed.why),
            ("entry by entry", layer.element),
        ),
        numbers={
            "tensor": tensor,
            "slope": slope,
            "condensed": str(layer.condensed.expression),
            "m": m,
            "n": n,
            "share": float(np.mean(~forced)),
        },
        steps=3,
        count="step",
        summary=f"a tensor of {tensor.size} entries comes down to the {m} entries of A",
    )


def _blocks(tensor: Any, A: Any, m: int, n: int) -> dict[str, Any]:
    """Blocks (column j of W, output k), each a column of m entries."""
    grid = np.concatenate([tensor[:, j, :] for j in range(n)])
    off = [[j * m + i, k] for j in range(n) for k in range(n) if j != k for i in range(m)]
    own = [[j * m + i, j] for j in range(n) for i in range(m)]
    first = [[i, 0] for i in range(m)]
    bare = grid.copy()
    for r, k in off:
        bare[r, k] = np.nan
    once = np.full_like(grid, np.nan)
    once[:m, 0] = A
    rows = [f"w{'₁₂₃₄₅'[i]}{'₁₂₃₄'[j]}" for j in range(n) for i in range(m)]
    return matrices(
        "The derivative of Z by W as a grid of blocks, step {t} of {steps}; A stands on the "
        "diagonal.",
        [
            matrix(
                Moving(np.array([grid, bare, bare, once])),
                "∂Z/∂W",
                shape=f"{m}×{n}×{n}, a block row for each column of W",
                rows=rows,
                columns=[f"z{'₁₂₃₄'[k]}" for k in range(n)],
                term="tensor",
                marked=Moving([[], own, own, first]),
                faint=Moving([off, [], [], []]),
            ),
            matrix(
                Moving(np.array([np.full((m, 1), np.nan)] * 3 + [A[:, None]])),
                "A",
                term="A",
                before="→",
            ),
        ],
        note=Moving(list(STEPS)),
    )


def _use(A: Any, back: Any, slope: Any) -> dict[str, Any]:
    return matrices(
        "A times what comes back, transposed, is the derivative of the loss by the weights.",
        [
            matrix(A[:, None], "A", term="A"),
            matrix(back[None, :], "(∂L/∂Z)ᵀ", term="back", before="·"),
            matrix(slope, "∂L/∂W", term="slope", before="="),
        ],
        note="the same numbers as the whole tensor gives, each ∂L/∂wᵢⱼ = Σₖ ∂zₖ/∂wᵢⱼ · ∂L/∂zₖ",
    )


def _told(layer: Any) -> dict[str, Any]:
    lines = [
        {"text": layer.element, "note": "one entry, Concept 482", "at": 0},
        {"text": layer.condensed.blocks, "note": "as blocks, Concept 483", "at": 1},
        {"text": layer.condensed.why, "note": "Notation 484", "at": 2},
        {
            "text": f"∂Z/∂W → {layer.condensed.expression}",
            "note": "condensed",
            "at": 3,
            "term": "A",
        },
    ]
    return tree("What the library proves of the tensor, up to step {t}.", lines)


def code(state: State, data: Data) -> str:
    """The program that derives, evaluates and condenses."""
    A, back, _ = _parts(state)
    return f"""import numpy as np
from pellucid.calculus import derive

A, g = np.array({A.tolist()!r}), np.array({back.tolist()!r})
m, n = len(A), len(g)
layer = derive("W'*A", "W", f"W: {{m}}×{{n}}, A: {{m}}×1")  # Z = WᵀA
tensor = layer.derivative.value(A=A)
condensed = str(layer.condensed.expression)
share = np.mean(layer.derivative.value(A=np.ones(m)) != 0)  # whatever A is, the others are 0

loss = derive("g'*(W'*A)", "W", f"W: {{m}}×{{n}}, A: {{m}}×1, g: {{n}}×1")  # g is ∂L/∂Z
slope = loss.derivative.value(A=A, g=g)
print(tensor.shape, "→", condensed, layer.condensed.why, slope, sep="\\n")"""


ANSWERS = ("All", "A half", "A third", "A quarter")


def _count(state: State, scene: Scene) -> tuple[str, str]:
    share, m, n = (scene.numbers[name] for name in ("share", "m", "n"))
    return ANSWERS[round(1 / share) - 1], (
        f"Each of {n} outputs depends on its own {m} of the weights: {m}·{n} of {m}·{n}·{n} "
        f"derivatives, one in {n}."
    )


PAGE = Page(
    name="tensor-to-matrix",
    lead="A layer’s outputs by its weights: n outputs, m·n weights, so m·n·n derivatives. Many are "
    "0 and the others repeat. Play it. How does a tensor of derivatives become one matrix?",
    notes="Concept 482, Concept 483, Notation 484, §A.9.2",
    controls=CONTROLS,
    formulas=(
        Formula(r"\term{Z}{Z} = W^{\top} \term{A}{A}", "Z is W transposed A"),
        Formula(
            r"\term{tensor}{\frac{\partial z_k}{\partial w_{ij}}} = \term{A}{a_i} "
            r"\ \mathrm{if}\ j = k, \ \mathrm{else}\ 0",
            "the derivative of z k by w i j is a i where j is k, else zero",
        ),
        Formula(
            r"\term{slope}{\frac{\partial L}{\partial W}} = \term{A}{A} "
            r"\left(\term{back}{\frac{\partial L}{\partial Z}}\right)^{\top}",
            "the derivative of L by W is A times the derivative of L by Z, transposed",
        ),
    ),
    terms=(
        Term("A", "A", "input of the layer", "green"),
        Term("Z", "Z", "its outputs", "violet"),
        Term("tensor", "∂Z/∂W", "all derivatives", "grey"),
        Term("back", "∂L/∂Z", "what comes back", "orange"),
        Term("slope", "∂L/∂W", "what is wanted", "blue"),
    ),
    pictures=(
        Picture("blocks", "The tensor as blocks: play it", "main"),
        Picture("use", "What A is used for"),
        Picture("steps", "What the library proves", "wide"),
    ),
    questions=(Question("What share of the entries can be other than 0?", ANSWERS, _count),),
    scenes=scenes,
    code=code,
)
