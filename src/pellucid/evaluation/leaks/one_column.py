"""A single column from which the target can be read off.

Notes: §1.2.8, Def 12
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import Kind
from pellucid.evaluation.leaks.leak_sample import LeakSample, is_coded, is_number
from pellucid.evaluation.leaks.relations import (
    Cut,
    correlation,
    intervals_of,
    inversions,
    purity,
    transform_of,
    unexplained,
    unexplained_of_each,
)
from pellucid.formatting import number

Array = NDArray[Any]
Numbers = NDArray[np.float64]
RIGHT = 0.995  # share of rows that a column must tell right
OF_BASELINE = 0.05  # and its errors, as a share of those of always saying the commonest class
LEAST = 8  # rows of the rarer side of a cut: fewer may fall apart by luck
NEAR = 0.005  # spread of the target's ranks that a column leaves unexplained
APART = 10  # how many times less it leaves than the next column does
TURNS = 0.01  # neighbouring values between which a monotone column may turn back
GROUPS = 10  # different values that a monotone column must have
FAR = 0.1  # spread left unexplained by which a column tells nothing exactly
CELLS_AT_ONCE = 500_000
ABSENT = 0.1  # errors of "missing or not" as a share of the baseline's


@dataclass(frozen=True)
class Relation:
    """How a column tells the target: a sentence about it, and whether it does so exactly.

    `left` is what it leaves unexplained, for comparison with other columns.
    """

    column: str
    sentence: str
    exact: bool
    left: float = 0.0


def relations(evidence: LeakSample) -> list[Relation]:
    """Each column that tells the target alone; near ones only where they stand out."""
    found: list[Relation] = []
    untold: dict[str, float] = {}
    far = _far_from_numbers(evidence)
    for name in evidence.features:
        relation, left = _relation(evidence, name, far.get(name))
        if relation:
            found.append(relation)
        untold[name] = left
    return [*found, *_standing_out(evidence, untold, {r.column for r in found})]


def _far_from_numbers(evidence: LeakSample) -> dict[str, float]:
    """What columns of different numbers leave of a numeric target, where it is much."""
    if evidence.numbers is None:
        return {}
    found: dict[str, float] = {}
    names = [n for n in evidence.features if is_number(evidence.column(n))]
    width = max(CELLS_AT_ONCE // len(evidence), 1)
    for some in (names[at : at + width] for at in range(0, len(names), width)):
        X = np.column_stack([evidence.as_numbers(name) for name in some])
        left = unexplained_of_each(X, evidence.ranks)
        # A copy, a straight line or a band leaves nothing.
        far = np.isfinite(X).all(axis=0) & (left > FAR)
        found |= {some[j]: float(left[j]) for j in np.flatnonzero(far)}
    return found


def _standing_out(
    evidence: LeakSample, untold: dict[str, float], known_leaks: set[str]
) -> list[Relation]:
    """Columns that nearly tell the target, far better than all the others do."""
    ranked = sorted(
        (left, name)
        for name, left in untold.items()
        if name not in known_leaks and not _counts_rows(evidence, name)
    )
    near = [(left, name) for left, name in ranked if left <= NEAR]
    if not near or len(near) > max(len(untold) // 3, 1):
        return []
    rest = ranked[len(near)][0] if len(ranked) > len(near) else 1.0
    if rest < APART * near[-1][0]:
        return []
    return [
        Relation(
            name,
            f"{name!r} alone tells {evidence.target!r} almost exactly: sorted by it, neighbouring "
            f"rows leave {max(left, 1e-4):.2%} of the spread (by rank), where the next column "
            f"leaves {rest:.0%}.",
            False,
            left,
        )
        for left, name in near
    ]


def _counts_rows(evidence: LeakSample, name: str) -> bool:
    """Whether a column only follows the order of rows, as a date does: smooth is not leaked."""
    if evidence.column(name).kind is Kind.DATE:
        return True
    x = evidence.as_numbers(name)
    steps = np.diff(x[np.isfinite(x)])
    return bool(len(steps) and ((steps >= 0).all() or (steps <= 0).all()))


def _relation(evidence: LeakSample, name: str, far: float | None) -> tuple[Relation | None, float]:
    """What a column tells, and the share of the target's spread that it leaves unexplained.

    `far` is that share where it is known to be much.
    """
    column = evidence.column(name)
    x = evidence.as_numbers(name)
    there = np.isfinite(x)
    missing = _leak_by_missingness(evidence, name, there)
    if missing:
        return Relation(name, missing, True), 0.0
    if there.sum() < max(20, 0.2 * len(x)) or np.ptp(x[there]) == 0:
        return None, 1.0
    x = x[there]
    sentence, left = "", 1.0
    if far is not None:
        left = far
    elif evidence.numbers is not None:
        sentence, left = _of_numbers(evidence, name, there)
    if not sentence and evidence.classes is not None:
        c = evidence.classes[there]
        sentence = _of_classes(evidence, name, x, c) if is_number(column) else ""
        if is_coded(column):
            sentence = _of_categories(evidence, name, x.astype(np.intp), c)
    return (Relation(name, sentence, True, left) if sentence else None), left


def _of_numbers(evidence: LeakSample, name: str, present: NDArray[np.bool_]) -> tuple[str, float]:
    """A numeric target told by a number, or by categories that are its bands."""
    assert evidence.numbers is not None
    target, x, y = evidence.target, evidence.as_numbers(name)[present], evidence.numbers[present]
    if np.ptp(y) == 0:
        return "", 1.0
    if is_coded(evidence.column(name)):
        return _bands(evidence, name, x.astype(np.intp), y), 1.0
    if np.array_equal(x, y):
        return f"{name!r} equals {target!r}.", 0.0
    if abs(correlation(x, y)) > 1 - 1e-9:
        return f"{name!r} is a straight-line copy of {target!r}.", 0.0
    left = unexplained(x, evidence.ranks[present])
    if left > FAR:
        return "", left
    share, direction, groups = inversions(x, y)
    if share <= TURNS and groups >= GROUPS and len(np.unique(y)) >= GROUPS:
        known = transform_of(x, y)
        if known:
            return f"{name!r} is {known} of {target!r}.", left
        if left <= NEAR:
            moves = "rises" if direction > 0 else "falls"
            return (
                f"{name!r} {moves} with {target!r} in step: of {groups:,} values in order, "
                f"{1 - share:.1%} keep the order of {target!r}.",
                left,
            )
    return "", left


def _bands(evidence: LeakSample, name: str, codes: Array, y: Numbers) -> str:
    """Categories that are intervals of the target."""
    levels, dense, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if (
        len(levels) < 2
        or len(levels) > len(y) / 4
        or counts.min() < (LEAST if len(levels) == 2 else 2)
    ):
        return ""
    found = intervals_of(y, dense)
    if found.share < RIGHT or found.rows - found.right > OF_BASELINE * (len(y) - counts.max()):
        return ""
    if len(found.order) != len(levels):
        return ""
    named = evidence.column(name).levels or ()
    shown = [named[int(levels[c])] for c in found.order]
    if len(levels) == 2:
        return (
            f"{name!r} is a threshold of {evidence.target!r}: {shown[1]!r} above "
            f"{number(found.edges[0])}, {shown[0]!r} below, in {found.right:,} of {found.rows:,} "
            "rows."
        )
    return (
        f"{name!r} names bands of {evidence.target!r}: its {len(levels)} categories, from "
        f"{shown[0]!r} to {shown[-1]!r}, do not overlap in {found.right:,} of {found.rows:,} rows."
    )


def _of_classes(evidence: LeakSample, name: str, x: Numbers, c: Array) -> str:
    """Classes that are intervals of a number."""
    present, dense, counts = np.unique(c, return_inverse=True, return_counts=True)
    if len(present) < 2 or counts.min() < LEAST:
        return ""
    if len(present) < len(evidence.names) and len(c) < 0.9 * len(evidence):
        return ""
    found = intervals_of(x, dense)
    if found.share < RIGHT or found.rows - found.right > OF_BASELINE * (len(c) - counts.max()):
        return ""
    return interval_sentence(f"{name!r}", evidence, found, present)


def interval_sentence(subject: str, evidence: LeakSample, cut: Cut, present: Array) -> str:
    """The sentence for classes that a number tells by its intervals."""
    names = [evidence.names[int(present[c])] for c in cut.order]
    rows = f"in {cut.right:,} of {cut.rows:,} rows"
    if len(names) == 2:
        edge = number(cut.edges[0])
        return (
            f"{evidence.target!r} is a threshold of {subject}: {names[1]!r} where it is above "
            f"{edge}, else {names[0]!r}, {rows}."
        )
    shown = ", ".join(number(edge) for edge in cut.edges[:4])
    parts = ", then ".join(map(repr, names[:5])) + (" …" if len(names) > 5 else "")
    return (
        f"{evidence.target!r} is cut from {subject}: in its order stand {parts}, parted at {shown}"
        f"{' …' if len(cut.edges) > 4 else ''}, {rows}."
    )


def _of_categories(evidence: LeakSample, name: str, codes: Array, c: Array) -> str:
    """Categories that each belong to one class."""
    pairs = np.unique(np.column_stack([codes, c]), axis=0)
    levels = len(np.unique(codes))
    if len(pairs) == levels == len(np.unique(c)) > 1:
        return f"{name!r} is a relabelled copy of {evidence.target!r}."
    counts = np.bincount(c)
    if levels > len(c) / 4 or np.sort(counts[counts > 0])[0] < LEAST:
        return ""
    share, rows = purity(codes, c)
    wrong = rows * (1 - share)
    if rows < 0.9 * len(c) or share < RIGHT or wrong > OF_BASELINE * (len(c) - counts.max()):
        return ""
    return (
        f"{name!r} settles {evidence.target!r}: in {share:.1%} of {rows:,} rows, all others of the "
        "same category have the same class."
    )


def _leak_by_missingness(evidence: LeakSample, name: str, present: NDArray[np.bool_]) -> str:
    """A column that is filled in, or not, by the target."""
    absent = ~present
    if not LEAST <= absent.sum() <= len(absent) - LEAST:
        return ""
    if evidence.classes is not None and len(evidence.names) == 2:
        codes = evidence.classes
        least = np.bincount(codes, minlength=2).min()
        wrong = int((codes != absent).sum())
        wrong = min(wrong, len(codes) - wrong)
        if least < LEAST or wrong > ABSENT * least:
            return ""
        filled = evidence.names[int(np.bincount(codes[present], minlength=2).argmax())]
        return (
            f"{name!r} is filled in where {evidence.target!r} is {filled!r} and missing elsewhere, "
            f"in {len(codes) - wrong:,} of {len(codes):,} rows: it seems to be known only "
            "afterwards."
        )
    if evidence.numbers is None:
        return ""
    found = intervals_of(evidence.numbers, absent.astype(np.intp))
    wrong = found.rows - found.right
    if len(found.edges) != 1 or wrong > ABSENT / 2 * min(absent.sum(), present.sum()):
        return ""
    side = "above" if found.order[0] == 1 else "up to"
    return (
        f"{name!r} is filled in where {evidence.target!r} is {side} {number(found.edges[0])} and "
        f"missing elsewhere, in {found.right:,} of {found.rows:,} rows: it seems to be known only "
        "afterwards."
    )
