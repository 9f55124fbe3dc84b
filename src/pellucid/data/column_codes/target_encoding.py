"""Codes of a column with very many values: the mean of the target, or rare values together.

The mean of few rows is mostly chance, so each mean is shrunk towards the overall one, by as much as
the rows themselves show. Training rows get means of the *other* rows (cross-fitted): a model must
not learn from its own target. Notes have no such code; it is a number per class (Def 194) that is
learned.

Notes: Def 194, Def 197, Clar 86
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.class_codes import one_hot
from pellucid.data.scaling import moments
from pellucid.data.table import MISSING, Column
from pellucid.errors import HyperparameterError, TableError

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Learned = dict[str, Any]
Given = tuple[str, ...]
CHUNKS = 5  # in which training rows are encoded by the means of the others
SEED = 193
MOST_KEPT = 30  # values that keep a column of their own in the code `rare`
FEWEST_ROWS = 10  # a value with fewer is rare
OTHER = "other (rare)"


@dataclass(frozen=True)
class Targets:
    """What means are taken of: a column a class, or the amounts themselves.

    `values` is n×k; `names` says of each column what its mean is.
    """

    values: Floats
    names: tuple[str, ...]

    @classmethod
    def of(cls, y: Any) -> Targets | None:
        """Of the targets of a fit: amounts (n,), class names (n,), or indicators (n, k).

        Examples
        --------
        >>> Targets.of(["no", "yes", "no"]).names
        ("share of 'yes'",)

        Notes: Notation 21
        """
        if y is None:
            return None
        answers = np.asarray(y)
        if answers.ndim == 2:
            names = tuple(f"share of target {i + 1}" for i in range(answers.shape[1]))
            return cls(answers.astype(np.float64), names)
        if answers.dtype.kind in "fiub":
            return cls(answers.astype(np.float64)[:, None], ("mean of the target",))
        classes, at = np.unique(answers.astype(str), return_inverse=True)
        shown = range(len(classes)) if len(classes) > 2 else range(len(classes) - 1, len(classes))
        values = np.column_stack([at == i for i in shown]).astype(np.float64)
        return cls(values, tuple(f"share of {str(classes[i])!r}" for i in shown))


def learn_target_mean(
    column: Column, weights: Floats, fields: Given, targets: Targets | None = None
) -> Learned:
    """The shrunk mean of the target for each value; a missing one is a value of its own.

    Raises
    ------
    HyperparameterError
        When there is no target to take means of.

    Notes: Def 194
    """
    if targets is None:
        raise HyperparameterError(
            f"target-mean of {column.name!r} takes means of the target: give `fit` the targets "
            "y, or choose the code rare."
        )
    known = _distinct_values(column, weights)
    places = positions_among(column, known)
    means, overall, _ = _shrunk_means(places, len(known) + 2, weights, targets.values)
    _, scale = moments(means[places], weights)
    return {
        "names": [f"{column.name}: {name}" for name in targets.names],
        "known": known,
        "means": means,
        "mean": overall,
        "scale": scale,
        "missing": False,
        "statement": f"{len(known):,} values, each its shrunk {' and '.join(targets.names[:3])}"
        + (" and more" if len(targets.names) > 3 else ""),
        **({"levels": known} if column.levels is not None else {}),
    }


def encode_target_mean(code: Learned, column: Column) -> Floats:
    """(mean of the value − overall mean)/scale; a value not met stands at the overall mean.

    Notes: Def 194, Def 207
    """
    means = np.asarray(code["means"])[positions_among(column, code["known"])]
    return np.asarray((means - code["mean"]) / code["scale"])


def encode_training_rows(
    code: Learned, column: Column, weights: Floats, targets: Targets
) -> Floats:
    """The rows of the fit itself: each chunk of them by the means of the other chunks.

    Notes: Clar 86
    """
    places = positions_among(column, code["known"])
    n, size = len(places), len(code["known"]) + 2
    chunk = np.random.default_rng(SEED).permutation(n) % min(CHUNKS, max(n, 2))
    block = np.zeros((n, targets.values.shape[1]))
    for each in np.unique(chunk):
        mine = chunk == each
        others = np.where(mine, 0.0, weights)
        if others.sum() > 0:
            means, overall, _ = _shrunk_means(places, size, others, targets.values)
            block[mine] = (means[places[mine]] - overall) / code["scale"]
    return block


def decode_target_mean(code: Learned, block: Floats) -> NDArray[Any]:
    """Refused: values share means.

    Raises
    ------
    TableError
        Always.
    """
    raise TableError(
        f"target-mean of {code['column']!r} cannot be turned back into values, for several may "
        "have one mean. Encode the column by rare or one-hot to decode it."
    )


def _distinct_values(column: Column, weights: Floats) -> list[str]:
    """The values that rows of the fit hold, sorted."""
    return sorted({text for text in column.texts()[weights > 0] if text is not None})


def positions_among(column: Column, categories: list[str]) -> Places:
    """Place of each row's value among those known; then of a missing one, then of a new one."""
    place: dict[str | None, int] = {text: i for i, text in enumerate(categories)}
    missing, new = len(categories), len(categories) + 1
    if column.levels is None:
        return np.array(
            [missing if t is None else place.get(t, new) for t in column.texts()], dtype=np.intp
        )
    met = (*column.levels, *reversed(column.unseen))
    table = np.array([*(place.get(level, new) for level in met), missing], dtype=np.intp)
    return np.asarray(table[column.values])


