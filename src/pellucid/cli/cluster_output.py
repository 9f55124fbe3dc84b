"""`pellucid cluster`: how many groups, how sure, what they mean; labels, a model, a report."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from pellucid.cli.job_runner import File, Job, predict_from, run_job, show_findings
from pellucid.errors import FramingError, TableError
from pellucid.formatting import number
from pellucid.notebook_progress import Progress

if TYPE_CHECKING:
    from pellucid.jobs.cluster.cluster_result import ClusterResult, ClusterSettings

TRAITS = 4  # of a group, in the terminal
MOST_GROUPS = 100


def run_cluster(
    data: str,
    k: str,
    given: Mapping[str, Any],
    *,
    output: Path | None,
    report: bool,
    as_json: bool,
    room: Mapping[str, str | None],
) -> None:
    """Find the groups of a table, and print what was found."""
    from pellucid.jobs.cluster.cluster_result import ClusterSettings

    settings = ClusterSettings(ks=groups_asked(k), **given)
    run_job(cluster_job(data, settings, report, room), output, as_json)


def cluster_job(
    data: str, settings: ClusterSettings, report: bool, room: Mapping[str, str | None]
) -> Job[ClusterResult]:
    """The job of `pellucid cluster`."""

    def work(progress: Progress) -> ClusterResult:
        from pellucid.jobs.on_blocks.cluster_on_blocks import cluster_any_size

        return cluster_any_size(data, settings, progress, **room)

    def files(result: ClusterResult, folder: Path) -> list[File]:
        from pellucid.storage.model_file import packed_model

        left = [File("model", "model.pellucid", packed_model(result.machine))]
        if result.places is None:  # of rows in blocks, `predict` tells the labels
            left.insert(0, File("labels", "labels.csv", labels_file(result)))
        if report:
            from pellucid.report.cluster_report import render

            again = command(data, settings, folder)
            left.append(File("report", "report.html", render(result, folder, again)))
        return left

    def after(result: ClusterResult, folder: Path) -> Mapping[str, str]:
        import shlex

        model = folder / "model.pellucid"
        if result.places is None:
            return predict_from("NEW.csv")(result, folder)
        again = shlex.join([str(model), data, "-o", str(folder / "labels.csv")])
        return {"labels": f"./pellucid predict {again}"}

    return Job(work, files, summary, show, after)


def groups_asked(k: str) -> tuple[int, ...]:
    """3 is exactly three groups; 2:8 is any number of them from 2 to 8."""
    first, colon, last = k.partition(":")
    try:
        low, high = int(first), int(last) if colon else int(first)
    except ValueError:
        raise FramingError(
            f"-k is a number of groups, such as 3, or a range to choose from, such as 2:8; "
            f"got {k!r}."
        ) from None
    if low < 2:
        raise FramingError(
            f"-k starts at 2 groups (one is the answer when there are none); got {k}."
        )
    if not low <= high <= MOST_GROUPS:
        raise FramingError(f"-k A:B runs upwards, to {MOST_GROUPS} at most; got {k}.")
    return tuple(range(low, high + 1))


def command(data: str, settings: ClusterSettings, folder: Path) -> str:
    """The command that does this run again."""
    import shlex

    ks = settings.ks
    words = ["./pellucid", "cluster", data, "-k"]
    words.append(str(ks[0]) if len(ks) == 1 else f"{ks[0]}:{ks[-1]}")
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name == "ks" or value == field.default:
            continue
        for each in value if isinstance(value, tuple) else (value,):
            words += [f"--{field.name}", str(each)]
    return shlex.join([*words, "-o", str(folder), "--report"])


def labels_file(result: ClusterResult) -> str:
    """A line a row, in the table's order: row number, identifiers, group, distance to its mean."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    names = list(result.identifiers)
    for name in ("row", "group", "distance"):
        if name in names:
            raise TableError(f"The table's identifier {name!r} has the name of a column of labels.")
    writer.writerow(["row", *names, "group", "distance"])
    marks = [result.identifiers[name] for name in names]
    for row, (group, distance) in enumerate(zip(result.groups, result.distances, strict=True)):
        own = ["" if mark[row] is None else mark[row] for mark in marks]
        writer.writerow([row + 1, *own, int(group), f"{distance:.6g}"])
    return sink.getvalue()


