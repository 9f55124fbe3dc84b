"""Leaks as findings: which column tells the answer, how exactly, and what to do.

Notes: §1.2.8, Def 12
"""

from __future__ import annotations

import numpy as np

from pellucid.data.framing import Framing
from pellucid.data.table import Kind, Table
from pellucid.evaluation.leaks.combined_columns import combinations_of
from pellucid.evaluation.leaks.leak_sample import MOST_ROWS, sample_for_leaks
from pellucid.evaluation.leaks.one_column import relations
from pellucid.findings import Finding, drop_options

MOST_NAMED = 12  # leaks named one by one
SHIFTED = 0.99  # share of rows that hold the target of the next


def find_leaks(table: Table, framing: Framing, seed: int = 0) -> list[Finding]:
    """Columns, alone or a few together, from which the target can be read off.

    Parameters
    ----------
    table : Table
        All rows, as read, with the target among the columns.
    framing : Framing
        What is predicted, from which columns.
    seed : int
        Seed of the sample: at most 5,000 rows are looked at.

    Returns
    -------
    list of Finding
        Alarms, each with the columns, the figure and what to do. Looked for are: copies, straight
        lines, logarithms and other functions that never turn back; classes cut from a number, and
        numbers cut to bands; categories that each belong to one class; columns filled in by the
        answer; one column far nearer to the target than all others; sums, means, differences,
        products and ratios of columns; thresholds of a sum or difference; flags any of which
        settles the class; and the target of the next row.

    Examples
    --------
    >>> import numpy as np
    >>> from pellucid.data import frame, read_table
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.normal(size=(2, 100))
    >>> table = read_table(np.column_stack([a, b, a + b, rng.normal(size=100)]))
    >>> find_leaks(table, frame(table, "x2"))[0].columns
    ('x0', 'x1')

    Notes: §1.2.8, Def 12
    """
    found: dict[tuple[str, ...], Finding] = {}
    for evidence in sample_for_leaks(table, framing, seed):
        alone = relations(evidence)
        for each in alone:
            found.setdefault((each.column,), _alone(each.column, each.sentence, each.exact))
        known = {each.column for each in alone}
        for names, sentence in combinations_of(evidence, known):
            found.setdefault(names, _together(names, sentence))
    for name, share in _next_rows(table, framing):
        found.setdefault((name,), _of_next_row(name, framing.target, share))
    return _shortened(list(found.values()))


def _alone(name: str, sentence: str, exact: bool) -> Finding:
    return Finding(
        "feature is the target" if exact else "one column tells nearly everything",
        "alarm",
        f"{sentence} A model that uses it learns little else.",
        (name,),
        f"If it is unknown when the prediction is wanted, leave it out: {drop_options([name])}",
    )


def _together(names: tuple[str, ...], sentence: str) -> Finding:
    drops = drop_options(names[:MOST_NAMED])
    return Finding(
        "columns make up the target",
        "alarm",
        f"{sentence} Nothing needs to be learned for that.",
        names,
        f"If they are unknown when the prediction is wanted, leave them out: {drops}",
    )


def _next_rows(table: Table, framing: Framing) -> list[tuple[str, float]]:
    """Numbers that hold the target of the row below."""
    column = table[framing.target]
    if framing.problem != "regression" or column.kind is not Kind.NUMERIC or len(table) < 30:
        return []
    y = np.asarray(column.values, dtype=np.float64)[: MOST_ROWS + 1]
    ahead = y[1:]
    known = np.isfinite(ahead) & np.isfinite(y[:-1])
    if len(np.unique(ahead[known])) <= 10 or np.mean(ahead[known] == y[:-1][known]) > 0.5:
        return []
    names = []
    for name in framing.features:
        if table[name].kind is Kind.NUMERIC:
            x = np.asarray(table[name].values, dtype=np.float64)[: len(ahead)]
            share = float(np.mean(x[known] == ahead[known]))
            if share >= SHIFTED:
                names.append((name, share))
    return names


def _of_next_row(name: str, target: str, share: float) -> Finding:
    return Finding(
        "feature is the target of the next row",
        "alarm",
        f"{name!r} holds, in {share:.1%} of the rows, the {target!r} of the row below. If rows "
        "stand in order of time, it looks into the future.",
        (name,),
        f"Leave it out: {drop_options([name])}; or, if rows run backwards in time, split them by "
        "time: --order-by COLUMN.",
    )


def _shortened(findings: list[Finding]) -> list[Finding]:
    """Many leaks of one name: the first few one by one, the rest in one finding."""
    if len(findings) <= MOST_NAMED:
        return findings
    rest = findings[MOST_NAMED:]
    names = tuple(dict.fromkeys(name for f in rest for name in f.columns))
    shown = ", ".join(map(repr, names[:MOST_NAMED])) + (" …" if len(names) > MOST_NAMED else "")
    return [
        *findings[:MOST_NAMED],
        Finding(
            "feature is the target",
            "alarm",
            f"{len(names):,} further columns tell the target: {shown}.",
            names,
            "Leave out whatever is unknown when the prediction is wanted (--drop COLUMN).",
        ),
    ]
