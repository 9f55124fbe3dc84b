"""What is said of a clustering: the answer, the reasons, what to be wary of.

Notes: §6.3, Concept 234
"""

from __future__ import annotations

import numpy as np

from pellucid.clusters.choice_of_k import SIGNIFICANT, ChoiceOfK
from pellucid.data.table import Table
from pellucid.findings import Finding
from pellucid.formatting import number
from pellucid.jobs.cluster.cluster_result import ClusterResult
from pellucid.jobs.cluster.group_profiles import GroupProfile

REPEATED = 0.95  # of a category's spread told by the groups: they are its categories
FEW = 0.01  # a group with a smaller share of the rows may be outliers


def headline(choice: ChoiceOfK, k: int, axes_text: str, k_given: bool) -> str:
    """The answer in a sentence; `k_given` when a person fixed the number of groups."""
    if k_given:
        evidence = choice.at(k)
        verdict = "they can be defended" if choice.k == k else "they cannot be defended"
        return f"{k} groups, as you asked; {verdict}: {evidence.words()}."
    if choice.no_clusters and choice.p_value <= SIGNIFICANT:
        return f"No number of groups can be defended here ({choice.confidence})."
    if choice.no_clusters:
        return f"There are no clusters here ({choice.confidence})."
    where = f" along {axes_text}" if axes_text else ""
    return f"There are {k} groups{where} ({choice.confidence})."


def why(choice: ChoiceOfK, k: int, axes_text: str, k_given: bool) -> str:
    """The reasons behind the answer."""
    if axes_text:
        return (
            "Taken together, the columns show no groups about means; looked at one by one, and "
            f"along principal axes, the rows fall into heaps along {axes_text}. {choice.why}"
        )
    if not k_given or choice.k == k:
        return choice.why
    evidence = choice.at(k)
    return (
        f"Consistency of two halves of the rows is {evidence.consistency:.2f} (1 is the same, 0 is "
        f"chance); where groups are nearest, {number(evidence.depth, 2)} rows lie half-way for "
        f"each row at the emptier mean; p = {number(choice.p_value, 2)} against tables "
        "without groups."
    )


def _restated(table: Table, shares: dict[str, float], k: int) -> list[Finding]:
    """Categories that the groups merely repeat."""
    same = [
        name
        for name, share in shares.items()
        if share >= REPEATED and len(table[name].levels or ()) == k > 1
    ]
    if not same or len(shares) == len(same):
        return []
    return [
        Finding(
            "groups repeat a column",
            "caution",
            f"The groups are the categories of {same[0]}, which took part in making them.",
            (same[0],),
            f"To see whether the other columns tell the same groups: --truth {same[0]}.",
        )
    ]


def findings(
    table: Table,
    features: tuple[str, ...],
    described: tuple[GroupProfile, ...],
    shares: dict[str, float],
) -> tuple[Finding, ...]:
    """What to be wary of."""
    found = []
    gaps = {name: table[name].missing for name in features}
    holes = {name: int(m.sum()) for name, m in gaps.items() if m.any()}
    if holes:
        said = ", ".join(f"{name} ({count:,})" for name, count in holes.items())
        empty = int(np.all(list(gaps.values()), axis=0).sum())
        found.append(
            Finding(
                "missing values",
                "caution" if empty else "note",
                f"Rows without a value stand at the column's mean and are drawn to no group by it: "
                f"{said}."
                + (f" {empty} row(s) have no value in any column used." if empty else ""),
                tuple(holes),
                "Leave such rows out if their group matters.",
            )
        )
    found += _restated(table, shares, len(described))
    small = [p for p in described if p.share < FEW or p.rows < 5]
    if small and len(described) > 1:
        named = ", ".join(f"group {p.group} ({p.rows} rows)" for p in small)
        found.append(
            Finding(
                "small groups",
                "caution",
                f"{named}: so few rows may be outliers rather than a group.",
                (),
                "Look at these rows; mend or drop them, and cluster again.",
            )
        )
    return tuple(found)


def agreement_statement(result: ClusterResult) -> str:
    """How far the groups agree with the trusted labels, in a sentence; empty when there are none.

    Notes: Def 239
    """
    found, truth = result.agreement, result.settings.truth
    if found is None:
        return ""
    names = ", ".join(f"group {g} is {name}" for g, name in found.names.items())
    return (
        f"Against {truth} (known for {found.rows:,} rows, and not used): {found.matched:.1%} right "
        f"when {names}; agreement beyond chance {found.index:.2f}, 1 is the same."
    )


def unused_columns(result: ClusterResult) -> list[str]:
    """Columns that were not used, each with its reason."""
    return [f"Not used: {c.name} ({c.note})." for c in result.columns if not c.used]
