"""Rows drawn from one distribution, or not; independent, or not; and what the library notices.

Notes: Def 9, Def 10, Def 11, Def 12, Def 14
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.formatting import number
from pellucid.lab.controls import column, setting
from pellucid.lab.data import Data
from pellucid.lab.marks import histogram, line, plane, points, rule, text
from pellucid.lab.page_contract import Formula, Page, Picture, Question, State, Term
from pellucid.lab.scene import Now, Scene

SOURCES = ("drawn by these settings", "a column of the table")
SPLITS = ("the first half, then the rest", "at random")
SHIFTED, ORDERED = "shifted test distribution", "dependence in row order"
DRAWN, OWN = (("source", SOURCES[:1]),), (("source", SOURCES[1:]),)
CONTROLS = (
    setting("rows", 200, "Rows to learn from, and as many to test", symbol="n", term="rows",
            shown=(20, 2000), scale="log"),
    setting("shift", 0.8, "Shift of the test rows", term="shift", shown=(-3.0, 3.0), when=DRAWN),
    setting("dependence", 0.0, "Dependence on the row before", symbol="ρ", term="dependence",
            shown=(-0.95, 0.95), when=DRAWN),
    setting("seed", 0, "Seed", shown=(0, 50)),
    setting("source", SOURCES[0], "Where rows come from", choices=SOURCES),
    setting("split", SPLITS[0], "Which rows to learn from", choices=SPLITS, when=OWN),
    column("x", "Column", when=OWN),
    column("y", "Another column", answer=True, when=OWN),
)  # fmt: skip


@lru_cache(maxsize=32)
def _drawn(
    data: Data,
    drawn: bool,
    rows: int,
    shift: float,
    dependence: float,
    seed: int,
    whole: bool,
    names: tuple[str, str],
) -> tuple[Any, ...]:
    """The values in their order, the split, what the library finds."""
    import pyarrow as pa

    from pellucid.data import Split, frame, linear_sample, read_table, split_rows
    from pellucid.evaluation.assumptions import check_assumptions

    if drawn:
        halves = [
            linear_sample(rows, dependence=dependence, seed=seed),
            linear_sample(rows, dependence=dependence, seed=seed + 1000, shift=shift),
        ]
        x, y = (np.concatenate([np.ravel(h[i]) for h in halves]) for i in (0, 1))
        table, target = read_table(pa.table({"y": y, "x": x})), "x"
        split = Split(np.arange(rows), np.arange(rows, 2 * rows), "the order of drawing")
    else:
        known = data.table.known(*names).select(dict.fromkeys(reversed(names)))
        table, target = known.take(np.arange(min(len(known), 2 * rows))), names[0]
        n = len(table)
        split = split_rows(n, test=0.5, seed=seed, order=None if not whole else np.arange(n))
    found = check_assumptions(table, frame(table, target), split)
    doubts = [f for f in found if f.name in (SHIFTED, ORDERED)]
    return table.numbers(target)[:, 0], split, doubts


def _asked(state: State, data: Data) -> tuple[Any, ...]:
    drawn = state["source"] == SOURCES[0]
    return _drawn(
        data, drawn, state["rows"], state["shift"], state["dependence"], state["seed"],
        state["split"] == SPLITS[0], (state["x"], state["y"]),
    )  # fmt: skip


def scenes(state: State, data: Data) -> Iterator[Scene]:
    """Both halves, in histograms and in their order."""
    values, split, doubts = _asked(state, data)
    train, test = values[split.train], values[split.test]
    lag = float(np.corrcoef(values[:-1], values[1:])[0, 1]) if np.ptp(values) > 0 else 0.0
    drawn = state["source"] == SOURCES[0]
    names = [f.name for f in doubts]
    yield Scene(
        terms={
            "rows": Now(len(train), text="{0} and " + f"{len(test):,}"),
            "train": Now(float(train.mean())),
            "test": Now(float(test.mean())),
            "shift": Now(state["shift"] if drawn else "not known"),
            "dependence": Now(lag),
            "doubts": Now(len(doubts)),
        },
        pictures={
            "order": _order(values, split),
            "histograms": _histograms(train, test, drawn, state["shift"]),
            "said": _said(doubts),
        },
        facts=(
            ("mean of the rows to learn from", number(float(train.mean()), 4)),
            ("mean of the test rows", number(float(test.mean()), 4)),
            ("deviation of either", f"{number(train.std())}, {number(test.std())}"),
            ("correlation with the row before", number(lag)),
            ("doubts of the library", ", ".join(names) or "none"),
        ),
        numbers={
            "train_mean": float(train.mean()),
            "test_mean": float(test.mean()),
            "lag": lag,
            "doubts": ", ".join(names),
        },
        summary="The library doubts: " + (", ".join(names) or "nothing"),
    )


def _order(values: Any, split: Any) -> dict[str, Any]:
    shown = np.unique(np.linspace(0, len(values) - 1, min(len(values), 1500)).astype(int))
    in_test = np.isin(shown, split.test)
    low, high = float(values.min()), float(values.max())
    room = 0.08 * ((high - low) or 1.0)
    return plane(
        "Values in the order of the rows, rows to learn from and test rows in two colours. "
        "Correlation with the row before: {dependence}.",
        [
            line(shown, values[shown], colour="grey", width=0.5),
            points(shown[~in_test], values[shown[~in_test]], term="train", size=2.6),
            points(shown[in_test], values[shown[in_test]], term="test", size=2.6),
        ],
        box=(-1.0, float(len(values)), low - room, high + room),
        x="row",
        y="value",
        height=0.62,
    )


def _histograms(train: Any, test: Any, drawn: bool, shift: float) -> dict[str, Any]:
    both = np.concatenate([train, test])
    low, high = float(both.min()), float(both.max())
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, 31)
    top = max(np.histogram(part, edges)[0].max() for part in (train, test))
    marks = [
        histogram(train, edges=edges, term="train"),
        histogram(test, edges=edges, term="test"),
        rule(x=float(train.mean()), term="train"),
        rule(x=float(test.mean()), term="test"),
    ]
    if drawn:
        grid, width = np.linspace(low, high, 161), edges[1] - edges[0]
        for middle, term, n in ((0.0, "train", len(train)), (shift, "test", len(test))):
            density = np.exp(-((grid - middle) ** 2) / 2) / np.sqrt(2 * np.pi)
            marks.append(line(grid, n * width * density, term=term, width=2.2))
            top = max(top, float(n * width * density.max()))
    return plane(
        "How many rows have each value, for rows to learn from and for test rows, their means "
        "{train} and {test}.",
        marks,
        box=(low, high, 0.0, 1.1 * float(top)),
        x="value",
        y="rows",
        height=0.62,
    )


def _said(doubts: Any) -> dict[str, Any]:
    parts = [
        {"text": f.name, "weight": -0.25, "note": f.message, "line": True} for f in doubts
    ] or [{"text": "nothing is amiss", "weight": 0.25, "note": "no doubt of these two kinds"}]
    return text("What the library says of these rows: {doubts} doubts.", parts)


def code(state: State, data: Data) -> str:
    """The program that draws the same rows and asks the library."""
    asked = """from pellucid.evaluation.assumptions import check_assumptions
