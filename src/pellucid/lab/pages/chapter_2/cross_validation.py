"""Each chunk held out in turn: k fits, k losses, the λ that they choose; test rows stay locked.

Notes: Def 85, Clar 86, Concept 87, Clar 88
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import area, bars, line, plane, points, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Moving, Now, Scene
from pellucid.lab.table_rows import scaled

LOW, HIGH, VALUES = -6, 2, 33
CONTROLS = (
    setting("power", -5.0, "λ, as a power of ten", symbol="log₁₀ λ", term="lam",
            shown=(LOW, HIGH)),
    setting("k", 5, "Chunks", symbol="k", term="k", shown=(2, 10)),
    setting("order", 7, "Order of the polynomial", shown=(1, 14)),
    setting("rows", 40, "Rows, the test rows left out", symbol="n", shown=(20, 200), scale="log"),
    setting("seed", 0, "Seed of the shuffle", shown=(0, 50)),
    setting("opened", False, "Open the test rows (once, at the end)"),
    column("x", "Input x"),
    column("y", "Answer y", answer=True),
)  # fmt: skip


@lru_cache(maxsize=32)
def _rows(data: Data, x_name: str, y_name: str, rows: int, seed: int) -> tuple[Any, Any]:
    """Standardised rows to work with, and the test rows."""
    from pellucid.data import split_rows

    Z = scaled(data.table.known(x_name, y_name).numbers(x_name, y_name))
    split = split_rows(len(Z), test=0.25, seed=seed)
    return Z[np.random.default_rng(seed).permutation(split.train)[:rows]], Z[split.test]


def _model(order: int, lam: float) -> Any:
    from sklearn.pipeline import make_pipeline

    from pellucid import PolynomialBasis, Ridge

    basis = PolynomialBasis(order, include_constant=False, domain="scaled")
    return make_pipeline(basis, Ridge(lam))


@lru_cache(maxsize=32)
def _path(data: Data, x: str, y: str, rows: int, seed: int, k: int, order: int) -> Any:
    """Held-out loss along λ."""
    from pellucid import tune

    Z, _ = _rows(data, x, y, rows, seed)
    lams = np.logspace(LOW, HIGH, VALUES)
    return tune(_model(order, 1.0), Z[:, :1], Z[:, 1], lams, k=min(k, len(Z)), seed=seed)


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """All k fits at this λ; step j holds chunk j out."""
    from pellucid import cross_validate, test_error
    from pellucid.data import folds

    names = (state["x"], state["y"])
    Z, test = _rows(data, *names, state["rows"], state["seed"])
    k, lam = min(state["k"], len(Z)), 10.0 ** state["power"]
    chunks = folds(len(Z), k, seed=state["seed"])
    model = _model(state["order"], lam)
    judged = cross_validate(model, Z[:, :1], Z[:, 1], folds=chunks)
    path = _path(data, *names, state["rows"], state["seed"], k, state["order"])
    best = float(path.best_value)
    final = _model(state["order"], best).fit(Z[:, :1], Z[:, 1])
    tested = float(test_error(final, test[:, :1], test[:, 1]))
    held, error = judged.score.mean, judged.score.error
    opened = number(tested, 4) if state["opened"] else "locked"
    yield Scene(
        terms={
            "lam": Now(lam),
            "k": Now(k),
            "chunk": Now(Moving(_now(judged.score.chunks)), text="{0}"),
            "held": Now(held, text="{0} ± " + number(error)),
            "best": Now(best),
            "test": Now(opened),
        },
        pictures={
            "fits": _fits(Z, chunks, state, lam),
            "chunks": _chunks(judged.score),
            "path": _along(path, lam, best),
        },
        facts=(
            ("held-out loss, mean of the chunks", number(held, 4)),
            ("its standard error", number(error)),
            ("training loss, mean of the chunks", number(judged.training.mean, 4)),
            ("λ of least held-out loss", number(best)),
            (f"loss on {len(test)} test rows at that λ", opened),
        ),
        numbers={
            "chunks": judged.score.chunks,
            "held": held,
            "inside": judged.training.mean,
            "best": best,
            "along": [s.mean for s in path.scores],
            "tested": tested if state["opened"] else -1.0,
        },
        steps=k,
        summary=f"Held-out loss {number(held)} at λ {number(lam)}; it is least at λ {number(best)}",
        count="chunk",
    )


def _now(losses: Any) -> list[str]:
    return [f"{len(losses)} of them", *(number(v) for v in losses)]


def _fits(Z: Any, chunks: Any, state: State, lam: float) -> dict[str, Any]:
    left, right = float(Z[:, 0].min()), float(Z[:, 0].max())
    room = 0.03 * (right - left or 1.0)
    grid = np.linspace(left - room, right + room, 201)
    tall = max(2.4, 1.15 * float(np.abs(Z[:, 1]).max()))
    owner = np.zeros(len(Z), dtype=int)
    curves, ringed = [], [np.full((len(Z), 2), np.nan)]
    for j, (train, held) in enumerate(chunks):
        h = _model(state["order"], lam).fit(Z[train, :1], Z[train, 1])
        curves.append(np.clip(h.predict(grid[:, None]), -2 * tall, 2 * tall))
        owner[held] = j
        out = np.full((len(Z), 2), np.nan)
        out[held] = Z[held]
        ringed.append(out)
    rings, shown = np.array(ringed), np.array([np.full(len(grid), np.nan), *curves])
    return plane(
        "Rows coloured by chunk, with the fit to all chunks but one for each chunk. At step {t} "
        "chunk {t} is ringed: the strong curve has not seen it.",
        [
            *(line(grid, c, colour=f"series-{j % 8}", width=1.3) for j, c in enumerate(curves)),
            line(grid, Moving(shown), colour="ink", width=3.2),
            points(Z[:, 0], Z[:, 1], group=owner, size=3.6),
            points(
                Moving(rings[:, :, 0]), Moving(rings[:, :, 1]), shape="ring", size=7.0, colour="ink"
            ),
        ],
        box=(grid[0], grid[-1], -tall, tall),
        x=f"{state['x']}, standardised",
        y=f"{state['y']}, standardised",
        height=0.84,
    )  # fmt: skip


def _chunks(score: Any) -> dict[str, Any]:
    losses = np.array(score.chunks)
    k = len(losses)
    shown = np.minimum(losses, 1e6)
    lit = np.zeros((k + 1, k))
    lit[1:] = np.diag(shown)
    return plane(
        f"Held-out loss of each chunk; their mean is {number(score.mean)}.",
        [
            bars(np.arange(1, k + 1), shown, group=np.arange(k), width=0.7),
            bars(np.arange(1, k + 1), Moving(lit), colour="ink", width=0.25),
            rule(y=min(score.mean, 1e6), term="held", label="mean"),
        ],
        box=(0.4, k + 0.6, 0.0, 1.2 * max(float(shown.max()), 1e-6)),
        x="chunk held out",
        y="loss on it",
        height=0.55,
    )


def _along(path: Any, lam: float, best: float) -> dict[str, Any]:
    lams = np.array(path.values)
    means = np.array([s.mean for s in path.scores])
    spread = np.array([s.error for s in path.scores])
    inside = np.array([s.mean for s in path.training])
    low = max(0.4 * float(min(means.min(), inside.min())), 1e-6)
    top = min(max(2.0 * float(means[-1]), 4.0 * float(means.min())), 1e6)
    return plane(
        f"Held-out loss over λ with its standard error, least at {number(best)}; training loss is "
        "least at the smallest λ.",
        [
            area(lams, np.clip(means - spread, low, top), np.clip(means + spread, low, top),
                 term="held"),
            line(lams, np.clip(inside, low, top), colour="grey", width=1.6),
            spot(lams[12], max(float(inside[12]), low), "training", shape="none"),
            line(lams, np.clip(means, low, top), term="held"),
            rule(x=lam, term="lam", label="λ"),
            spot(best, float(means.min()), "best", shape="ring", term="best"),
        ],
        box=(10.0**LOW, 10.0**HIGH, low, top),
        logs="xy",
        x="λ",
        y="mean loss",
        height=0.62,
    )  # fmt: skip


def code(state: State, data: Data) -> str:
    """The program that holds the same chunks out."""
    opened = (
        "tested = test_error(model(best).fit(Z[:, :1], Z[:, 1]), test[:, :1], test[:, 1])"
        if state["opened"]
        else "tested = -1.0  # the test rows stay locked"
    )
    return f"""import numpy as np
{data.program}
from pellucid import PolynomialBasis, Ridge, cross_validate, test_error, tune
from pellucid.data import split_rows
from sklearn.pipeline import make_pipeline

