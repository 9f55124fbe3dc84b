"""`cluster_table`: from a table to groups, how many, how sure, and what they mean.

Notes: §6.1, §6.3, Concept 210, Concept 240
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.clusters.axes import Axis, axis_with_groups
from pellucid.clusters.choice_of_k import ChoiceOfK
from pellucid.clusters.choosing_k import MOST_ROWS, STARTS, choose_k
from pellucid.clusters.evidence import labels_by_halves
from pellucid.clusters.hierarchical import HierarchicalClusters
from pellucid.clusters.k_means import KMeans
from pellucid.clusters.kernels.k_means_loss import nearest_mean
from pellucid.clusters.null_reference import spread_within_steps
from pellucid.clusters.quality import Agreement, agreement, group_consistency, silhouettes
from pellucid.data.table import CODED, Kind, Table
from pellucid.data.table_encoder import TableEncoder
from pellucid.data.unsupervised_framing import frame_without_target
from pellucid.errors import PellucidWarning
from pellucid.formatting import number
from pellucid.jobs.cluster.cluster_machine import ClusterMachine
from pellucid.jobs.cluster.cluster_result import ClusterResult, ClusterSettings, PrincipalAxes
from pellucid.jobs.cluster.cluster_statements import findings, headline, why
from pellucid.jobs.cluster.group_profiles import GroupProfile, profiles, spread_between_groups
from pellucid.jobs.column_summary import column_summaries
from pellucid.notebook_progress import Progress, with_notebook_bar

Array = NDArray[np.float64]
SPLITS = 10  # halvings behind "how well each group comes back"
SHOWN = 5_000  # rows of a picture


@dataclass(frozen=True)
class _EncodedTable:
    """Rows as numbers: X (n×D), names of its columns, and which of them code categories."""

    X: Array
    names: list[str]
    categories: list[list[int]]
    numbers: list[int]
    encoder: TableEncoder
    used_columns: NDArray[np.intp]
    scale: Array
    resolution: Array


@with_notebook_bar
def cluster_table(
    table: Table, settings: ClusterSettings | None = None, progress: Progress | None = None
) -> ClusterResult:
    """Find the groups of a table's rows, or that it has none, and say what they mean.

    Numbers are standardised, categories one-hot, missing values at the mean. The number of groups
    is chosen as in `choose_k`; when no number of groups can be defended, single columns and
    principal axes are looked along, where long thin groups show. Groups are numbered by size.

    Parameters
    ----------
    table : Table
        Rows; text, identifiers and constants are not used.
    settings : ClusterSettings or None
        Choices; the usual ones when None.
    progress : callable or None
        Told each stage and the share done.

    Returns
    -------
    ClusterResult

    Raises
    ------
    TableError
        When no column is left to cluster by.
    TooFewRowsError
        When there are fewer than four rows for each group asked for.

    Examples
    --------
    >>> from pellucid import read_table
    >>> X = [[0.1 * i, 0.2 * (i % 3)] for i in range(20)]
    >>> X += [[50 + 0.1 * i, 9 + 0.2 * (i % 3)] for i in range(20)]
    >>> found = cluster_table(read_table(np.array(X)), ClusterSettings(ks=(2, 3)))
    >>> found.k, sorted(np.bincount(found.groups)[1:].tolist())
    (2, [20, 20])

    Notes: Concept 210, Concept 211, Concept 232, Concept 240
    """
    started = time.perf_counter()
    settings = settings or ClusterSettings()
    say = progress or (lambda stage, done: None)
    aside = () if settings.truth is None else (settings.truth,)
    framed = frame_without_target(table, "groups", aside)
    features = framed.features
    encoded = _encoded(table, features)
    say("weighing numbers of groups", 0.1)
    view, choice, along = _choice(encoded, settings)
    X = encoded.X if view is None else np.ascontiguousarray(encoded.X @ view)
    k = settings.ks[0] if len(settings.ks) == 1 else choice.k
    say("describing the groups", 0.8)
    model, order = _numbered(X, k, settings.seed)
    labels, squares = nearest_mean(X, np.asarray(model.cluster_centers_))
    groups = order[labels]
    described = profiles(table, features, groups)
    told = spread_between_groups(table, features, groups)
    judged = _sample_of_rows(len(X), MOST_ROWS, settings.seed)
    returned = _stability_of_groups(X[judged], groups[judged], k, settings.seed)
    words = {p.group: "; ".join(t.words for t in p.traits[:3]) or "all rows" for p in described}
    machine = ClusterMachine(
        schema=table.schema,
        features=features,
        problem=str(framed),
        encoder=encoded.encoder,
        used_columns=encoded.used_columns,
        scale=encoded.scale,
        view=view,
        model=model,
        numbers=order,
        words=words,
        evidence=_evidence(choice, k, described, features, along),
    )
    return ClusterResult(
        settings=settings,
        source=table.source,
        rows=len(table),
        columns=column_summaries(table, framed),
        features=features,
        choice=choice,
        k=k,
        headline=headline(choice, k, along, len(settings.ks) == 1),
        why=why(choice, k, along, len(settings.ks) == 1),
        axis_name=along,
        groups=groups,
        distances=np.sqrt(squares),
        profiles=described,
        stability=returned,
        explained_shares=told,
        axes=_axes(encoded, groups, k, settings.seed),
        silhouettes=(groups[judged], silhouettes(X[judged], groups[judged])) if k > 1 else None,
        tree=_tree(X[judged], groups[judged], max(*settings.ks, k, 8), settings.seed),
        agreement=_agreement(table, settings.truth, groups),
        findings=(*table.findings, *findings(table, features, described, told)),
        identifiers={c.name: c.texts() for c in table.columns if c.kind is Kind.IDENTIFIER},
        machine=machine,
        seconds=time.perf_counter() - started,
    )


def _evidence(
    choice: ChoiceOfK,
    k: int,
    described: tuple[GroupProfile, ...],
    features: tuple[str, ...],
    axes_text: str,
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "rows": sum(p.rows for p in described),
        "groups": k,
        "how sure": choice.confidence,
        "rows in each group": ", ".join(f"{p.rows:,}" for p in described),
        "columns used": ", ".join(features),
    }
    return facts | ({"looked along": axes_text} if axes_text else {})


def _encoded(table: Table, features: tuple[str, ...]) -> _EncodedTable:
    """Numbers for all columns used; that a value is missing is not itself a mark to group by."""
    chosen = table.select(features)
    encoder = TableEncoder().fit(chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        everything = encoder.transform(chosen)
    kept: list[int] = []
    categories: list[list[int]] = []
    numbers: list[int] = []
    grain: list[float] = []
    scale, at = np.ones(everything.shape[1]), 0
    for code in encoder.codes_:
        width = len(code["names"]) - int(bool(code["missing"]))
        block = list(range(len(kept), len(kept) + width))
        if Kind(code["kind"]) in CODED:
            categories.append(block)
        else:
            numbers += block
            scale[at : at + width] /= np.sqrt(width)  # a date of several parts is one column
        kept += range(at, at + width)
        grain += [_grain(code, everything[:, column]) for column in range(at, at + width)]
        at += len(code["names"])
    columns = np.array(kept, dtype=np.intp)
    names = [str(name) for name in encoder.get_feature_names_out()[columns]]
    scale = scale[columns]
    X = np.ascontiguousarray(everything[:, columns] * scale)
    return _EncodedTable(X, names, categories, numbers, encoder, columns, scale, np.array(grain))


def _grain(code: dict[str, Any], values: Array) -> float:
    """The step of which all gaps between the values of a number column are multiples; else 0."""
    if Kind(code["kind"]) is not Kind.NUMERIC:
        return 0.0
    steps = np.diff(np.unique(np.round(values[values != 0], 9)))
    if not len(steps):
        return 0.0
    whole = steps / steps.min()
    return float(steps.min()) if np.allclose(whole, np.round(whole)) else 0.0


def _choice(
    encoded: _EncodedTable, settings: ClusterSettings
) -> tuple[Array | None, ChoiceOfK, str]:
    """The choice of k; along one axis when all columns together show no groups."""
    X, ks, seed = encoded.X, settings.ks, settings.seed
    choice = choose_k(
        X, ks, categories=encoded.categories, grain=encoded.resolution, random_state=seed
    )
    if len(ks) == 1 or not choice.no_clusters:
        return None, choice, ""
    spread = spread_within_steps(X, encoded.resolution, np.random.default_rng([seed, 9]))
    judged = spread[_sample_of_rows(len(X), MOST_ROWS, seed)]
    axis = axis_with_groups(judged - judged.mean(axis=0), encoded.numbers, seed)
    if axis is None:
        return None, choice, ""
    view = axis.weights[:, None]
    thin = choose_k(spread @ view, ks, random_state=seed)
    if thin.no_clusters:
        return None, choice, ""
    return view, thin, _choice_along_axis(axis, encoded.names)


def _choice_along_axis(axis: Axis, names: list[str]) -> str:
    if axis.column is not None:
        return names[axis.column]
    heavy = [j for j in np.argsort(-np.abs(axis.weights)) if abs(axis.weights[j]) > 0.1][:4]
    terms = [f"{number(float(axis.weights[j]), 2)} × {names[j]}" for j in heavy]
    return "the axis " + " + ".join(terms).replace("+ −", "− ") + " (standardised)"


def _numbered(X: Array, k: int, seed: int) -> tuple[KMeans, NDArray[np.intp]]:
    """The final means, and the number from 1 of each by size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        model = KMeans(n_clusters=k, n_init=10, random_state=seed).fit(X)
    sizes = np.bincount(np.asarray(model.labels_), minlength=k)
    order = np.empty(k, dtype=np.intp)
    order[np.argsort(-sizes, kind="stable")] = np.arange(1, k + 1)
    return model, order