def show(console: Console, result: ClusterResult) -> None:
    """Print the result for a person: the answer first."""
    from pellucid.jobs.cluster.cluster_statements import unused_columns

    console.print(f"\n[bold]{escape(result.headline)}[/]")
    console.print(
        f"{result.rows:,} rows, {len(result.features)} columns: "
        f"{escape(', '.join(result.features))}.\n"
    )
    console.print(escape(result.why) + "\n")
    console.print(_numbers_tried(result))
    if result.k > 1:
        _show_groups(console, result)
    for line in unused_columns(result):
        console.print(f"[dim]{escape(line)}[/]")
    show_findings(console, result.findings)


def _numbers_tried(result: ClusterResult) -> RichTable:
    grid = RichTable(title="Numbers of groups, weighed")
    heads = ("groups", "consistency", "apart", "held-out loss", "silhouette", "verdict")
    for at, head in enumerate(heads):
        grid.add_column(head, justify="left" if at == 5 else "right")
    for e in result.choice.evidence:
        mark = result.k == e.k
        apart = "" if e.k == 1 else "yes" if e.separated else "no"
        again = "" if e.k == 1 else f"{e.consistency:.2f} ± {e.consistency_error:.2f}"
        silhouette = "" if e.k == 1 else f"{e.silhouette:.2f}"
        cells = (str(e.k), again, apart, number(e.held_out), silhouette, e.verdict())
        grid.add_row(*cells, style="bold" if mark else "")
    return grid


def _show_groups(console: Console, result: ClusterResult) -> None:
    from pellucid.jobs.cluster.cluster_statements import agreement_statement

    console.print()
    for profile, returned in zip(result.profiles, result.stability, strict=True):
        name = f", {profile.name()}" if profile.name() else ""
        console.print(
            f"[bold]Group {profile.group}[/]{escape(name)}: {profile.rows:,} rows "
            f"({profile.share:.0%}); half of the rows find it again to {returned:.0%}"
        )
        for trait in profile.traits[:TRAITS]:
            console.print(f"  · {escape(trait.words)}")
        if not profile.traits:
            console.print("  · no column sets it apart from the other rows")
    told = [f"{name} {share:.0%}" for name, share in result.explained_shares.items()]
    console.print(f"\n[bold]What the groups tell[/] of each column: {escape(', '.join(told))}")
    if result.agreement is not None:
        console.print(escape(agreement_statement(result)))


def summary(result: ClusterResult) -> dict[str, Any]:
    """The result as plain values, for programs."""
    choice = result.choice
    return {
        "k": result.k,
        "clusters": result.k > 1,
        "chosen_k": choice.k,
        "sure": choice.confidence,
        "certainty": choice.certainty,
        "p_value": choice.p_value,
        "headline": result.headline,
        "why": result.why,
        "along": result.axis_name,
        "coarser": list(choice.coarser),
        "rows": result.rows,
        "rows_judged": choice.rows,
        "columns": [asdict(c) for c in result.columns],
        "evidence": [
            {
                name: None if value != value else value  # JSON has no NaN
                for name, value in (asdict(e) | {"tenable": e.tenable}).items()
            }
            for e in choice.evidence
        ],
        "groups": [
            {
                "group": p.group,
                "name": p.name(),
                "rows": p.rows,
                "share": p.share,
                "consistency": returned,
                "traits": [asdict(t) for t in p.traits],
            }
            for p, returned in zip(result.profiles, result.stability, strict=True)
        ],
        "told": result.explained_shares,
        "agreement": None
        if result.agreement is None
        else {
            "column": result.settings.truth,
            "rows": result.agreement.rows,
            "index": result.agreement.index,
            "matched": result.agreement.matched,
            "names": {str(g): name for g, name in result.agreement.names.items()},
        },
        "findings": [asdict(f) for f in result.findings],
        "seconds": result.seconds,
    }