"""
    if state["source"] == SOURCES[0]:
        n = state["rows"]
        made = f"""import numpy as np
import pyarrow as pa
from pellucid import frame, read_table
from pellucid.data import Split, linear_sample
{asked}
n, dependence, seed = {n}, {state["dependence"]!r}, {state["seed"]}
to_learn = linear_sample(n, dependence=dependence, seed=seed)
to_test = linear_sample(n, dependence=dependence, seed=seed + 1000, shift={state["shift"]!r})
x, y = (np.concatenate([np.ravel(half[i]) for half in (to_learn, to_test)]) for i in (0, 1))
table, target = read_table(pa.table({{"y": y, "x": x}})), "x"
split = Split(np.arange(n), np.arange(n, 2 * n), "the order of drawing")"""
    else:
        order = ", order=np.arange(n)" if state["split"] == SPLITS[0] else ""
        made = f"""import numpy as np
{data.program}
from pellucid import frame
from pellucid.data import split_rows
{asked}
names = ({state["y"]!r}, {state["x"]!r})
known = table.known(*names).select(dict.fromkeys(names))
table, target = known.take(np.arange(min(len(known), {2 * state["rows"]}))), {state["x"]!r}
n = len(table)
split = split_rows(n, test=0.5, seed={state["seed"]}{order})"""
    return f"""{made}

values = table.numbers(target)[:, 0]
train_mean, test_mean = values[split.train].mean(), values[split.test].mean()
lag = np.corrcoef(values[:-1], values[1:])[0, 1] if np.ptp(values) > 0 else 0.0
found = check_assumptions(table, frame(table, target), split)
asked = ("{SHIFTED}", "{ORDERED}")
doubts = ", ".join(f.name for f in found if f.name in asked)
print(train_mean, test_mean, lag, doubts)"""


ANSWERS = ("None", "Not of one distribution", "Not independent", "Both doubts")


def _doubt(state: State, scene: Scene) -> tuple[str, str]:
    doubts = scene.numbers["doubts"]
    right = ANSWERS[(SHIFTED in doubts) + 2 * (ORDERED in doubts)]
    if not doubts:
        return right, (
            "With so many rows the library sees nothing amiss. A small shift or a weak dependence "
            "needs more rows to be seen."
        )
    return right, f"The library finds: {doubts}."


PAGE = Page(
    name="drawing-rows",
    lead="We learn from some rows and are asked about others. That works when all of them are "
    "drawn independently from one distribution. A shift of the test rows breaks the second, a row "
    "that remembers the one before breaks the first. When are rows not independent, or not of one "
    "distribution?",
    notes="Def 9, Def 10, Def 11, Def 12, Def 14",
    controls=CONTROLS,
    formulas=(
        Formula(
            r"\term{train}{P_{train}(x)} = \term{test}{P_{test}(x)}",
            "identically distributed: the probability of x is the same in training and in test",
        ),
        Formula(
            r"P(x^{(i)}, x^{(i+1)}) = P(x^{(i)})\,P(x^{(i+1)})",
            "independent: the probability of two rows is the product of their probabilities",
        ),
    ),
    terms=(
        Term("rows", "n", "to learn, to test", "grey"),
        Term("train", "x̄", "mean, to learn from", "blue"),
        Term("test", "x̄", "mean, to test", "orange"),
        Term("shift", "shift", "true shift of test rows", "violet"),
        Term("dependence", "ρ", "with the row before", "green"),
        Term("doubts", "doubts", "found by the library", "rose"),
    ),
    pictures=(
        Picture("order", "Row after row", "main"),
        Picture("histograms", "How often each value comes"),
        Picture("said", "What the library notices"),
    ),
    questions=(Question("Which doubt will the library have?", ANSWERS, _doubt),),
    scenes=scenes,
    code=code,
    samples=("a line with noise", "a wave"),
)