def _shrunk_means(
    places: Places, size: int, weights: Floats, values: Floats
) -> tuple[Floats, Floats, Floats]:
    """Means of each place (size×k), the overall mean (k,), and the rows that each is worth (k,).

    A mean of n rows becomes (n·mean + m·overall)/(n + m). m = within/between: the variance of
    rows of one value over the variance of the values' true means, both estimated from these rows
    (analysis of variance). Where values differ no more than chance has it, m is infinite.

    Notes: Def 194
    """
    counts = np.bincount(places, weights, minlength=size)
    total, met = counts.sum(), int((counts > 0).sum())
    overall = weights @ values / total
    away = values - overall
    sums = np.column_stack([np.bincount(places, weights * a, minlength=size) for a in away.T])
    means = sums / np.maximum(counts, np.finfo(float).tiny)[:, None]
    between_sum = counts @ means**2
    within_sum = np.maximum(weights @ away**2 - between_sum, 0.0)
    within = within_sum / max(total - met, 1e-12)
    even = total - (counts @ counts) / total
    between = np.maximum((between_sum - (met - 1) * within) / max(even, 1e-12), 0.0)
    alone = total <= met  # a value a row: nothing tells chance from difference
    worth = np.full(values.shape[1], np.inf)
    if not alone:
        np.divide(within, between, out=worth, where=between > 0)
    share = np.zeros_like(means)
    finite = np.isfinite(worth)
    share[:, finite] = counts[:, None] / np.maximum(counts[:, None] + worth[finite], 1e-300)
    return overall + share * means, overall, worth


def learn_rare(column: Column, weights: Floats, fields: Given) -> Learned:
    """One-hot over the values with many rows; all others are one, "other (rare)".

    Raises
    ------
    HyperparameterError
        When what is given is no number of values.

    Notes: Def 197
    """
    most = MOST_KEPT
    if fields:
        if len(fields) > 1 or not fields[0].isdigit() or not 1 <= int(fields[0]) <= 1_000:
            raise HyperparameterError(
                f"rare of {column.name!r}: say how many values keep their own column, from 1 to "
                f"1,000, as rare:30; got {','.join(fields)!r}."
            )
        most = int(fields[0])
    met = _distinct_values(column, weights)
    counts = np.bincount(positions_among(column, met), weights, minlength=len(met) + 2)
    enough = [i for i in range(len(met)) if counts[i] >= FEWEST_ROWS]
    often = sorted(sorted(enough, key=lambda i: -counts[i])[:most])
    known = [met[i] for i in often]
    missing = bool(counts[len(met)] > 0)
    names = [f"{column.name}={level}" for level in (*known, OTHER)]
    return {
        "names": [*names, *([f"{column.name} is missing"] if missing else [])],
        "known": known,
        "missing": missing,
        **({"levels": met} if column.levels is not None else {}),
        "statement": f"{len(known):,} frequent values, {len(met) - len(known):,} rare ones as one",
    }


def encode_rare(code: Learned, column: Column) -> Floats:
    """An entry a frequent value, then one for all others, those not met in training among them.

    Notes: Def 197
    """
    k = len(code["known"])
    places = positions_among(column, code["known"])
    classes = np.where(places == k, MISSING, np.where(places > k, k, places)).astype(np.int32)
    block = one_hot(classes, k + 1)
    return np.column_stack([block, classes == MISSING]) if code["missing"] else block


def decode_rare(code: Learned, block: Floats) -> NDArray[Any]:
    """The value of the largest entry, or "other (rare)"; None where none passes one half.

    Notes: Def 197
    """
    kept = block[:, : len(code["known"]) + 1]
    best = np.where(kept.max(axis=1) > 0.5, kept.argmax(axis=1), -1)
    return np.asarray(np.array([*code["known"], OTHER, None], dtype=object)[best])
