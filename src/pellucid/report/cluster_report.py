"""The report of a clustering: how many groups, how sure, what they mean, and on what that rests.

Notes: §6.3, Concept 240
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from pellucid.formatting import number
from pellucid.jobs.cluster.cluster_result import ClusterResult
from pellucid.jobs.cluster.cluster_statements import agreement_statement
from pellucid.jobs.cluster.group_profiles import GroupProfile, share
from pellucid.pictures import clusters as pictures
from pellucid.report.common_parts import Drawer, answer, columns_as_read, finding, footer, how_to
from pellucid.report.page import collapsible, escape, grid, page, paragraph, section
from pellucid.storage.atomic_files import write_whole

MOST_TRAITS = 6
SHOWN_GROUPS = 12  # beyond these, groups are listed in a collapsed table


def write_cluster_report(result: ClusterResult, path: str | os.PathLike[str]) -> None:
    """Write the report of a clustering as one HTML file that needs no network.

    Parameters
    ----------
    result : ClusterResult
        What `cluster_table` returned.
    path : path
        The file; it appears whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_whole(path, render(result, Path(path).parent))


def render(result: ClusterResult, folder: Path = Path("pellucid-out"), again: str = "") -> str:
    """The report as HTML text.

    Parameters
    ----------
    result : ClusterResult
        What `cluster_table` returned.
    folder : Path
        Where the model file stands, for the commands shown.
    again : str
        The command that does the run again.
    """
    drawn = Drawer()
    body = "".join(
        [
            _answer(result),
            _groups(result, drawn),
            _findings(result),
            _how_many(result, drawn),
            _how_good(result, drawn),
            _levels(result, drawn),
            section("What was minimised", result.machine.model.explain().to_html()),
            columns_as_read(result.columns),
            _how_to(result, folder, again),
            footer(),
        ]
    )
    return page(f"Groups of {result.source or 'a table'}: a report", drawn.on(body))


def _answer(result: ClusterResult) -> str:
    choice = result.choice
    facts = [
        (f"{result.rows:,}", "rows"),
        (f"{len(result.features)}", "columns used"),
        (f"{choice.certainty:.0%}", "of the splits of the rows bear this out"),
    ]
    if result.k > 1:
        evidence = choice.at(result.k)
        facts += [
            (f"{evidence.consistency:.2f}", "consistency: 1 is the same groups again"),
            (f"{evidence.silhouette:.2f}", "silhouette: 1 is far apart, 0 is touching"),
        ]
    facts.append((_p(choice.p_value), "p-value against tables without groups"))
    title = f"Groups of {result.source or 'a table'}"
    return answer(title, (result.headline, result.why), facts)


def _p(value: float) -> str:
    return number(value, 2)


def _groups(result: ClusterResult, draw: Drawer) -> str:
    seen = draw(
        pictures.principal_axes(result.axes),
        "The rows along the two directions in which they spread most. Numbers stand at the means "
        "of the groups. What looks mixed here may be apart in the other directions.",
    )
    if result.k == 1:
        return section("The rows, seen along their principal axes", seen)
    rows = [
        (
            f"{p.group}: {p.name()}".removesuffix(": "),
            f"{p.rows:,}",
            share(p.share),
            f"{returned:.0%}",
        )
        for p, returned in zip(result.profiles, result.stability, strict=True)
    ]
    heads = ("group", "rows", "share", "found again")
    told = [(name, f"{part:.0%}") for name, part in result.explained_shares.items()]
    words = "".join(_group(p) for p in result.profiles[:SHOWN_GROUPS])
    rest = "".join(_group(p) for p in result.profiles[SHOWN_GROUPS:])
    return section(
        "What the groups mean",
        grid("Groups by size", heads, rows, (1, 2, 3)),
        paragraph(
            "Found again: rows in both, as a share of rows in either, when half of the rows place "
            "the means; 100% is exactly the same group."
        ),
        words,
        collapsible("The other groups", rest) if rest else "",
        seen,
        paragraph(agreement_statement(result)),
        _truth(result),
        grid("Share of each column's spread that the groups tell", ("column", "told"), told, (1,)),
    )


