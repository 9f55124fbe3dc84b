"""Scores moved by hand: softmax makes chances of them that sum to 1; k sigmoids do not.

Notes: Def 164, Def 170, KE 171, Def 148
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, handle, matrices, matrix, plane, rule, segments
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

MOST, REACH = 5, 6.0
STARTS = (1.0, 2.0, -1.0, 0.0, -2.0)
SOFTMAX, SIGMOIDS = "one softmax", "k sigmoids"
CONTROLS = (
    *(
        setting(
            f"u{i + 1}",
            STARTS[i],
            f"Score of class {i + 1}",
            symbol=f"u{'₁₂₃₄₅'[i]}",
            term="u",
            shown=(-REACH, REACH),
            when=(("k", tuple(range(i + 1, MOST + 1))),) if i > 1 else (),
        )
        for i in range(MOST)
    ),
    setting("k", 3, "Classes", symbol="k", low=2, shown=(2, MOST)),
    setting("truth", 2, "The true class", symbol="y", term="y", low=1, shown=(1, MOST)),
    setting("kind", SOFTMAX, "Chances by", choices=(SOFTMAX, SIGMOIDS)),
    setting("shift", 0.0, "Added to every score", term="u", shown=(-3.0, 3.0)),
)


def _scores(state: State) -> tuple[Any, Any]:
    """u with the shift, and the one-hot y; a true class beyond k is the last one."""
    k = state["k"]
    u = np.array([state[f"u{i + 1}"] for i in range(k)]) + state["shift"]
    return u, np.eye(k)[min(state["truth"], k) - 1]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Chances, loss and its derivative at these scores."""
    from pellucid.losses import LOSSES, nll_from_score, nllm_from_scores, sigmoid, softmax

    u, y = _scores(state)
    one = state["kind"] == SOFTMAX
    g = softmax(u) if one else sigmoid(u)
    losses = -y * np.log(g) if one else LOSSES["nll"](g, y)
    loss = float(nllm_from_scores(u, y) if one else nll_from_score(u, y).sum())
    total = float(g.sum())
    raised = softmax(u + 1.0) if one else sigmoid(u + 1.0)
    names = [f"class {i + 1}" for i in range(len(u))]
    yield Scene(
        terms={
            "u": Now(u, f"{len(u)}×1"),
            "g": Now(g, f"{len(u)}×1"),
            "y": Now(", ".join(f"{v:.0f}" for v in y), f"{len(u)}×1"),
            "loss": Now(loss, digits=4),
            "slope": Now(g - y, f"{len(u)}×1"),
        },
        pictures={
            "scores": _scores_by_hand(u, names, state),
            "chances": _chances(g, y, names),
            "losses": _losses(losses, names, state),
            "vectors": _vectors(u, g, y, one),
        },
        facts=(
            ("sum of the chances", number(total, 4)),
            ("chance of the true class", number(float(g @ y), 4)),
            ("loss", number(loss, 4)),
            ("class that is answered", f"{int(np.argmax(g)) + 1}"),
            ("chance of class 1 over that of class 2", number(float(g[0] / g[1]))),
            ("e to the difference of their scores", number(float(np.exp(u[0] - u[1])))),
        ),
        numbers={"g": g, "loss": loss, "total": total, "raised": raised, "slope": g - y},
        summary=f"The chances sum to {number(total)}; the loss is {number(loss)}",
    )


def _scores_by_hand(u: Any, names: list[str], state: State) -> dict[str, Any]:
    at = np.arange(len(u))
    top = max(REACH, float(np.abs(u).max())) + 0.6
    return plane(
        "A score for each class, to be dragged up and down: {u}.",
        [
            segments(at, np.zeros(len(u)), at, u, term="u"),
            rule(y=0.0, colour="grey"),
            *(
                handle(
                    float(i),
                    float(v),
                    ("", f"u{i + 1}"),
                    f"score of class {i + 1}",
                    term="u",
                    origin=(0.0, state["shift"]),
                )
                for i, v in enumerate(u)
            ),
        ],
        box=(-0.6, len(u) - 0.4, -top, top),
        names=names,
        y="score u",
        height=0.8,
    )


def _chances(g: Any, y: Any, names: list[str]) -> dict[str, Any]:
    at = np.arange(len(g))
    return plane(
        "The chance of each class, {g}; grey stands behind the true class, whose "
        "chance should be 1.",
        [
            bars(at, y, width=0.9, term="y"),
            bars(at, g, width=0.7, term="g", label=[number(float(v), 2) for v in g]),
        ],
        box=(-0.6, len(g) - 0.4, 0.0, 1.18),
        names=names,
        y="chance g",
        height=0.62,
    )


