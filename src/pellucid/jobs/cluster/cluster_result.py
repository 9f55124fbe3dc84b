"""Plain data that `pellucid cluster` takes in and gives out; nothing here computes.

Notes: §6.3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.reading_options import ReadingOptions
from pellucid.findings import Finding
from pellucid.former_names import renamed
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.setting_checks import require_seed

if TYPE_CHECKING:
    from pellucid.clusters.choice_of_k import ChoiceOfK
    from pellucid.clusters.quality import Agreement
    from pellucid.jobs.cluster.cluster_machine import ClusterMachine
    from pellucid.jobs.cluster.group_profiles import GroupProfile

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ClusterSettings(ReadingOptions):
    """Everything a person may choose for a clustering.

    Parameters
    ----------
    ks : tuple of int
        Numbers of groups to choose from; a single one is taken as said.
    truth : str or None
        A column that is not used, and that the groups are compared with afterwards.
    seed : int
        Seed of every draw.
    numeric, binary, category, text, date, identifier, drop, missing, encoding
        How the table is read: see `ReadingOptions`.
    """

    ks: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8)
    truth: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_seed(self.seed)


@dataclass(frozen=True)
class PrincipalAxes:
    """Rows and means seen along the two directions in which the rows spread most.

    Parameters
    ----------
    scores : ndarray, shape (m, 2)
        The rows shown.
    means : ndarray, shape (k, 2)
        Means of the groups, by number.
    groups : ndarray of int, shape (m,)
        Group of each row shown, from 1.
    shares : tuple of two floats
        Share of the spread along each axis.
    loadings : tuple of two tuples of (column, weight)
        What each axis is made of, heaviest first.

    Notes: Concept 240
    """

    scores: Array
    means: Array
    groups: NDArray[np.intp]
    shares: tuple[float, float]
    loadings: tuple[tuple[tuple[str, float], ...], ...]


@renamed(along="axis_name", told="explained_shares", returned="stability")
@dataclass(frozen=True)
class ClusterResult:
    """All that `pellucid cluster` found out: what the report shows and the command line prints.

    `groups` (n,) and `distances` (n,) are of all rows in the table's order; `silhouettes` holds
    groups and values of the rows judged, or None for one group; `stability` says how well each
    group comes back from half of the rows; `explained_shares` maps a column to the share of its
    spread that the groups explain; `axis_name` is the column or axis along which groups were looked
    for, "" when all columns count. Of rows in blocks, `groups`, `distances` and `identifiers` are
    those of a sample, which stands at `places` of the source.
    """

    settings: ClusterSettings
    source: str
    rows: int
    columns: tuple[ColumnSummary, ...]
    features: tuple[str, ...]
    choice: ChoiceOfK
    k: int
    headline: str
    why: str
    axis_name: str
    groups: NDArray[np.intp]
    distances: Array
    profiles: tuple[GroupProfile, ...]
    stability: tuple[float, ...]
    explained_shares: dict[str, float]
    axes: PrincipalAxes
    silhouettes: tuple[NDArray[np.intp], Array] | None
    tree: tuple[Array, Array] | None
    agreement: Agreement | None
    findings: tuple[Finding, ...]
    identifiers: dict[str, NDArray[Any]]
    machine: ClusterMachine
    seconds: float = 0.0
    places: NDArray[np.uint64] | None = None
