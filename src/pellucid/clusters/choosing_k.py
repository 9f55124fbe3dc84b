"""`choose_k`: how many groups there are, how sure that is, and whether there are any.

Notes: §6.3, Concept 232, Concept 233, Concept 237, Concept 238
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array

from pellucid.clusters import evidence as gathered
from pellucid.clusters.choice_of_k import CONSISTENT, LEAST, SIGNIFICANT, ChoiceOfK, EvidenceForK
from pellucid.clusters.null_reference import Columns, spread_within_steps
from pellucid.clusters.solvers.restarts import safe_unit
from pellucid.errors import HyperparameterError, TooFewRowsError
from pellucid.formatting import number

Array = NDArray[np.float64]
MOST_ROWS = 2_000  # more rows make the evidence slower, not different
STARTS = 4
ROWS_A_GROUP = 4  # a half must hold two rows for each mean
SURE, FAIRLY = 0.9, 0.6  # share of splits in which the answer must pass
SURELY = 0.01  # p-value below which an answer may be called sure
FIRST = 39  # tables without groups drawn first; the others only if none of these stands out as far
RIVAL = 0.25  # share of splits in which a finer answer may pass beside a sure one


def choose_k(
    X: ArrayLike,
    ks: Sequence[int] = range(2, 9),
    *,
    categories: Columns = (),
    grain: ArrayLike | None = None,
    splits: int = 20,
    references: int = 100,
    random_state: int = 0,
) -> ChoiceOfK:
    """Say how many groups there are, how sure that is, or that there are none.

    The loss falls with every further mean and chooses nothing. Three questions do. *Is there
    anything?* The loss, at the k where it stands out most, against tables of the same spread
    without groups; a p-value. *Is it the same again?* The rows are halved, both halves clustered,
    and the two ways to cut the whole compared. *Are they apart?* Rows that were not used in
    placing two means must thin out between them. The answer is the largest k that passes.

    Parameters
    ----------
    X : array, shape (n, d)
        Rows in comparable units (standardise first where one axis is stretched).
    ks : sequence of int
        Numbers of groups to try, each at least 2.
    categories : sequence of sequences of int
        Columns that code one category each, as one-hot columns do.
    grain : array, shape (d,), or None
        Step in which each column was recorded; values are spread over it before judging.
    splits : int
        How often the rows are halved.
    references : int
        Tables without groups to compare with; beyond the first 39 only while none of them stands
        out as far. The p-value cannot fall below 1 / (references + 1), and "sure" needs p < 0.01.
    random_state : int
        Seed of all draws. With more than 2,000 rows, 2,000 are drawn and judged.

    Returns
    -------
    ChoiceOfK

    Raises
    ------
    TooFewRowsError
        When there are fewer than four rows a group for every k asked.
    HyperparameterError
        When a k is below 2.

    Examples
    --------
    >>> from pellucid.data.synthetic_groups import blobs
    >>> X, _ = blobs(200, [[0, 0], [9, 0], [0, 9]], seed=1)
    >>> found = choose_k(X, range(2, 5), splits=4, references=19)
    >>> found.k, found.confidence
    (3, 'fairly sure')

    Notes: Concept 232, Concept 233, Concept 237, Concept 238
    """
    rows = check_array(X, dtype=np.float64, ensure_min_samples=2)
    rows = _judged(rows - rows.mean(axis=0), random_state)
    unit = safe_unit(rows)  # a power of two: no digit is lost, no square overflows
    rows = rows / unit
    tried = _possible(ks, len(rows))
    if grain is not None:
        rows = spread_within_steps(
            rows, np.asarray(grain) / unit, np.random.default_rng([random_state, 9])
        )
    if not (rows != rows[0]).any():
        return _identical_rows(rows, tried, splits, references)
    found, p_value, drawn = _weighed(
        rows, tried, categories, splits, references, random_state, unit
    )
    return _verdict(found, p_value, len(rows), drawn, splits)


def _judged(rows: Array, seed: int) -> Array:
    if len(rows) <= MOST_ROWS:
        return rows
    drawn = np.random.default_rng([seed, 8]).choice(len(rows), MOST_ROWS, replace=False)
    return np.asarray(rows[np.sort(drawn)])


def _possible(ks: Sequence[int], n: int) -> tuple[int, ...]:
    asked = sorted({int(k) for k in ks})
    if not asked or asked[0] < 2:
        raise HyperparameterError(
            f"Numbers of groups to try start at 2; got {', '.join(map(str, asked)) or 'none'}. "
            "One group is the answer when none of them can be defended."
        )
    possible = tuple(k for k in asked if ROWS_A_GROUP * k <= n)
    if not possible:
        raise TooFewRowsError(
            f"{n} rows cannot tell {asked[0]} groups: halves are compared, and each group needs "
            f"{ROWS_A_GROUP} rows at least."
        )
    return possible


def _weighed(
    rows: Array,
    ks: tuple[int, ...],
    categories: Columns,
    splits: int,
    references: int,
    seed: int,
    unit: float,
) -> tuple[tuple[EvidenceForK, ...], float, int]:
    """The evidence for each k, the p-value of there being groups, and the tables it rests on."""
    all_ks = (1, *ks)
    whole = gathered.cluster_each_k(rows, all_ks, 2 * STARTS, seed)
    cut = gathered.compare_halves(rows, all_ks, splits, STARTS, seed, categories)
    shares = gathered.log_shares(rows, whole.losses[1:])
    first, later = range(references)[:FIRST], range(references)[FIRST:]
    drawn = gathered.reference_shares(rows, ks, categories, first, STARTS, seed)
    beyond, p_value = gathered.beyond_chance(shares, drawn)
    if later and p_value <= 1 / (1 + len(first)):  # none stood out as far: worth a closer look
        more = gathered.reference_shares(rows, ks, categories, later, STARTS, seed)
        drawn = np.concatenate([drawn, more])
        beyond, p_value = gathered.beyond_chance(shares, drawn)
    silhouettes = gathered.mean_silhouettes(rows, whole)
    passes = _passes(cut, p_value)
    squared = unit * unit
    found = tuple(
        EvidenceForK(
            k=k,
            loss=float(whole.losses[i]) * squared,
            training=float(cut.training[:, i].mean()) * squared,
            held_out=float(cut.held_out[:, i].mean()) * squared,
            held_out_error=float(cut.held_out[:, i].std()) * squared,
            consistency=float(cut.consistency[:, i].mean()),
            consistency_error=float(cut.consistency[:, i].std()),
            worst_consistency=float(cut.worst_consistency[:, i].mean()),
            silhouette=float(silhouettes[i]),
            beyond=float(beyond[i - 1]) if i else 0.0,
            valley=float(np.median(cut.valleys[:, i])),
            depth=float(np.median(cut.depths[:, i])),
            smallest=int(np.bincount(whole.labels[i], minlength=k).min()),
            passes=float(passes[i]),
        )
        for i, k in enumerate(all_ks)
    )
    return found, p_value, len(drawn)


def _passes(cut: gathered.Halves, p_value: float) -> Array:
    """Share of the splits in which each k passes; first, in which no k beyond 1 does."""
    each = (cut.consistency >= CONSISTENT) & (cut.worst_consistency >= LEAST)
    each &= cut.valleys <= SIGNIFICANT
    each &= p_value <= SIGNIFICANT
    each[:, 0] = ~each[:, 1:].any(axis=1)
    return np.asarray(each.mean(axis=0))


def _verdict(
    evidence: tuple[EvidenceForK, ...], p_value: float, rows: int, references: int, splits: int
) -> ChoiceOfK:
    tenable = [each for each in evidence[1:] if each.tenable and p_value <= SIGNIFICANT]
    chosen = tenable[-1] if tenable else evidence[0]
    rival = max((each.passes for each in evidence if each.k > chosen.k), default=0.0)
    certainty = chosen.passes if tenable else 1 - rival
    sure = (
        _certainty_of_groups(certainty, rival, p_value)
        if tenable
        else _certainty_of_none(evidence, p_value)
    )
    coarser = tuple(each.k for each in tenable[:-1])
    if tenable:
        why = _reasons_for_groups(chosen, evidence, p_value, references, coarser)
    else:
        why = _reasons_for_none(evidence, p_value, references)
    return ChoiceOfK(
        k=chosen.k,
        confidence=sure,
        certainty=certainty,
        p_value=p_value,
        evidence=evidence,
        coarser=coarser,
        why=why,
        rows=rows,
        references=references,
        splits=splits,
    )


def _certainty_of_groups(certainty: float, rival: float, p_value: float) -> str:
    if certainty >= SURE and rival <= RIVAL and p_value < SURELY:
        return "sure"
    return "fairly sure" if certainty >= FAIRLY and rival <= FAIRLY else "unsure"


def _certainty_of_none(evidence: tuple[EvidenceForK, ...], p_value: float) -> str:
    """An even spread is an answer; something else that is no groups leaves room for doubt."""
    if p_value > 2 * SIGNIFICANT:
        return "sure"
    doubtful = p_value <= SIGNIFICANT and any(each.consistent for each in evidence[1:])
    return "unsure" if doubtful else "fairly sure"


def _chance(p_value: float, references: int) -> str:
    as_far = round(p_value * (references + 1)) - 1
    tables = f"{as_far or 'none'} of {references} tables without groups"
    return f"{tables} stand{'' if as_far > 1 else 's'} out as far"


def _reasons_for_groups(
    chosen: EvidenceForK,
    evidence: tuple[EvidenceForK, ...],
    p_value: float,
    references: int,
    coarser: tuple[int, ...],
) -> str:
    sentences = [
        f"{chosen.k} groups: two halves of the rows tell the same ones (consistency "
        f"{chosen.consistency:.2f}; 1 is the same, 0 is chance), and rows thin out between every "
        f"two of them; {_chance(p_value, references)}."
    ]
    finer = [each for each in evidence if each.k > chosen.k]
    near = max(finer, key=lambda each: each.passes, default=None)
    if near is not None and near.passes > 0:
        sentences.append(
            f"{near.k} comes near: of single splits, {near.passes:.0%} would defend it."
        )
    elif finer:
        sentences.append(f"With {finer[0].k}: {finer[0].words()}.")
    if coarser:
        named = " or ".join(str(k) for k in coarser)
        sentences.append(f"Coarser, {named} can be defended too; which serves is yours to say.")
    return " ".join(sentences)


def _reasons_for_none(evidence: tuple[EvidenceForK, ...], p_value: float, references: int) -> str:
    if p_value > SIGNIFICANT:
        return (
            "No clusters here: the rows are no more compact about several means than an even "
            f"spread would be ({_chance(p_value, references)}; p = {number(p_value, 2)})."
        )
    best = max(evidence[1:], key=lambda each: (each.consistent, each.separated, each.consistency))
    advice = (
        f"More rows would settle it; to take these groups all the same, ask for {best.k}."
        if best.too_few_rows
        else "A ring, a bow or a stretched cloud looks like this; another view of the columns may "
        "show groups."
    )
    return (
        f"No clusters that means can tell: the rows are no even spread "
        f"({_chance(p_value, references)}), yet no number of groups is shown to come back the "
        f"same, each apart from the others. The nearest to it is {best.k} (consistency "
        f"{best.consistency:.2f}): {best.words()}. {advice}"
    )


def _identical_rows(rows: Array, ks: Sequence[int], splits: int, references: int) -> ChoiceOfK:
    one = EvidenceForK(1, 0, 0, 0, 0, 1, 0, 1, np.nan, 0, 0, 0, len(rows), 1)
    return ChoiceOfK(
        1, "sure", 1.0, 1.0, (one,), (),
        "No clusters here: all rows are the same.", len(rows), references, splits,
    )  # fmt: skip
