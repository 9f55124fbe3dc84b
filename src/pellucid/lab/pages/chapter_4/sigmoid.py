"""The sigmoid and its threshold: where yes begins, which mistakes that makes, what they cost.

Notes: Def 148, Concept 149, KE 150, Def 151, KE 152
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, control, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import confusion, line, plane, points, rule, segments, spot
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene
from pellucid.lab.table_rows import reading_code, two_classes
from pellucid.linear.score_settings import THRESHOLD

CUTS = tuple(float(v) for v in np.linspace(0.01, 0.99, 99))
HAND = (("fitted", (False,)),)
CONTROLS = (
    control(THRESHOLD, term="threshold", label="Yes begins above", shown=(0.01, 0.99)),
    setting("fitted", True, "Fit θ and θ₀ to the rows"),
    setting("theta", 2.0, "Slope", symbol="θ", term="theta", shown=(-6.0, 6.0), when=HAND),
    setting("theta_0", 0.0, "Offset", symbol="θ₀", term="theta", shown=(-6.0, 6.0), when=HAND),
    setting("miss", 5.0, "Cost of a missed yes", term="cost", shown=(1.0, 20.0)),
    setting("alarm", 1.0, "Cost of a false yes", term="cost", shown=(1.0, 20.0)),
    column("x", "Input x"),
    column("label", "Class", ("binary", "category"), answer=True),
)


@lru_cache(maxsize=16)
def _fit(data: Data, x: str, label: str) -> tuple[float, float]:
    from pellucid.linear import LogisticClassifier

    X, y, _ = two_classes(data, (x,), label)
    if len(np.unique(y)) < 2:
        return 1.0, 0.0
    h = LogisticClassifier(lam=0.001).fit(X, y)
    return float(np.ravel(h.coef_)[0]), float(np.ravel(h.intercept_)[0])


def _line(state: State, data: Data) -> tuple[float, float]:
    return (
        _fit(data, state["x"], state["label"])
        if state["fitted"]
        else (state["theta"], state["theta_0"])
    )


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """One threshold among all, with its mistakes and their cost."""
    from pellucid.evaluation.decision_threshold import choose_threshold, expected_costs
    from pellucid.evaluation.roc_and_calibration import confusion_counts
    from pellucid.losses import sigmoid

    X, y, positive = two_classes(data, (state["x"],), state["label"])
    theta, theta_0 = _line(state, data)
    cut = state["threshold"]
    g, yes = sigmoid(theta * X[:, 0] + theta_0), y > 0
    table = confusion_counts(yes, g > cut, ("False", "True"))
    along = expected_costs(g, yes, np.array(CUTS), state["alarm"], state["miss"])
    cost = float(expected_costs(g, yes, np.array([cut]), state["alarm"], state["miss"])[0])
    prices = {"yes:no": state["miss"], "no:yes": state["alarm"]}
    advised = choose_threshold(prices, ("no", "yes"))
    place = (np.log(cut / (1 - cut)) - theta_0) / theta if abs(theta) > 1e-9 else np.nan
    yield Scene(
        terms={
            "theta": Now([theta, theta_0], "1×1", "{0}, θ₀ = {1}"),
            "g": Now(sigmoid(theta_0), text="{0} at x = 0"),
            "threshold": Now(cut),
            "cut": Now(place if np.isfinite(place) else "nowhere: θ = 0"),
            "cost": Now(cost),
        },
        pictures={
            "curve": _curve(X[:, 0], y, theta, theta_0, cut, place, state, positive),
            "confusion": _confusion(table),
            "costs": _costs(along, cost, cut, advised),
        },
        facts=(
            ("missed", f"{table[1, 0]} of {table[1].sum()} that are yes"),
            ("false yes", f"{table[0, 1]} of {table[0].sum()} that are no"),
            ("mean cost a row", number(cost, 4)),
            ("threshold that the costs advise", number(advised, 4)),
            ("cheapest on these rows", f"{number(float(along.min()), 4)} a row"),
            ("yes means", f"{state['label']} = {positive}"),
        ),
        numbers={"table": table, "cost": cost, "advised": advised, "along": along},
        summary=f"{table[1, 0]} missed, {table[0, 1]} false; a row costs {number(cost)}",
    )


def _curve(
    x: Any, y: Any, theta: float, theta_0: float, cut: float, place: float, state: State, yes: str
) -> dict[str, Any]:
    from pellucid.losses import sigmoid

    reach = max(3.0, float(np.abs(x).max()) * 1.05)
    grid = np.linspace(-reach, reach, 241)
    g = sigmoid(theta * x + theta_0)
    wrong = (g > cut) != (y > 0)
    # Rows of one class would lie on one another: they are spread a little up and down.
    level = np.where(y > 0, 1.0, 0.0) + 0.12 * (np.arange(len(x)) * 0.618 % 1 - 0.5)
    marks = [
        points(x[~wrong], level[~wrong], signs=y[~wrong]),
        points(x[wrong], level[wrong], term="cost", size=3.4),
        line(grid, sigmoid(theta * grid + theta_0), term="theta", label="σ"),
        segments(x, g, x, level, term="g", only=("g",)),
        rule(y=cut, term="threshold", label="threshold"),
    ]
    if np.isfinite(place) and abs(place) < reach:
        marks.append(rule(x=place, term="cut", label="yes begins" if theta > 0 else "yes ends"))
    return plane(
        "Rows of two classes at heights 0 and 1 under a sigmoid; above the threshold {threshold} "
        "the answer is yes. The cut on the x axis is at {cut}. Wrong "
        "rows are dots, right ones signs.",
        marks,
        box=(-reach, reach, -0.12, 1.12),
        x=f"{state['x']}, standardised",
        y=f"chance of {yes}",
        height=0.72,
    )


def _confusion(table: Any) -> dict[str, Any]:
    return confusion(
        "How many rows of each class get each answer; two of the four are mistakes.",
        table,
        "rows",
        marked=[[0, 1], [1, 0]],
        term="cost",
        note="Framed: the two kinds of mistake.",
    )


def _costs(along: Any, cost: float, cut: float, advised: float) -> dict[str, Any]:
    return plane(
        "Mean cost of a row over the threshold; it is {cost} at {threshold}. A dashed line stands "
        "where the two costs balance.",
        [
            line(CUTS, along, term="cost"),
            rule(x=advised, colour="grey", label="advised"),
            spot(cut, cost, shape="dot", term="threshold"),
        ],
        box=(0.0, 1.0, 0.0, 1.12 * float(along.max()) + 1e-9),
        x="threshold",
        y="mean cost",
        height=0.62,
    )


def code(state: State, data: Data) -> str:
    """The program that counts the same mistakes."""
    line = (
        "h = LogisticClassifier(lam=0.001).fit(X, y)\n"
        "theta, theta_0 = h.coef_.item(), np.ravel(h.intercept_).item()"
        if state["fitted"]
        and np.unique(two_classes(data, (state["x"],), state["label"])[1]).size > 1
        else f"theta, theta_0 = {_line(state, data)!r}"
    )
    return f"""{reading_code(data, (state["x"],), state["label"])}

