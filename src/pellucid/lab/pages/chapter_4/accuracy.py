"""A threshold moved over held-out rows: confusion, the ROC point, and honest probabilities.

Notes: Def 175, Def 151, KE 152, Concept 149
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import confusion, histogram, line, plane, points, rule, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import reading_code, two_classes
from pellucid.linear.score_settings import LAM

CUTS = tuple(float(v) for v in np.linspace(0.0, 1.0, 201))
CONTROLS = (
    setting("threshold", 0.5, "Threshold", symbol="σ_thresh", term="threshold", shown=(0.0, 1.0)),
    setting("share", 0.4, "Share of rows held out", term="rows", shown=(0.1, 0.8)),
    setting("seed", 0, "Seed of the split", low=0, shown=(0, 40)),
    control(LAM, label="Weight of the regularizer", default=0.01, shown=(1e-4, 10.0), scale="log"),
    column("x1", "Input x₁"),
    column("x2", "Input x₂"),
    column("label", "Class", ("binary", "category"), answer=True),
)


@lru_cache(maxsize=32)
def _held_out(
    data: Data, names: tuple[str, str], label: str, share: float, seed: int, lam: float
) -> tuple[Any, Any]:
    """Chances of yes, and whether it is yes, on rows that the fit never saw."""
    from pellucid.data import split_rows
    from pellucid.errors import FramingError
    from pellucid.linear import LogisticClassifier

    X, y, _ = two_classes(data, names, label)
    if len(np.unique(y)) < 2:
        raise FramingError(f"{label} holds one class only: there is nothing to tell apart.")
    split = split_rows(len(y), test=share, seed=seed, labels=y)
    h = LogisticClassifier(lam=lam).fit(X[split.train], y[split.train])
    return h.predict_proba(X[split.test])[:, 1], y[split.test] > 0


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One threshold on the held-out rows."""
    from pellucid.evaluation.roc_and_calibration import calibration, confusion_counts, roc_points

    given = (state["share"], state["seed"], state["lam"])
    p, yes = _held_out(data, (state["x1"], state["x2"]), state["label"], *given)
    positive = two_classes(data, (state["x1"], state["x2"]), state["label"])[2]
    cut = state["threshold"]
    table = confusion_counts(yes, p > cut, ("False", "True"))
    accuracy = float(table.trace() / table.sum())
    alarms, hits = roc_points(p, yes, CUTS)
    (alarm,), (hit,) = roc_points(p, yes, [cut])
    cuts = np.unique(np.concatenate([[0.0, 1.0], p]))
    every = [confusion_counts(yes, p > c, ("False", "True")).trace() for c in _few(cuts)]
    best = float(max(every) / len(p))
    honest = calibration(p, yes, 5)
    majority = float(max(yes.mean(), 1 - yes.mean()))
    yield Scene(
        terms={
            "threshold": Now(cut),
            "accuracy": Now(accuracy, text="{0}, " + f"{table.trace()} of {table.sum()} rows"),
            "hit": Now(float(hit), text="{0}, " + f"{table[1, 1]} of {table[1].sum()}"),
            "alarm": Now(float(alarm), text="{0}, " + f"{table[0, 1]} of {table[0].sum()}"),
            "rows": Now(f"{len(p)} held out"),
        },
        pictures={
            "roc": _roc(alarms, hits, float(alarm), float(hit)),
            "confusion": _confusion(table),
            "chances": _chances(p, yes, cut),
            "honest": _honest(honest),
        },
        facts=(
            ("accuracy", number(accuracy, 4)),
            ("accuracy of always saying the larger class", number(majority, 4)),
            ("best accuracy of any threshold here", number(best, 4)),
            ("found, of those that are yes", number(float(hit), 4)),
            ("called yes, of those that are no", number(float(alarm), 4)),
            ("held-out rows", f"{len(p)}"),
            ("yes means", f"{state['label']} = {positive}"),
        ),
        numbers={
            "table": table,
            "accuracy": accuracy,
            "alarms": alarms,
            "hits": hits,
            "came": honest.observed,
            "best": best,
            "majority": majority,
        },
        summary=f"{table.trace()} of {table.sum()} held-out rows are right",
    )


def _few(cuts: Any) -> Any:
    """At most 400 thresholds among those at which an answer changes."""
    return cuts[np.unique(np.linspace(0, len(cuts) - 1, min(len(cuts), 400)).astype(int))]


def _roc(alarms: Any, hits: Any, alarm: float, hit: float) -> dict[str, Any]:
    return plane(
        "Hits over false alarms for every threshold, from 0 at the upper right to 1 at the lower "
        "left; now {hit} are found at {alarm} false alarms. The dashed line is guessing.",
        [
            line([0, 1], [0, 1], dashed=True, colour="grey", width=1.4),
            line(alarms, hits, colour="violet"),
            line([0, alarm], [hit, hit], term="hit", dashed=True, width=1.4),
            line([alarm, alarm], [0, hit], term="alarm", dashed=True, width=1.4),
            spot(alarm, hit, "now", shape="dot", term="threshold"),
        ],
        box=(-0.03, 1.03, -0.03, 1.06),
        x="called yes, of those that are no",
        y="found, of those that are yes",
        equal=True,
        height=0.86,
    )


def _confusion(table: Any) -> dict[str, Any]:
    return confusion(
        "How many held-out rows of each class get each answer; right ones on the diagonal.",
        table,
        "held-out rows",
        marked=[[0, 0], [1, 1]],
        term="accuracy",
        note="Framed: right answers, {accuracy}.",
    )