def _sample_of_rows(n: int, max_rows: int, seed: int) -> NDArray[np.intp]:
    if n <= max_rows:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, 8]).choice(n, max_rows, replace=False))


def _stability_of_groups(
    X: Array, groups: NDArray[np.intp], k: int, seed: int
) -> tuple[float, ...]:
    """How well each group comes back from half of the rows: mean Jaccard index, 1 is exactly."""
    if k == 1:
        return (1.0,)
    again = labels_by_halves(X, k, SPLITS, STARTS, seed)
    there = np.unique(groups)
    found = np.mean([group_consistency(groups, each) for each in again], axis=0)
    by_group = dict(zip(there.tolist(), found.tolist(), strict=True))
    return tuple(by_group.get(g, 0.0) for g in range(1, k + 1))


def _axes(encoded: _EncodedTable, groups: NDArray[np.intp], k: int, seed: int) -> PrincipalAxes:
    centred = encoded.X - encoded.X.mean(axis=0)
    _, sizes, axes = np.linalg.svd(
        centred[_sample_of_rows(len(centred), SHOWN, seed)], full_matrices=False
    )
    two = np.zeros((2, centred.shape[1]))
    two[: min(2, len(axes))] = axes[:2]
    two *= np.where(two[np.arange(2), np.abs(two).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    total = max(float((sizes**2).sum()), np.finfo(float).tiny)
    shares = [float(s**2 / total) for s in sizes[:2]] + [0.0]
    scores = centred @ two.T
    means = np.array(
        [scores[groups == g].mean(axis=0) for g in range(1, k + 1) if (groups == g).any()]
    )
    shown = _sample_of_rows(len(scores), SHOWN, seed)
    loadings = tuple(
        tuple((encoded.names[j], float(axis[j])) for j in np.argsort(-np.abs(axis))[:4] if axis[j])
        for axis in two
    )
    return PrincipalAxes(scores[shown], means, groups[shown], (shares[0], shares[1]), loadings)


def _tree(X: Array, groups: NDArray[np.intp], leaves: int, seed: int) -> tuple[Array, Array] | None:
    """The tree of ever finer groups, and how many rows of each group are in each leaf."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        tree = HierarchicalClusters(most_leaves=leaves, random_state=seed).fit(X)
    if not len(tree.linkage_):
        return None
    counts = np.zeros((len(tree.linkage_) + 1, int(groups.max())))
    np.add.at(counts, (tree.leaves_, groups - 1), 1)
    return tree.linkage_, counts


def _agreement(table: Table, column: str | None, groups: NDArray[np.intp]) -> Agreement | None:
    return None if column is None else agreement(groups, list(table[column].texts()))
