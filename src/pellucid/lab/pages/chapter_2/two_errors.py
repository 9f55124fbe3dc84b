"""Many samples of one known truth, one fit each: what the class cannot, and what the rows cannot.

Notes: Def 73, Clar 74, Def 75, Clar 76, Concept 77, Concept 78
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import setting
from pellucid.lab.data import Data
from pellucid.lab.marks import bars, line, plane, points
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene

SAMPLES, FREQUENCY = 25, 4.0
EDGE = 0.95
LAMS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0)
CONTROLS = (
    setting("order", 3, "Order of the polynomial", symbol="k", term="order", shown=(0, 12)),
    setting("rows", 20, "Rows of each sample", symbol="n", term="rows", shown=(5, 200),
            scale="log"),
    setting("power", -6.0, "λ, as a power of ten", symbol="log₁₀ λ", term="lam",
            shown=(-6.0, 2.0)),
    setting("noise", 0.3, "Deviation of the noise", term="rows", shown=(0.0, 1.0)),
    setting("seed", 0, "Seed", shown=(0, 50)),
)  # fmt: skip


@lru_cache(maxsize=64)
def _found(order: int, rows: int, power: float, noise: float, seed: int) -> tuple[Any, ...]:
    from sklearn.pipeline import make_pipeline

    from pellucid import PolynomialBasis, Ridge
    from pellucid.data import waveform
    from pellucid.evaluation.error_decomposition import two_errors

    def sample(s: int) -> tuple[Any, Any]:
        X, y = waveform(rows, frequency=FREQUENCY, noise=noise, seed=s)
        return X, y

    basis = PolynomialBasis(order, include_constant=order == 0, domain="scaled")
    model = make_pipeline(basis, Ridge(10.0**power))
    at = np.linspace(-EDGE, EDGE, 81)
    truth = np.sin(FREQUENCY * at + 1)
    found = two_errors(model, sample, at[:, None], truth, samples=SAMPLES, seed=seed)
    return found, at, truth, [sample(seed * SAMPLES + i) for i in range(SAMPLES)]


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Sample after sample with its fit, among all fits and their mean."""
    asked = (state["order"], state["rows"], state["power"], state["noise"], state["seed"])
    found, at, truth, samples = _found(*asked)
    structural, estimation = found.structural, found.estimation
    yield Scene(
        terms={
            "order": Now(state["order"]),
            "rows": Now(state["rows"]),
            "lam": Now(10.0 ** state["power"]),
            "fit": Now(f"{SAMPLES} of them", f"1×{state['rows']}"),
            "mean": Now(f"mean of {SAMPLES}"),
            "structural": Now(structural),
            "estimation": Now(estimation),
        },
        pictures={
            "fits": _fits(found, at, truth, samples),
            "errors": _errors(structural, estimation),
        },
        facts=(
            ("structural error", number(structural, 4)),
            (f"of it, as {SAMPLES} fits are few to average", f"about {number(found.by_chance)}"),
            ("estimation error", number(estimation, 4)),
            ("mean square distance from the truth", number(structural + estimation, 4)),
            ("the larger one", _larger(structural, estimation)),
            ("what would help", _advice(structural, estimation)),
            ("known of the data", f"y = sin({FREQUENCY:g}x + 1), and noise"),
        ),
        numbers={"structural": structural, "estimation": estimation},
        steps=SAMPLES - 1,
        summary=f"Structural error {number(structural)}, estimation error {number(estimation)}",
        count="sample",
    )


def _larger(structural: float, estimation: float) -> str:
    return "structural: the class" if structural > estimation else "estimation: the rows"


def _advice(structural: float, estimation: float) -> str:
    if structural > estimation:
        return "a higher order, or a smaller λ"
    return "more rows, a lower order, or a larger λ"


def _fits(found: Any, at: Any, truth: Any, samples: Any) -> dict[str, Any]:
    guesses = np.clip(found.predictions, -6.0, 6.0)
    xs = np.array([X[:, 0] for X, _ in samples])
    ys = np.array([y for _, y in samples])
    return plane(
        "Fits to samples of one source: all of them thin, that of sample {t} strong, their mean "
        "and the truth. The mean misses the truth by {structural}, fits spread by {estimation}.",
        [
            *(line(at, g, term="estimation", width=0.7) for g in guesses),
            points(Moving(xs), Moving(ys), colour="grey", size=3.0),
            line(at, truth, colour="ink", dashed=True, width=2.0, label="truth"),
            line(at, Moving(guesses), term="fit", width=2.6),
            line(at, np.clip(found.mean, -6.0, 6.0), term="structural", width=3.2, label="mean"),
        ],
        box=(-1.0, 1.15, -2.2, 2.2),
        x="x",
        y="y",
        height=0.82,
    )