def _group(profile: GroupProfile) -> str:
    named = f": {profile.name()}" if profile.name() else ""
    traits = "".join(f"<li>{escape(t.words)}</li>" for t in profile.traits[:MOST_TRAITS])
    said = f"<ul>{traits}</ul>" if traits else paragraph("No column sets it apart.")
    return f"<h3>Group {profile.group}{escape(named)}</h3>{said}"


def _truth(result: ClusterResult) -> str:
    found = result.agreement
    if found is None:
        return ""
    rows = [
        (f"group {g}", *(f"{count:,}" for count in line))
        for g, line in zip(found.groups, found.table, strict=True)
    ]
    caption = f"Rows by group and by {result.settings.truth}"
    return grid(caption, ("", *found.labels), rows, tuple(range(1, len(found.labels) + 1)))


def _findings(result: ClusterResult) -> str:
    if not result.findings:
        return ""
    return section("Worth knowing", *map(finding, result.findings))


def _how_many(result: ClusterResult, draw: Drawer) -> str:
    choice = result.choice
    rows = [
        (
            f"{e.k}: {e.verdict()}".removesuffix(": "),
            "" if e.k == 1 else f"{e.consistency:.2f} ± {e.consistency_error:.2f}",
            "" if e.k == 1 else f"{number(e.depth, 2)}",
            f"{number(e.training)}",
            f"{number(e.held_out)} ± {number(e.held_out_error, 1)}",
            "" if e.k == 1 else f"{e.silhouette:.2f}",
            "" if e.k == 1 else f"{number(e.beyond, 2)}",
            f"{e.smallest:,}",
            f"{e.passes:.0%}",
        )
        for e in choice.evidence
    ]
    heads = (
        *("groups", "consistency", "rows in the valley", "training loss", "held-out loss"),
        *("silhouette", "beyond chance", "smallest", "passes"),
    )
    at = next((i for i, e in enumerate(choice.evidence) if e.k == result.k), None)
    return section(
        "How many groups",
        paragraph(
            f"The loss falls with every further mean and chooses nothing. Three things choose: "
            f"whether two halves of the rows tell the same groups ({choice.splits} halvings; 1 is "
            "the same, 0 is chance); whether rows thin out between every two groups (rows in the "
            "valley for one at the emptier mean, where it is fullest); and whether the rows are "
            f"more compact than {choice.references} tables of the same spread without groups."
        ),
        paragraph(_seen_through(result)),
        '<div class="pair">',
        draw(
            pictures.consistency_by_k(choice, result.k),
            "Consistency: above the band's edge the halves agree. Filled marks: all groups apart.",
        )
        + draw(
            pictures.loss_by_k(choice, result.k),
            "Loss per point. Where held-out loss leaves training loss, means follow noise.",
        )
        + draw(
            pictures.compactness_by_k(choice, result.k),
            "How far the rows are more compact than tables without groups (grey band).",
        ),
        "</div>",
        grid("Numbers of groups, weighed", heads, rows, tuple(range(1, 9)), at),
    )


def _seen_through(result: ClusterResult) -> str:
    judged = result.choice.rows
    if judged < result.rows:
        return f"{judged:,} of the {result.rows:,} rows, drawn at random, were judged."
    return ""


def _how_good(result: ClusterResult, draw: Drawer) -> str:
    if result.silhouettes is None:
        return ""
    return section(
        "How well each row lies in its group",
        draw(
            pictures.silhouette(*result.silhouettes),
            "Silhouettes: near 1 a row lies well inside its group, at 0 between two groups, below "
            "0 nearer to another one.",
        ),
    )


def _levels(result: ClusterResult, draw: Drawer) -> str:
    if result.tree is None:
        return ""
    return section(
        "Coarser and finer",
        draw(
            pictures.linkage_tree(*result.tree, k=result.k),
            "Groups within groups, by splitting: long stems are clear divisions, short ones are "
            "cuts through one lump. Marks show the group of most rows below; numbers count rows.",
        ),
    )


def _how_to(result: ClusterResult, folder: Path, again: str) -> str:
    model = folder / "model.pellucid"
    ask = f"./pellucid predict {shlex.quote(str(model))} new.csv -o groups.csv"
    title = "How to sort new rows, and how to do this again"
    return how_to(title, (ask, again), ("machine.predict('new.csv')",), model)