def _losses(losses: Any, names: list[str], state: State) -> dict[str, Any]:
    words = "−log of the true class’s chance" if state["kind"] == SOFTMAX else "of k yes-or-no"
    return plane(
        f"What each class adds to the loss {{loss}}, {words}.",
        [
            bars(
                np.arange(len(losses)),
                losses,
                term="loss",
                label=[number(float(v), 2) if v > 0 else "" for v in losses],
            )
        ],
        box=(-0.6, len(losses) - 0.4, 0.0, max(1.3 * float(losses.max()), 1.0)),
        names=names,
        y="loss",
        height=0.46,
    )


def _vectors(u: Any, g: Any, y: Any, one: bool) -> dict[str, Any]:
    return matrices(
        "Chances minus truth is the derivative of the loss by the scores.",
        [
            matrix(u, "u", term="u"),
            matrix(g, "softmax(u)" if one else "σ(u)", term="g", before="→"),
            matrix(y, "y", term="y", before="−"),
            matrix(g - y, "∂L/∂u", term="slope", before="="),
        ],
        note="A step against it raises the true class’s score and lowers the others.",
    )


def code(state: State, data: Data) -> str:
    """The program that makes the same chances."""
    u, y = _scores(state)
    made = (
        """g, raised = softmax(u), softmax(u + 1)
loss = nllm_from_scores(u, y)"""
        if state["kind"] == SOFTMAX
        else """g, raised = sigmoid(u), sigmoid(u + 1)
loss = nll_from_score(u, y).sum()"""
    )
    return f"""import numpy as np
from pellucid.losses import nll_from_score, nllm_from_scores, sigmoid, softmax

u = np.array({u.tolist()!r})
y = np.array({y.tolist()!r})
{made}
total, slope = g.sum(), g - y
print(g, total, loss, slope)"""


def _added(state: State, scene: Scene) -> tuple[str, str]:
    g, raised = scene.numbers["g"], scene.numbers["raised"]
    if np.allclose(g, raised, atol=1e-12):
        return "They stay", (
            "Every e^u becomes e times as large, and so does their sum: each share stays."
        )
    return "All rise", (
        f"Each sigmoid looks at its own score alone: their sum goes from {number(float(g.sum()))} "
        f"to {number(float(raised.sum()))}."
    )


def _lowers(state: State, scene: Scene) -> tuple[str, str]:
    slope = scene.numbers["slope"]
    right = "The true class’s only" if int((slope < 0).sum()) == 1 else "Any"
    return right, (
        f"∂L/∂u = g − y = {', '.join(number(float(v)) for v in slope)}: it is below 0 for the true "
        "class only."
    )


PAGE = Page(
    name="softmax",
    lead="One score a class, any numbers at all. Softmax raises e to each and divides by the sum; "
    "k sigmoids answer k separate questions. Drag the scores. How do scores become chances?",
    notes="Def 164, Def 170, KE 171",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{g}{g_i} = \frac{e^{\term{u}{u_i}}}{\sum_{j=1}^{k} e^{u_j}}",
            "g i is e to the u i over the sum of e to the u j",
        ),
        Formula(
            r"\term{loss}{L_{\mathrm{nllm}}} = -\sum_{j=1}^{k} \term{y}{y_j} \log g_j",
            "the loss is minus the sum over j of y j log g j",
        ),
        Formula(
            r"\term{slope}{\frac{\partial L}{\partial u}} = g - y",
            "the derivative of the loss by the scores is g minus y",
        ),
    ),
    terms=(
        Term("u", "u", "scores, one a class", "green"),
        Term("g", "g", "chances", "blue"),
        Term("y", "y", "truth, one-hot", "grey"),
        Term("loss", "L", "loss", "rose"),
        Term("slope", "∂L/∂u", "how the loss leans", "orange"),
    ),
    pictures=(
        Picture("scores", "Scores: drag them", "main"),
        Picture("chances", "Chances, the true class in grey"),
        Picture("losses", "What each class adds to the loss"),
        Picture("vectors", "From scores to the derivative", "wide"),
    ),
    questions=(
        Question(
            "You add 1 to every score. What do the chances do?",
            ("They stay", "All rise", "The largest rises"),
            _added,
        ),
        Question(
            "Which score, raised a little, lowers the loss?",
            ("Any", "The true class’s only", "The largest only"),
            _lowers,
        ),
    ),
    scenes=scenes,
    code=code,
)
