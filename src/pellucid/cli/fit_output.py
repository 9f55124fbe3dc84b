"""`pellucid fit` and `pellucid demo` on tables: what is done, written and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table as RichTable

from pellucid.cli.fit_images_output import image_job
from pellucid.cli.job_runner import DEFAULT_FOLDER, File, Job, predict_from, run_job, show_findings
from pellucid.cli.run_file import run_file, settings_from
from pellucid.cli.start_time import start_time
from pellucid.errors import TableError
from pellucid.formatting import number
from pellucid.notebook_progress import Progress
from pellucid.threads import threads

if TYPE_CHECKING:
    from pellucid.jobs.fit.fit_result import FitResult


def run_fit(
    data: str,
    given: Mapping[str, Any],
    *,
    output: Path | None,
    config: Path | None,
    as_json: bool,
    resume: bool = False,
) -> None:
    """Fit to a table or to images, and print what was found."""
    from pellucid.data.image_files import is_image_file

    if is_image_file(data):
        run_job(image_job(data, given, config), output, as_json)
    else:
        folder = output or DEFAULT_FOLDER
        run_job(table_job(data, given, config, folder, resume), output, as_json)


def table_job(
    data: str,
    given: Mapping[str, Any],
    config: Path | None,
    folder: Path | None = None,
    resume: bool = False,
) -> Job[FitResult]:
    """The job of `pellucid fit TABLE`; passes over blocks are kept in the folder meanwhile."""
    settings = settings_from(given, config)
    jobs = _processes(data) if settings.jobs is None else settings.jobs

    def work(progress: Progress) -> FitResult:
        from pellucid.processes import processes_for, start_processes

        start_processes(processes_for(jobs), LOADED)  # they load their engines beside this one
        from pellucid.jobs.on_blocks.fit_any_size import fit_any_size

        shared = replace(settings, jobs=jobs)
        result = fit_any_size(data, shared, progress, folder, resume, started_at=start_time())
        return replace(result, settings=settings)

    def files(result: FitResult, folder: Path) -> list[File]:
        from pellucid.processes import processes_for
        from pellucid.report.fit_report import render
        from pellucid.storage.model_file import packed_model

        return [
            File("report", "report.html", render(result, folder, processes_for(jobs))),
            File("model", "model.pellucid", packed_model(result.machine)),
            File("settings", "run.toml", run_file(data, settings, result.columns)),
        ]

    after = predict_from("NEW.csv")
    return Job(work, files, summary, show, after, lambda r: r.peak_memory, settings.budget)


# Bytes of a file from which a second process is worth its start, and from which all cores are.
SEVERAL, ALL = 20_000, 100_000
LOADED = ("pellucid.jobs.fit.fit_tables", "pellucid.report.fit_report")


def _processes(data: str) -> int:
    """How many processes a table is worth; −1 is one a core."""
    file = Path(data.partition("::")[0])
    size = file.stat().st_size if file.is_file() else 0
    if size >= ALL:
        return -1
    return 2 if size >= SEVERAL and threads() > 1 else 1


def run_demo(output: Path | None) -> None:
    """Fit the example table that comes with the project."""
    package = Path(__file__).parents[1]
    # In the wheel the examples stand in the package; in the source tree, beside it.
    places = [folder / "examples" / "penguins.csv" for folder in (package, package.parents[1])]
    source = next((place for place in places if place.is_file()), None)
    if source is None:
        raise TableError(f"The example table is not in {places[0].parent}: install Pellucid again.")
    run_fit(str(source), {"target": "species"}, output=output, config=None, as_json=False)


def show(console: Console, result: FitResult) -> None:
    """Print the result for a person: the answer first."""
    from rich.markup import escape

    framing = result.framing
    console.print(f"\n[bold]Predicting {framing.target}[/] from {len(framing.features)} columns")
    console.print(
        f"{framing.problem}; {result.rows:,} rows: {len(result.split.train):,} to learn from, "
        f"{len(result.split.test):,} to test on. {result.split.how}\n"
    )
    console.print(_candidates(result))
    console.print(f"\n{result.why}\n")
    console.print(f"[bold]{escape(result.headline)}[/]")
    console.print(f"{result.diagnosis.words}\n")
    _show_importance(console, result)
    show_codes(console, result)
    show_findings(console, result.findings)
    _show_weights(console, result)


def _candidates(result: FitResult) -> RichTable:
    from pellucid.losses import LOSSES

    grid = RichTable(title="Candidates, by cross-validation on the training rows")
    title = LOSSES[result.framing.loss].title
    for head in ("model", f"held-out {title}", "training", "λ", ""):
        grid.add_column(head, justify="left" if head in ("model", "") else "right")
    for c in sorted(result.candidates, key=lambda c: c.rank):
        mark = "chosen" if c is result.chosen else ""
        held = f"{number(c.score.mean)} ± {number(c.score.error, 2)}"
        cells = (c.name, held, number(c.training), number(c.lam, 2), mark)
        grid.add_row(*cells, style="bold" if mark else "")
    return grid


def show_codes(console: Console, result: FitResult) -> None:
    """Print how columns became numbers and why, those with one reason together."""
    from rich.markup import escape
    from rich.padding import Padding

    groups: dict[tuple[str, str], list[str]] = {}
    for c in result.columns:
        if c.code:
            groups.setdefault((c.code, c.why_code), []).append(c.name)
    if not groups:
        return
    console.print("[bold]Columns as numbers[/]")
    for (code, reason), names in groups.items():
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        console.print(f"  {escape(', '.join(names[:6]))}{more}: {escape(code.replace(',', ', '))}")
        console.print(Padding(f"[dim]{escape(reason)}[/]", (0, 0, 0, 8)))
    console.print()


def _show_importance(console: Console, result: FitResult) -> None:
    from rich.markup import escape

    if result.insight is None:
        return
    for sentence in result.insight.sentences:
        console.print(escape(sentence))
    shown = [each for each in result.insight.importance if each.mean > 0][:6]
    if shown:
        parts = [f"{i.column} +{number(i.mean)} ± {number(i.spread, 2)}" for i in shown]
        told = escape(", ".join(parts))
        console.print(f"[bold]Columns that matter[/] (rise of the loss when shuffled): {told}\n")


def _show_weights(console: Console, result: FitResult) -> None:
    from rich.markup import escape

    if not result.weights:
        return
    shown = result.weights[:6]
    parts = [f"{w.name}{f' → {w.output}' if w.output else ''} {w.standardized:+.3g}" for w in shown]
    console.print(f"[bold]Weights[/] (per standard deviation): {escape(', '.join(parts))}")


def summary(result: FitResult) -> dict[str, Any]:
    """The result as plain values, for programs."""
    return {
        "target": result.framing.target,
        "problem": result.framing.problem,
        "loss": result.framing.loss,
        "rows": {"training": len(result.split.train), "test": len(result.split.test)},
        "chosen": result.chosen.name,
        "lam": result.chosen.lam,
        "why": result.why,
        "training_error": result.training_error,
        "test_error": result.test_error,
        "interval": list(result.interval),
        "errors": result.errors,
        "errors_baseline": result.errors_baseline,
        "threshold": result.threshold,
        "candidates": [
            {
                "name": c.name,
                "model": c.model,
                "held_out": c.score.mean,
                "standard_error": c.score.error,
                "training": c.training,
                "lam": c.lam,
                "rows": c.rows,
            }
            for c in result.candidates
        ],
        "diagnosis": {"verdict": result.diagnosis.verdict, "words": result.diagnosis.words},
        "findings": [asdict(f) for f in result.findings],
        "codes": [
            {"column": c.name, "code": c.code, "reason": c.why_code}
            for c in result.columns
            if c.code
        ],
        "insight": _insight(result),
        "weights": [asdict(w) for w in result.weights[:50]],
        "seconds": result.seconds,
        "peak_memory_bytes": result.peak_memory,
    }


def _insight(result: FitResult) -> dict[str, Any] | None:
    """What the model does, as plain values."""
    found = result.insight
    if found is None:
        return None
    return {
        "importance": [
            {"column": i.column, "rise": i.mean, "spread": i.spread, "sure": i.sure}
            for i in found.importance
        ],
        "rows_shuffled": found.rows,
        "dependence": [
            {"column": d.column, "values": list(d.values), "mean": d.mean.tolist()}
            for d in found.dependence
        ],
        "coverage_of_90_percent_intervals": found.coverage,
        "median_width_of_90_percent_intervals": found.width,
        "worst": [asdict(w) for w in found.worst],
        "sentences": list(found.sentences),
    }
