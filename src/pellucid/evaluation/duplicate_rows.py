"""Rows that stand on both sides of the split, against how many chance alone puts there.

A table of a few columns with a few values each repeats rows without anybody copying them. What
chance gives is computed from the table itself: columns of few values may hang together, each with
one other (the tree of strongest dependences, Chow and Liu), all others are taken as independent.

Notes: Def 12, §1.2.8
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing
from pellucid.data.splits import Split
from pellucid.data.table import Table
from pellucid.findings import Finding

Codes = NDArray[np.intp]
FEW_VALUES = 20  # values of a column that may hang together with another
MOST_LINKED = 30  # columns among which the strongest dependences are looked for
ALARM = 0.05  # share of test rows beyond chance


def repeated_rows(table: Table, framing: Framing, split: Split) -> list[Finding]:
    """Test rows that also stand among the training rows, features and target alike.

    Returns
    -------
    list of Finding
        Nothing when no row is repeated; a note when there are about as many as chance gives; a
        caution or an alarm beyond that.

    Notes: Def 12
    """
    codes = _codes(table, framing)
    if codes is None:
        return []
    _, whole = np.unique(codes, axis=0, return_inverse=True)
    whole = whole.ravel()
    again = int(np.isin(whole[split.test], whole[split.train]).sum())
    if not again:
        return []
    tested = len(split.test)
    expected = expected_repeats(codes[split.test], codes, len(split.train))
    spread = np.sqrt(max(expected * (1 - expected / tested), 0.25))
    share = (
        f"{again} of {tested} test rows ({again / tested:.1%}) also stand among the training rows"
    )
    if again <= 1.25 * expected + 3 * spread:
        return [
            Finding(
                "rows repeat by chance",
                "note",
                f"{share}. The columns have so few values that chance alone gives about "
                f"{expected:.0f}: nothing speaks for copies.",
            )
        ]
    beyond = (again - expected) / tested
    chance = f" (chance gives about {expected:.0f})" if expected >= 0.5 else ""
    return [
        Finding(
            "duplicate rows across the split",
            "alarm" if beyond > ALARM else "caution",
            f"{share}{chance}: the test error flatters on them.",
            (),
            "Remove repeated rows, or keep them together: --group with a column that marks them.",
        )
    ]


def _codes(table: Table, framing: Framing) -> Codes | None:
    """Values of features and target as whole numbers from 0; None where a column has no two alike.

    Missing is a value of its own.
    """
    found: dict[str, Codes] = {}
    for name in (framing.target, *framing.features):
        found[name] = _coded(np.asarray(table[name].values))
        if found[name].max(initial=-1) == len(table) - 1:
            return None
    return np.column_stack([found[name] for name in (*framing.features, framing.target)])


def _coded(values: NDArray[Any]) -> Codes:
    if values.dtype.kind == "O":
        values = np.array(["\0" if v is None else str(v) for v in values])
    elif values.dtype.kind == "f":
        values = np.where(np.isnan(values), -1.797e308, values + 0.0)  # −0 and 0 are the same
    elif values.dtype.kind == "M":
        values = values.astype(np.int64)
    return np.asarray(np.unique(values, return_inverse=True)[1].ravel(), dtype=np.intp)


def expected_repeats(test: Codes, all_rows: Codes, train: int) -> float:
    """How many test rows have an equal among `train` others when rows are drawn, not copied.

    Parameters
    ----------
    test : ndarray of int, shape (m, d)
        The test rows, coded.
    all_rows : ndarray of int, shape (n, d)
        All rows, from which the chances are counted.
    train : int
        How many rows there are to agree with.

    Examples
    --------
    >>> import numpy as np
    >>> coins = np.random.default_rng(0).integers(2, size=(500, 2))
    >>> expected_repeats(coins[:100], coins, 400)
    100.0
    """
    n, d = all_rows.shape
    counts = [np.bincount(all_rows[:, j]) for j in range(d)]
    logs = np.zeros(len(test))
    few = [j for j in range(d) if len(counts[j]) <= FEW_VALUES][:MOST_LINKED]
    parents = _tree(all_rows, few)
    with np.errstate(divide="ignore"):
        for j in range(d):
            own = counts[j][test[:, j]]
            parent = parents.get(j)
            if parent is None:  # not counting the row itself
                logs += np.log((own - 1) / max(n - 1, 1))
                continue
            width = len(counts[parent])
            pairs = np.bincount(all_rows[:, j] * width + all_rows[:, parent])
            joint = pairs[test[:, j] * width + test[:, parent]]
            logs += np.log((joint - 1) / np.maximum(counts[parent][test[:, parent]] - 1, 1))
        chance = np.exp(logs)
        found = -np.expm1(train * np.log1p(-np.minimum(chance, 1 - 1e-12)))
    return float(np.round(found.sum(), 6))


def _tree(rows: Codes, columns: list[int]) -> dict[int, int]:
    """Each column's parent in the tree of the largest mutual informations (Prim)."""
    parents: dict[int, int] = {}
    if len(columns) < 2:
        return parents
    reached, waiting = columns[:1], columns[1:]
    nearest = {j: (_information(rows[:, j], rows[:, reached[0]]), reached[0]) for j in waiting}
    while waiting:
        j = max(waiting, key=lambda c: nearest[c][0])
        parents[j] = nearest[j][1]
        waiting.remove(j)
        for other in waiting:
            gain = _information(rows[:, other], rows[:, j])
            if gain > nearest[other][0]:
                nearest[other] = (gain, j)
    return parents


def _information(a: Codes, b: Codes) -> float:
    """Mutual information of two coded columns, in nats."""
    width = int(b.max()) + 1
    joint = np.bincount(a * width + b, minlength=(int(a.max()) + 1) * width).reshape(-1, width)
    p = joint / joint.sum()
    apart = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    there = p > 0
    return float((p[there] * np.log(p[there] / apart[there])).sum())