def _errors(structural: float, estimation: float) -> dict[str, Any]:
    both = [min(structural, 1e3), min(estimation, 1e3)]
    top = 1.3 * max(*both, 1e-3)
    return plane(
        "Structural error {structural} beside estimation error {estimation}.",
        [
            bars([0], both[:1], width=0.55, term="structural", label=[number(structural)]),
            bars([1], both[1:], width=0.55, term="estimation", label=[number(estimation)]),
        ],
        box=(-0.6, 1.6, 0.0, top),
        names=("structural", "estimation"),
        y="mean square",
        height=0.8,
    )


def code(state: State, data: Data) -> str:
    """The program that splits the same error."""
    k = state["order"]
    return f"""import numpy as np
from pellucid import PolynomialBasis, Ridge
from pellucid.data import waveform
from pellucid.evaluation.error_decomposition import two_errors
from sklearn.pipeline import make_pipeline

def sample(seed):
    return waveform({state["rows"]}, frequency={FREQUENCY}, noise={state["noise"]!r}, seed=seed)

basis = PolynomialBasis({k}, include_constant={k == 0}, domain="scaled")
model = make_pipeline(basis, Ridge({10.0 ** state["power"]!r}))
at = np.linspace({-EDGE}, {EDGE}, 81)
truth = np.sin({FREQUENCY} * at + 1)
found = two_errors(model, sample, at[:, None], truth, samples={SAMPLES}, seed={state["seed"]})
structural, estimation = found.structural, found.estimation
print(found)"""


def _which(state: State, scene: Scene) -> tuple[str, str]:
    s, e = scene.numbers["structural"], scene.numbers["estimation"]
    return "The class is too small" if s > e else "The rows are too few", (
        f"The structural error is {number(s)}, the estimation error {number(e)}."
    )


def _more_rows(state: State, scene: Scene) -> tuple[str, str]:
    asked = (state["order"], 4 * state["rows"], state["power"], state["noise"], state["seed"])
    then = _found(*asked)[0]
    falls = [
        scene.numbers["structural"] - then.structural,
        scene.numbers["estimation"] - then.estimation,
    ]
    right = "The structural error" if falls[0] > falls[1] else "The estimation error"
    return right, (
        f"With {4 * state['rows']} rows the structural error goes from "
        f"{number(scene.numbers['structural'])} to {number(then.structural)}, the estimation error "
        f"from {number(scene.numbers['estimation'])} to {number(then.estimation)}."
    )


PAGE = Page(
    name="two-errors",
    lead="Draw many samples of one source and fit each. Where the average fit misses the truth, "
    "the class cannot do better; where fits differ from one another, the rows do not tell enough. "
    "Is the class too small, or are the rows too few?",
    notes="Def 73, Clar 74, Def 75, Clar 76",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{structural}{\mathrm{structural}} = \mathrm{mean}_x\left(\term{mean}{\bar h(x)}"
            r" - f(x)\right)^2",
            "the structural error is the mean over x of the squared distance of the average fit "
            "from the truth f",
        ),
        Formula(
            r"\term{estimation}{\mathrm{estimation}} = \mathrm{mean}_{x,s}\left(\term{fit}{h_s(x)}"
            r" - \bar h(x)\right)^2",
            "the estimation error is the mean over x and samples s of the squared distance of a "
            "fit from the average fit",
        ),
    ),
    terms=(
        Term("order", "k", "order of the class", "orange"),
        Term("rows", "n", "rows of a sample", "grey"),
        Term("lam", "λ", "weight of ‖θ‖²", "violet"),
        Term("fit", "hₛ(x)", "fit to one sample", "green"),
        Term("mean", "h̄(x)", "average fit", "rose"),
        Term("structural", "struct.", "average − truth", "rose"),
        Term("estimation", "estim.", "fit − average", "blue"),
    ),
    pictures=(
        Picture("fits", f"{SAMPLES} samples, {SAMPLES} fits", "main"),
        Picture("errors", "Two errors"),
    ),
    questions=(
        Question(
            "Which is the larger trouble now?",
            ("The class is too small", "The rows are too few"),
            _which,
        ),
        Question(
            "Four times the rows: which error falls more?",
            ("The structural error", "The estimation error"),
            _more_rows,
        ),
    ),
    scenes=scenes,
    code=code,
)