from pellucid.evaluation.roc_and_calibration import confusion_counts
from pellucid.evaluation.decision_threshold import choose_threshold, expected_costs
from pellucid.linear import LogisticClassifier
from pellucid.losses import sigmoid

{line}
g, yes = sigmoid(X[:, 0] * theta + theta_0), y > 0
cut, miss, alarm = {state["threshold"]!r}, {state["miss"]!r}, {state["alarm"]!r}
table = confusion_counts(yes, g > cut, ("False", "True"))
cost = expected_costs(g, yes, np.array([cut]), alarm, miss)[0]
advised = choose_threshold({{"yes:no": miss, "no:yes": alarm}}, ("no", "yes"))
along = expected_costs(g, yes, np.linspace(0.01, 0.99, 99), alarm, miss)
print(table, cost, advised)"""


def _where(state: State, scene: Scene) -> tuple[str, str]:
    advised = scene.numbers["advised"]
    right = "At ½" if abs(advised - 0.5) < 1e-9 else ("Below ½" if advised < 0.5 else "Above ½")
    return right, (
        f"Yes is cheaper once P(yes)·{number(state['miss'])} is above "
        f"P(no)·{number(state['alarm'])}: from {number(advised)} on."
    )


def _higher(state: State, scene: Scene) -> tuple[str, str]:
    missed = scene.numbers["table"][1, 0]
    return "It cannot fall", (
        f"Fewer rows are called yes, so every one of the {missed} that are missed now stays missed."
    )


PAGE = Page(
    name="sigmoid",
    lead="The sigmoid turns a score into the chance of yes. A threshold turns the chance into an "
    "answer, and makes two kinds of mistake that may cost unequally. Where should yes begin?",
    notes="Def 148, KE 150, Def 151, KE 152",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{g}{g} = \sigma(\term{theta}{\theta} x + \term{theta}{\theta_0}) = "
            r"\frac{1}{1+e^{-(\theta x+\theta_0)}}",
            "g is sigma of theta x plus theta zero, one over one plus e to the minus of that",
        ),
        Formula(
            r"h(x) = \mathrm{yes} \;\Leftrightarrow\; g > "
            r"\term{threshold}{\sigma_{\mathrm{thresh}}}",
            "h of x is yes when g is above the threshold",
        ),
        Formula(
            r"\term{cut}{x_{\mathrm{cut}}} = \frac{1}{\theta}\left(\log"
            r"\frac{\sigma_{\mathrm{thresh}}}{1-\sigma_{\mathrm{thresh}}} - \theta_0\right)",
            "the cut is the logarithm of threshold over one minus threshold, minus theta zero, "
            "all over theta",
        ),
    ),
    terms=(
        Term("theta", "θ", "slope of the score", "green"),
        Term("g", "g", "chance of yes", "grey"),
        Term("threshold", "σ_thresh", "threshold", "orange"),
        Term("cut", "x_cut", "where the answer changes", "violet"),
        Term("cost", "cost", "of the mistakes, a row", "rose"),
    ),
    pictures=(
        Picture("curve", "Chance of yes, and where yes begins", "main"),
        Picture("confusion", "Right and wrong answers"),
        Picture("costs", "Cost over the threshold"),
    ),
    questions=(
        Question(
            "With these two costs, where should yes begin?",
            ("Below ½", "At ½", "Above ½"),
            _where,
        ),
        Question(
            "You raise the threshold. What happens to the number of missed yes?",
            ("It cannot rise", "It stays", "It cannot fall"),
            _higher,
        ),
    ),
    scenes=scenes,
    code=code,
    samples=("yes or no along a line", "two classes, nearly apart", "two classes, apart"),
)
