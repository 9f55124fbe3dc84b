"""The assumptions behind a fit, checked: each doubt is a named finding in plain words.

Rows are assumed independent and identically distributed; the columns are assumed to hold what
will be known when the prediction is wanted.

Notes: Def 10, Def 11, Def 12, §1.2.8
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pellucid.data.column_codes.text_codes import MOST_AXES
from pellucid.data.columns.row_numbers import numbers_rows
from pellucid.data.framing import Framing
from pellucid.data.splits import Split
from pellucid.data.table import Column, Kind, Table
from pellucid.evaluation.duplicate_rows import repeated_rows
from pellucid.evaluation.leaks.leak_findings import find_leaks
from pellucid.findings import Finding, drop_options

SAMPLE = 20_000  # rows looked at by the statistical checks; more would not change a verdict
LEVEL = 0.01  # family-wise level of the shift test
Rows = NDArray[np.intp]
# What to do about a doubt, by what the split keeps: nothing, the order of rows, or their groups.
ORDER_ADVICE = {
    "": "If rows come in time order, train on the past: --order-by COLUMN. If they come in "
    "batches, keep them whole: --group COLUMN. If the file is merely sorted, ignore this.",
    "order": "The test rows are the last in the order you gave, so the test error allows for it.",
    "groups": "Groups are kept whole as you asked, so the test error allows for what their rows "
    "share. If rows also come in time order, --order-by COLUMN may be the stricter test.",
}
SHIFT_ADVICE = {
    "": "Ask where the rows come from; do not lump sources; expect worse than the test error.",
    "order": "Rows change with time, and new rows will have changed further: expect worse than the "
    "test error.",
    "groups": "Whole groups are in the test, and groups differ: so will new ones.",
}


def check_assumptions(table: Table, framing: Framing, split: Split | None = None) -> list[Finding]:
    """Check the table against the assumptions of the framing.

    Parameters
    ----------
    table : Table
        All rows, as read, with the target among the columns; what was noticed in reading is
        reported too.
    framing : Framing
        What is predicted, from which columns.
    split : Split or None
        Training and test rows; without it the checks across the split are left out.

    Returns
    -------
    list of Finding
        Alarms first, then cautions, then notes; empty when nothing is amiss.

    Notes: Def 12, §1.2.8
    """
    findings = [*table.findings, *_identifiers(table, framing), *_row_numbers(table, framing)]
    findings += find_leaks(table, framing) + _order(table, framing, split)
    findings += _balance(table, framing) + _few_rows(table, framing, split)
    if split is not None:
        findings += repeated_rows(table, framing, split) + _shifts(table, framing, split)
    weight = {"alarm": 0, "caution": 1, "note": 2}
    return sorted(findings, key=lambda f: weight[f.severity])


def _numbers(column: Column) -> NDArray[np.float64]:
    """Values as numbers: codes for categories, microseconds for dates; missing is NaN."""
    values = np.asarray(column.values)
    if values.dtype.kind == "M":
        numbers = values.astype(np.int64).astype(np.float64)
        numbers[np.isnat(values)] = np.nan
        return numbers
    if values.dtype.kind in "iu":
        return np.where(values < 0, np.nan, values.astype(np.float64))
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    text = np.array(["" if v is None else str(v) for v in values])
    _, codes = np.unique(text, return_inverse=True)
    return np.where(text == "", np.nan, codes.astype(np.float64))


def _sampled(rows: Rows, seed: int = 0) -> Rows:
    if len(rows) <= SAMPLE:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, SAMPLE, replace=False))


def _identifiers(table: Table, framing: Framing) -> list[Finding]:
    names = tuple(
        c.name for c in table.columns if c.kind is Kind.IDENTIFIER and c.name != framing.target
    )
    if not names:
        return []
    they = "names each row and says" if len(names) == 1 else "name each row and say"
    return [
        Finding(
            "identifier",
            "note",
            f"{_list(names)} {they} nothing about the next one; not used.",
            names,
            "If it does carry meaning, say so: --numeric or --category with its name.",
        )
    ]


def _row_numbers(table: Table, framing: Framing) -> list[Finding]:
    """Columns that are used although their name says that they number the rows."""
    names = tuple(name for name in framing.features if numbers_rows(table[name]))
    if not names:
        return []
    return [
        Finding(
            "row numbers",
            "caution",
            f"Row numbers, by their name and as no two are alike: {_list(names)}. They foretell "
            "the target where the table was sorted by it; the number of a new row will not.",
            names,
            f"Leave them out: {drop_options(names)}.",
        )
    ]


def _shifts(table: Table, framing: Framing, split: Split) -> list[Finding]:
    """Two-sample test per column, train against test, corrected for many columns (Holm)."""
    train, test = _sampled(split.train, 1), _sampled(split.test, 2)
    if min(len(train), len(test)) < 20:
        return []
    names = (*framing.features, framing.target)
    chances = np.array([_same_source(table[name], train, test) for name in names])
    order = np.argsort(chances)
    shifted = []
    for step, at in enumerate(order):
        if chances[at] * (len(names) - step) > LEVEL:
            break
        shifted.append(names[at])
    if not shifted:
        return []
    return [
        Finding(
            "shifted test distribution",
            "caution",
            f"{_list(tuple(shifted))}: training and test rows do not look drawn from one source "
            f"(two-sample test, Holm-corrected over {len(names)} columns at level {LEVEL}).",
            tuple(shifted),
            SHIFT_ADVICE[split.kept],
        )
    ]


def _same_source(column: Column, train: Rows, test: Rows) -> float:
    values = _numbers(column)
    a, b = values[train], values[test]
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if min(len(a), len(b)) < 5:
        return 1.0
    if column.kind in (Kind.NUMERIC, Kind.DATE):
        return float(stats.ks_2samp(a, b, method="asymp").pvalue)
    levels = np.unique(np.concatenate([a, b]))
    if len(levels) < 2 or len(levels) > 200:
        return 1.0
    counts = np.array([[np.sum(s == level) for level in levels] for s in (a, b)])
    return float(stats.chi2_contingency(counts).pvalue)


def _order(table: Table, framing: Framing, split: Split | None) -> list[Finding]:
    """Neighbouring rows more alike than rows far apart: the order of rows carries something."""
    n = len(table)
    if n < 30:
        return []
    y = _numbers(table[framing.target])
    y = y[np.isfinite(y)][:SAMPLE]
    if len(y) < 30 or np.ptp(y) == 0:
        return []
    trend = stats.spearmanr(np.arange(len(y)), y)
    ranks = stats.rankdata(y)
    if ranks[:-1].std() == 0 or ranks[1:].std() == 0:  # the one row that differs is at an end
        return []
    lag = float(np.corrcoef(ranks[:-1], ranks[1:])[0, 1])
    if abs(lag) * np.sqrt(len(y)) < 5 and not (trend.pvalue < 1e-6 and abs(trend.statistic) > 0.1):
        return []
    return [
        Finding(
            "dependence in row order",
            "caution",
            f"{framing.target!r} depends on where a row stands (correlation with the next row "
            f"{lag:.2f}, with the row number {trend.statistic:.2f}): rows may not be independent.",
            (framing.target,),
            ORDER_ADVICE[split.kept if split else ""],
        )
    ]


def _balance(table: Table, framing: Framing) -> list[Finding]:
    if framing.problem not in ("two classes", "several classes"):
        return []
    y = framing.answers(table)
    labels, counts = np.unique(np.asarray(y).astype(str), return_counts=True)
    least, most = counts.min(), counts.max()
    common = str(labels[counts.argmax()])
    found = []
    if most / max(least, 1) >= 9:
        found.append(
            Finding(
                "class imbalance",
                "caution",
                f"{common!r} has {most} rows, {str(labels[counts.argmin()])!r} {least}: "
                f"saying {common!r} always would be right {most / counts.sum():.0%} of the time.",
                (framing.target,),
                "Read the confusion matrix, not accuracy alone; if misses matter: --costs, or "
                "--balance.",
            )
        )
    if least < 5:
        found.append(
            Finding(
                "few rows of a class",
                "caution",
                f"{str(labels[counts.argmin()])!r} has only {least} row(s): its error is a guess.",
                (framing.target,),
                "Gather more of them, or merge the class with another.",
            )
        )
    return found


def _few_rows(table: Table, framing: Framing, split: Split | None) -> list[Finding]:
    n = len(table) if split is None else len(split.train)
    d = sum(_width(table[name]) for name in framing.features)
    if n >= 10 * d:
        return []
    return [
        Finding(
            "few rows for the parameters",
            "alarm" if n <= d else "caution",
            f"{n} rows to learn about {d} encoded columns from ({n / max(d, 1):.1f} a column).",
            (),
            "Expect a large λ; drop columns that cannot matter, or gather more rows.",
        )
    ]


def _width(column: Column) -> int:
    if column.kind is Kind.CATEGORY:
        return len(column.levels or ())
    if column.kind is Kind.TEXT:  # a text of its own in most rows: its words along axes
        present = [text for text in column.texts() if text is not None]
        return 1 + MOST_AXES if 2 * len(set(present)) > len(present) else 1
    return 6 if column.kind is Kind.DATE else 1


def _list(names: tuple[str, ...]) -> str:
    shown = ", ".join(repr(n) for n in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