def _chances(p: Any, yes: Any, cut: float) -> dict[str, Any]:
    edges = np.linspace(0.0, 1.0, 21)
    top = max(np.histogram(p[yes == side], edges)[0].max() for side in (True, False))
    return plane(
        "Chances of yes that the held-out rows of the two classes get; right of the threshold "
        "{threshold} the answer is yes.",
        [
            histogram(p[yes], edges=edges, colour="blue"),
            histogram(p[~yes], edges=edges, colour="orange"),
            rule(x=cut, term="threshold", label="yes from here"),
        ],
        box=(0.0, 1.0, 0.0, 1.18 * float(top)),
        x="chance of yes: blue is yes, orange is no",
        y="rows",
        height=0.5,
    )


def _honest(found: Any) -> dict[str, Any]:
    return plane(
        "Share that is yes over the chance that was said, in five bins; honest chances lie on the "
        "dashed line.",
        [
            line([0, 1], [0, 1], dashed=True, colour="grey", width=1.4),
            line(found.predicted, found.observed, colour="violet", width=1.6),
            points(
                found.predicted,
                found.observed,
                colour="violet",
                size=4,
                label=[str(n) for n in found.counts],
            ),
        ],
        box=(-0.04, 1.12, -0.06, 1.1),
        x="chance said; beside: rows",
        y="came true",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that counts on the same held-out rows."""
    return f"""{reading_code(data, (state["x1"], state["x2"]), state["label"])}

from pellucid.data import split_rows
from pellucid.evaluation.roc_and_calibration import calibration, confusion_counts, roc_points
from pellucid.linear import LogisticClassifier

split = split_rows(len(y), test={state["share"]!r}, seed={state["seed"]}, labels=y)
h = LogisticClassifier(lam={state["lam"]!r}).fit(X[split.train], y[split.train])
p, yes = h.predict_proba(X[split.test])[:, 1], y[split.test] > 0

table = confusion_counts(yes, p > {state["threshold"]!r}, ("False", "True"))
accuracy = table.trace() / table.sum()
alarms, hits = roc_points(p, yes, np.linspace(0, 1, 201))
came = calibration(p, yes, 5).observed
majority = max(yes.mean(), 1 - yes.mean())
cuts = np.unique(np.concatenate([[0.0, 1.0], p]))
cuts = cuts[np.unique(np.linspace(0, len(cuts) - 1, min(len(cuts), 400)).astype(int))]
best = max(np.mean((p > cut) == yes) for cut in cuts)
print(table, accuracy, best, majority)"""


def _lower(state: State, scene: Scene) -> tuple[str, str]:
    table = scene.numbers["table"]
    return "More are found, and more are called wrongly, or all stays", (
        f"More rows are called yes: of those that are yes ({table[1, 1]} found now) and of those "
        f"that are no ({table[0, 1]} called yes now). One side never falls while the other rises."
    )


def _best(state: State, scene: Scene) -> tuple[str, str]:
    now, best = scene.numbers["accuracy"], scene.numbers["best"]
    right = "No" if best <= now + 1e-12 else "Yes"
    return right, (
        f"Here {number(now, 4)} are right; the best threshold of all on these rows gets "
        f"{number(max(best, now), 4)}, always saying the larger class "
        f"{number(scene.numbers['majority'], 4)}."
    )


PAGE = Page(
    name="accuracy",
    lead="Accuracy is the share of right predictions on rows that were held out. A lower threshold "
    "finds more of what is yes and calls more of what is no. What does moving the threshold trade?",
    notes="Def 175, Def 151, KE 152, Concept 149",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{accuracy}{\mathrm{accuracy}} = \frac{1}{\term{rows}{n}}\sum_{i=1}^{n} "
            r"[h(x^{(i)}) = y^{(i)}]",
            "accuracy is the share of held-out rows whose answer is right",
        ),
        Formula(
            r"h(x) = \mathrm{yes} \;\Leftrightarrow\; \sigma(\theta^{\top}x+\theta_0) > "
            r"\term{threshold}{\sigma_{\mathrm{thresh}}}",
            "h of x is yes when the chance is above the threshold",
        ),
        Formula(
            r"\term{hit}{P(h=\mathrm{yes} \mid \mathrm{yes})}, \quad "
            r"\term{alarm}{P(h=\mathrm{yes} \mid \mathrm{no})}",
            "the share that is found among those that are yes, and the share called yes among "
            "those that are no",
        ),
    ),
    terms=(
        Term("accuracy", "accuracy", "share of right predictions", "green"),
        Term("threshold", "σ_thresh", "threshold", "orange"),
        Term("hit", "hits", "found, of the yes", "blue"),
        Term("alarm", "false alarms", "called yes, of the no", "rose"),
        Term("rows", "n", "rows", "grey"),
    ),
    pictures=(
        Picture("roc", "Every threshold: what is found, and at what price", "main"),
        Picture("confusion", "This threshold"),
        Picture("chances", "Chances of the held-out rows"),
        Picture("honest", "Do the chances come true?"),
    ),
    questions=(
        Question(
            "You lower the threshold. What happens?",
            (
                "More are found, and fewer are called wrongly",
                "More are found, and more are called wrongly, or all stays",
                "Fewer are found",
            ),
            _lower,
        ),
        Question(
            "Is there a threshold with more right answers on these rows?",
            ("Yes", "No"),
            _best,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("two classes, nearly apart", "two classes, apart", "exclusive or"),
)