names = ({state["x"]!r}, {state["y"]!r})
Z = table.known(*names).numbers(*names)
Z = (Z - Z.mean(axis=0)) / np.where(Z.std(axis=0) > 0, Z.std(axis=0), 1.0)
split = split_rows(len(Z), test=0.25, seed={state["seed"]})
test = Z[split.test]
Z = Z[np.random.default_rng({state["seed"]}).permutation(split.train)[:{state["rows"]}]]

def model(lam):
    basis = PolynomialBasis({state["order"]}, include_constant=False, domain="scaled")
    return make_pipeline(basis, Ridge(lam))

k = min({state["k"]}, len(Z))
seed, lam = {state["seed"]}, {10.0 ** state["power"]!r}
found = cross_validate(model(lam), Z[:, :1], Z[:, 1], k=k, seed=seed)
chunks, held, inside = found.score.chunks, found.score.mean, found.training.mean

lams = np.logspace({LOW}, {HIGH}, {VALUES})
path = tune(model(1.0), Z[:, :1], Z[:, 1], lams, k=k, seed=seed)
best, along = path.best_value, [s.mean for s in path.scores]
{opened}
print(held, best, tested)"""


def _way(state: State, scene: Scene) -> tuple[str, str]:
    best, lam = float(scene.numbers["best"]), 10.0 ** state["power"]
    near = abs(np.log10(best / lam)) <= (HIGH - LOW) / (VALUES - 1) / 2 + 1e-9
    right = "This is it" if near else ("A larger λ" if best > lam else "A smaller λ")
    return right, f"Held-out loss is least at λ = {number(best)}; yours is {number(lam)}."


PAGE = Page(
    name="cross-validation",
    lead="Cut the rows into k chunks. Hold out each in turn, fit the rest, take the loss on the "
    "chunk that was not seen. The mean of the k losses judges the algorithm and its λ, and the "
    "test rows stay locked. Which λ, without looking at the test rows?",
    notes="Def 85, Clar 86, Concept 87, Clar 88",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{held}{\mathrm{CV}(\lambda)} = \frac{1}{\term{k}{k}}\sum_{j=1}^{k} "
            r"\term{chunk}{E_{D_j}\left(h_{-j}\right)}",
            "the cross-validated loss at lambda is the mean over chunks j of the loss on chunk j "
            "of the hypothesis that was fitted to all others",
        ),
        Formula(
            r"\term{best}{\lambda^{*}} = \mathrm{argmin}_{\term{lam}{\lambda}}\ "
            r"\mathrm{CV}(\lambda)",
            "lambda star is the argmin over lambda of the cross-validated loss",
        ),
    ),
    terms=(
        Term("lam", "λ", "weight of ‖θ‖²", "orange"),
        Term("k", "k", "chunks", "grey"),
        Term("chunk", "E(h₋ⱼ)", "loss on chunk j", "violet"),
        Term("held", "CV", "mean of the k", "rose"),
        Term("best", "λ*", "least CV", "green"),
        Term("test", "E", "loss on test rows", "blue"),
    ),
    pictures=(
        Picture("fits", "k fits; each has not seen one chunk", "main"),
        Picture("chunks", "Loss on the chunk held out"),
        Picture("path", "Held-out loss over λ"),
    ),
    questions=(
        Question("Where is the best λ?", ("A smaller λ", "This is it", "A larger λ"), _way),
    ),
    scenes=scenes,
    code=code,
    samples=("a line with noise", "a swing", "a wave"),
)
