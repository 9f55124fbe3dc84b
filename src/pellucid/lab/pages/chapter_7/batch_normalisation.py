"""Batch normalisation of one neuron's scores: standardised over the batch, scaled, shifted.

Notes: Def 337, Concept 338, Clar 339, Concept 340, Def 341, KE 345
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import matrices, matrix, plane, points, rule
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

MOST = 10
CONTROLS = (
    setting("outlier", 6.0, "The last score", symbol="z", term="z", shown=(-20.0, 20.0)),
    setting("Z", [[1.0], [2.0], [3.0], [4.0], [5.0]], "The other scores of the batch"),
    setting("G", 1.0, "Scale", symbol="G", term="G", shown=(-3.0, 3.0)),
    setting("B", 0.0, "Shift", symbol="B", term="B", shown=(-3.0, 3.0)),
    setting("epsilon", 0.001, "Added to σ", symbol="ε", low=0.0, shown=(0.0001, 1.0), scale="log"),
)  # fmt: skip


def _batch(state: State) -> Any:
    given = np.concatenate([np.ravel(row) for row in state["Z"]]) if state["Z"] else np.zeros(1)
    return np.append(given[: MOST - 1], state["outlier"])


def _passed(Z: Any, G: float, B: float, epsilon: float) -> tuple[Any, Any]:
    """Ẑ, and its derivatives: row i holds ∂ẑ of every row by z of row i."""
    from pellucid.networks import BatchNorm, Mode, computing_in

    params = {"G": np.array([G]), "B": np.array([B])}
    with computing_in("float64"):
        out, back = BatchNorm(epsilon).forward(params, Z[:, None], Mode(training=True))
        D = np.column_stack([np.ravel(back(e[:, None])[0]) for e in np.eye(len(Z))])
    return np.ravel(out), D


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """The three stages of a batch, and who depends on whom."""
    Z = _batch(state)
    bar, _ = _passed(Z, 1.0, 0.0, state["epsilon"])
    hat, D = _passed(Z, state["G"], state["B"], state["epsilon"])
    n = len(Z)
    yield Scene(
        terms={
            "z": Now(Z[-1], f"1×{n}", text="{0}, the last"),
            "bar": Now(bar[-1], f"1×{n}", text="{0}, the last"),
            "hat": Now(hat[-1], f"1×{n}", text="{0}, the last"),
            "G": Now(state["G"]),
            "B": Now(state["B"]),
            "D": Now(D[-1, 0], f"{n}×{n}", text="{0} of ẑ₁ by the last z"),
        },
        pictures={"stages": _stages(Z, bar, hat), "derivative": _derivative(D)},
        facts=(
            ("mean of Z, its deviation", f"{number(Z.mean())}, {number(Z.std())}"),
            ("mean of Z̄, its deviation", f"{number(bar.mean())}, {number(bar.std())}"),
            ("mean of Ẑ, its deviation", f"{number(hat.mean())}, {number(hat.std())}"),
            ("derivatives of all ẑ by one z sum to", number(round(float(D[-1].sum()), 12))),
        ),
        numbers={"bar": bar, "hat": hat, "D": D},
        summary=f"the normalised scores have the mean {number(hat.mean())}",
    )


def _stages(Z: Any, bar: Any, hat: Any) -> dict[str, Any]:
    """All three on one picture: a level each."""
    n = len(Z)
    shown = np.concatenate([Z, bar, hat])
    reach = max(3.0, float(np.abs(shown).max())) * 1.08
    marks = [rule(x=0.0)]
    for level, values, term in ((2, Z, "z"), (1, bar, "bar"), (0, hat, "hat")):
        marks.append(points(values, np.full(n, level), term=term, size=4.0))
        marks.append(
            points(values[-1:], [level], term=term, size=8.0, shape="ring", label=[NAMES[term]])
        )
    return plane(
        "Three levels: the scores Z above, standardised in the middle, scaled and shifted below; "
        "the last row is ringed.",
        marks,
        box=(-reach, reach, -0.5, 2.6),
        bare=True,
        height=0.6,
        x="Z above, Z̄ in the middle, Ẑ below",
    )


NAMES = {"z": "Z", "bar": "Z̄", "hat": "Ẑ"}


def _derivative(D: Any) -> dict[str, Any]:
    n = len(D)
    return matrices(
        "How each normalised score follows each score: no entry need be 0, since rows share μ and "
        "σ.",
        [
            matrix(
                D,
                "∂Ẑ/∂Z",
                term="D",
                rows=[f"z{i + 1}" for i in range(n)],
                columns=[f"ẑ{k + 1}" for k in range(n)],
                marked=[[n - 1, k] for k in range(n)],
                digits=2,
            )
        ],
        note="marked: what the last score does to every row of its batch",
    )


def code(state: State, data: Data) -> str:
    """The program that normalises the same batch."""
    return f"""import numpy as np
from pellucid.networks import BatchNorm, Mode, computing_in

Z = np.array({_batch(state).tolist()!r})
layer = BatchNorm({state["epsilon"]!r})


def normalised(G, B):
    params = {{"G": np.array([G]), "B": np.array([B])}}
    return layer.forward(params, Z[:, None], Mode(training=True))


with computing_in("float64"):
    bar = np.ravel(normalised(1.0, 0.0)[0])
    hat, back = normalised({state["G"]!r}, {state["B"]!r})
    hat = np.ravel(hat)
    D = np.column_stack([np.ravel(back(e[:, None])[0]) for e in np.eye(len(Z))])
print(hat, D.round(3), sep="\\n")"""


def _judge(state: State, scene: Scene) -> tuple[str, str]:
    D = scene.numbers["D"]
    others = np.abs(np.delete(D[-1], -1)).max()
    right = "Yes" if others > 1e-12 else "No"
    return right, f"The largest derivative of another row’s ẑ by it is {number(others)}."


PAGE = Page(
    name="batch-normalisation",
    lead="A neuron’s scores are standardised over the rows of the batch, then scaled by G and "
    "shifted by B. Move one score: all others answer. What does a row know of its batch?",
    notes="Concept 338, Concept 340, Def 341, KE 345",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{bar}{\bar{Z}} = \frac{\term{z}{Z} - \mu}{\sigma + \epsilon}, \qquad "
            r"\term{hat}{\hat{Z}} = \term{G}{G} \circ \term{bar}{\bar{Z}} + \term{B}{B}",
            "Z bar is Z minus mu over sigma and epsilon; Z hat is G times Z bar and B",
        ),
    ),
    terms=(
        Term("z", "Z", "scores of a batch", "grey"),
        Term("bar", "Z̄", "standardised", "violet"),
        Term("hat", "Ẑ", "what goes on", "orange"),
        Term("G", "G", "scale, learned", "green"),
        Term("B", "B", "shift, learned", "green"),
        Term("D", "∂Ẑ/∂Z", "who moves whom", "blue"),
    ),
    pictures=(
        Picture("stages", "A batch in three stages", "main"),
        Picture("derivative", "Who moves whom", "wide"),
    ),
    questions=(Question("The last score moves. Do other rows’ ẑ move?", ("Yes", "No"), _judge),),
    scenes=scenes,
    code=code,
)
