"""A few columns that make up the target together: sums, means, differences, products, flags.

Notes: §1.2.8, Def 12
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.table import Kind
from pellucid.evaluation.leaks.leak_sample import LeakSample, is_number
from pellucid.evaluation.leaks.one_column import LEAST, OF_BASELINE, RIGHT, interval_sentence
from pellucid.evaluation.leaks.relations import correlation, intervals_of
from pellucid.formatting import MINUS, number

Array = NDArray[Any]
Numbers = NDArray[np.float64]
MOST_COLUMNS = 200  # numbers combined with each other: those most correlated with the target
MOST_PARTS = 12  # of a sum that is named in full
EXACT = 1e-6  # share of the spread that an exact sum may leave
NOT_EXACT = 0.05  # with more left than this, rounding cannot be what hides a sum
MATCH = 0.98  # share of rows that a rounded sum must meet
PAIRS = 8  # pairs whose sum and difference are tried as a threshold
SIMPLE = tuple(
    sorted({s * v for v in (1, 2, 3, 4, 5, 10, 12, 100, 1000) for s in (1.0, -1.0)}
           | {s / v for v in (2, 3, 4, 5, 6, 7, 8, 10, 12, 100, 1000) for s in (1.0, -1.0)})
)  # fmt: skip


def combinations_of(
    evidence: LeakSample, known_leaks: set[str]
) -> list[tuple[tuple[str, ...], str]]:
    """Columns that tell the target together, each with a sentence; without `known_leaks`."""
    names, X, rows = _matrix(evidence, known_leaks)
    found: list[tuple[tuple[str, ...], str]] = []
    if evidence.numbers is not None and len(names) > 1 and len(rows) >= 20:
        found += _made_of(evidence, names, X, evidence.numbers[rows])
    if found or evidence.classes is None:
        return found
    if len(names) > 1 and len(rows) >= 20:
        found += _threshold_of_two(evidence, names, X, evidence.classes[rows])
    return found or _flags(evidence, known_leaks)


def _matrix(evidence: LeakSample, known_leaks: set[str]) -> tuple[list[str], Numbers, Array]:
    """Numbers without many gaps, the most correlated first, on the rows that have them all."""
    y = evidence.numbers if evidence.numbers is not None else evidence.classes
    assert y is not None
    ranked = []
    for name in evidence.features:
        if name in known_leaks or evidence.column(name).kind is not Kind.NUMERIC:
            continue
        x = evidence.as_numbers(name)
        there = np.isfinite(x)
        if there.mean() < 0.8 or np.ptp(x[there]) == 0 or np.ptp(y[there]) == 0:
            continue
        ranked.append((-abs(correlation(x[there], y[there].astype(np.float64))), name))
    names = [name for _, name in sorted(ranked)[:MOST_COLUMNS]]
    if not names:
        return [], np.empty((0, 0)), np.arange(0)
    X = np.column_stack([evidence.as_numbers(name) for name in names])
    rows = np.flatnonzero(np.isfinite(X).all(axis=1))
    X = X[rows]
    if not len(rows):
        return [], X, rows
    varying = np.flatnonzero(X.max(axis=0) > X.min(axis=0))
    return [names[i] for i in varying], X[:, varying], rows


def _made_of(
    evidence: LeakSample, names: list[str], X: Numbers, y: Numbers
) -> list[tuple[tuple[str, ...], str]]:
    """Sums, means and differences; products and ratios; the larger or smaller of two."""
    if np.ptp(y) == 0:
        return []
    step = _step(y)
    found = _weighted(evidence, names, X, y, step, logs=False)
    positive = np.flatnonzero((X > 0).all(axis=0))
    if not found and (y > 0).all() and len(positive) > 1:
        kept = [names[i] for i in positive]
        found = _weighted(evidence, kept, X[:, positive], y, step, logs=True)
    return found or _larger_or_smaller(evidence, names, X, y)


def _step(y: Numbers) -> float:
    """The grid that the numbers stand on (1 for whole numbers); 0 for none."""
    for step in (1.0, 0.5, 0.1, 0.05, 0.01, 0.001):
        if np.abs(y / step - np.round(y / step)).max() < 1e-6:
            return step
    return 0.0


def _weighted(
    evidence: LeakSample, names: list[str], X: Numbers, y: Numbers, step: float, *, logs: bool
) -> list[tuple[tuple[str, ...], str]]:
    Z, t = (np.log(X), np.log(y)) if logs else (X, y)
    if np.ptp(t) == 0:
        return []
    for chosen in _candidate_sets(Z, t):
        weights, left = _least_squares(Z[:, chosen], t)
        simple = np.array([_simple(w, 0.02 if left <= EXACT else 0.1) for w in weights])
        parts = tuple(names[i] for i in chosen)
        if np.isfinite(simple).all() and left <= NOT_EXACT:
            fitted = Z[:, chosen] @ simple
            fitted = fitted + np.median(t - fitted)
            off = np.abs((np.exp(fitted) if logs else fitted) - y)
            rounded = 0.501 * step if 0 < step < 2 * y.std() else 0.0
            match = float(np.mean(off <= max(rounded, 1e-6 * y.std())))
            if match >= MATCH and (left <= 1e-3 or len(chosen) == 2):
                return [(parts, _formula(evidence, parts, simple, logs, match, len(y)))]
        if left <= EXACT and len(y) >= 5 * len(chosen):
            return [(parts, _formula(evidence, parts, weights, logs, 1.0, len(y)))]
    return []


def _candidate_sets(Z: Numbers, t: Numbers) -> list[list[int]]:
    """The best pair, and the columns that a fit on all of them really uses."""
    n, d = Z.shape
    sets = [list(pair) for pair in _best_pairs(Z, t, 1)]
    if d < 3 or n < 3 * d:
        return sets
    weights, left = _least_squares(Z, t)
    if left > NOT_EXACT:
        return sets
    sizes = np.abs(weights) * Z.std(axis=0)
    used = np.flatnonzero(sizes > 1e-3 * sizes.max())
    for size in (*range(3, min(MOST_PARTS, d) + 1), len(used)):
        chosen = sorted(np.argsort(-sizes, kind="stable")[:size].tolist())
        if chosen not in sets:
            sets.append(chosen)
    return sets


def _best_pairs(Z: Numbers, t: Numbers, max_pairs: int) -> list[tuple[int, int]]:
    """Pairs whose best weighted sum lies nearest to the target, from correlations alone."""
    d = Z.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        table = np.asarray(np.corrcoef(np.column_stack([Z, t]), rowvar=False))
        C, c = table[:d, :d], table[:d, d]
        told = (c[:, None] ** 2 + c[None, :] ** 2 - 2 * np.outer(c, c) * C) / (1 - C**2)
    told[~np.isfinite(told) | (np.abs(C) > 1 - 1e-9)] = -1.0
    told[np.tril_indices(d)] = -1.0
    best = np.argsort(-told, axis=None, kind="stable")[:max_pairs]
    pairs = [np.unravel_index(at, told.shape) for at in best if told.flat[at] > 0]
    return [(int(i), int(j)) for i, j in pairs]


def _least_squares(Z: Numbers, t: Numbers) -> tuple[Numbers, float]:
    """Weights, and the share of the spread that is left."""
    centre, spread = Z.mean(axis=0), Z.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = np.linalg.lstsq((Z - centre) / spread, t - t.mean(), rcond=1e-10)[0]
    weights = scaled / spread
    residual = t - t.mean() - (Z - centre) @ weights
    free = max(len(t) - Z.shape[1] - 1, 1)
    left = float((residual**2).sum() / free / t.var())
    return weights, left


def _simple(weight: float, tolerance: float) -> float:
    """The simple number that a weight stands for; NaN for none."""
    near = min(SIMPLE, key=lambda s: abs(s - weight))
    return near if abs(near - weight) <= tolerance * abs(near) else float("nan")


def _formula(
    evidence: LeakSample, parts: tuple[str, ...], weights: Numbers, logs: bool, match: float, n: int
) -> str:
    """The target as a sentence about the columns that make it up."""
    shown = [repr(p) for p in parts]
    some = ", ".join(shown[:MOST_PARTS]) + (" …" if len(shown) > MOST_PARTS else "")
    rows = f"in {round(match * n):,} of {n:,} rows"
    same = np.ptp(weights) <= 1e-6 * abs(weights[0])
    first, last = float(weights[0]), float(weights[-1])
    if len(parts) > MOST_PARTS:
        made = f"an exact weighted sum of {len(parts)} columns ({some})"
    elif logs:
        powers = [
            s if w == 1 else f"{s}^{number(float(w))}" for s, w in zip(shown, weights, strict=True)
        ]
        ratio = len(parts) == 2 and {first, last} == {1.0, -1.0}
        over = shown if first == 1 else shown[::-1]
        made = f"{over[0]} divided by {over[1]}" if ratio else f"the product {' × '.join(powers)}"
        made += ", up to a factor"
    elif same and first == 1:
        made = f"the sum of {some}"
    elif same and abs(first * len(parts) - 1) < 1e-6:
        made = f"the mean of {some}"
    elif len(parts) == 2 and {first, last} == {1.0, -1.0}:
        over = shown if first == 1 else shown[::-1]
        made = f"{over[0]} minus {over[1]}"
    else:
        added_first = sorted(zip(weights, shown, strict=True), key=lambda term: term[0] < 0)
        terms = [
            f" {MINUS if w < 0 else '+'} {number(abs(float(w)))} × {s}" for w, s in added_first
        ]
        made = "".join(terms).removeprefix(" + ").strip()
    return f"{evidence.target!r} is {made}, {rows}."


def _larger_or_smaller(
    evidence: LeakSample, names: list[str], X: Numbers, y: Numbers
) -> list[tuple[tuple[str, ...], str]]:
    for i, j in combinations(range(min(len(names), 20)), 2):
        for pick, word in ((np.maximum, "larger"), (np.minimum, "smaller")):
            match = float(np.mean(pick(X[:, i], X[:, j]) == y))
            if match >= RIGHT and min(np.mean(X[:, i] == y), np.mean(X[:, j] == y)) < 0.95:
                told = (
                    f"{evidence.target!r} is the {word} of {names[i]!r} and {names[j]!r}, in "
                    f"{match:.1%} of {len(y):,} rows."
                )
                return [((names[i], names[j]), told)]
    return []


def _threshold_of_two(
    evidence: LeakSample, names: list[str], X: Numbers, codes: Array
) -> list[tuple[tuple[str, ...], str]]:
    """Classes that are a threshold of a sum or a difference of two columns."""
    present, dense, counts = np.unique(codes, return_inverse=True, return_counts=True)
    if len(present) < 2 or counts.min() < LEAST or len(present) > 10:
        return []
    classes = range(1) if len(present) == 2 else range(len(present))
    pairs = {p for c in classes for p in _best_pairs(X, (dense == c).astype(float), PAIRS)}
    for i, j in sorted(pairs):
        low, high = sorted((X[:, i].std(), X[:, j].std()))
        if high > 10 * low:
            continue
        for sign, word in ((-1.0, "minus"), (1.0, "plus")):
            found = intervals_of(X[:, i] + sign * X[:, j], dense)
            wrong = found.rows - found.right
            if found.share >= RIGHT and wrong <= OF_BASELINE * (len(dense) - counts.max()):
                subject = f"{names[i]!r} {word} {names[j]!r}"
                return [
                    ((names[i], names[j]), interval_sentence(subject, evidence, found, present))
                ]
    return []


def _flags(evidence: LeakSample, known_leaks: set[str]) -> list[tuple[tuple[str, ...], str]]:
    """Two classes, one of which holds exactly where at least one of several flags does."""
    if evidence.classes is None or len(evidence.names) != 2:
        return []
    flags = [
        name
        for name in evidence.features
        if name not in known_leaks
        and evidence.column(name).kind is Kind.BINARY
        and not is_number(evidence.column(name))
    ]
    for answer in (0, 1):
        y = evidence.classes == answer
        if not LEAST <= y.sum() <= len(y) - LEAST:
            continue
        covered, used = np.zeros(len(y), dtype=bool), []
        for name in flags:
            x = evidence.as_numbers(name)
            for level in (1.0, 0.0):
                on = x == level
                if on.sum() >= LEAST and np.mean(y[on]) >= RIGHT and on.sum() < y.sum():
                    covered |= on
                    used.append((name, int(level)))
        wrong = int((covered != y).sum())
        if len(used) > 1 and wrong <= min(
            1 - RIGHT, OF_BASELINE * min(y.mean(), 1 - y.mean())
        ) * len(y):
            told = ", ".join(
                f"{name!r} is {(evidence.column(name).levels or ('0', '1'))[level]!r}"
                for name, level in used[:6]
            )
            return [
                (
                    tuple(name for name, _ in used),
                    f"{evidence.target!r} is {evidence.names[answer]!r} exactly where one of these "
                    f"holds: {told}; in {len(y) - wrong:,} of {len(y):,} rows.",
                )
            ]
    return []
