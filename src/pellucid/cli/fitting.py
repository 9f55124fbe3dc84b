"""`pellucid fit` and `pellucid demo`: read, fit, write the report, the model and the settings."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table as RichTable

from pellucid.errors import FramingError, PellucidError, TableError
from pellucid.wording import number

if TYPE_CHECKING:
    from pellucid.findings import Finding
    from pellucid.jobs.fit.fit_result import ColumnSummary, FitResult, Settings

DEFAULT_FOLDER = Path("pellucid-out")
MARKS = {"alarm": "[bold red]alarm[/]", "caution": "[yellow]caution[/]", "note": "[dim]note[/]"}


def run_fit(
    data: str,
    given: Mapping[str, Any],
    *,
    output: Path | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Do the whole job and print what was found."""
    from pellucid.data import read_table
    from pellucid.data.image_files import is_image_file
    from pellucid.jobs.fit.fit_tables import fit_table
    from pellucid.report.fit_report import render
    from pellucid.storage.atomic import write_together
    from pellucid.storage.model_file import packed_model

    if is_image_file(data):
        from pellucid.cli.fitting_images import run_fit_images

        run_fit_images(data, given, output=output, config=config, as_json=as_json)
        return
    settings = settings_from(given, config)
    folder = output or DEFAULT_FOLDER
    refuse_file(folder)
    with progress(quiet=as_json) as say:
        say("reading the table", 0.0)
        table = read_table(data, **settings.reading())
        result = fit_table(table, settings, progress=say)
        say("writing the report", 1.0)
        write_together(
            {
                folder / "report.html": render(result, folder),
                folder / "model.pellucid": packed_model(result.machine),
                folder / "run.toml": run_file(data, settings, result.columns),
            }
        )
    if as_json:
        print(json.dumps(summary(result, folder), indent=2, ensure_ascii=False))
    else:
        show(result, folder)


def run_demo(output: Path | None) -> None:
    """Fit the example table that comes with the project."""
    from importlib.resources import files

    here = Path("examples/penguins.csv")
    packed = Path(str(files("pellucid"))).joinpath("examples", "penguins.csv")
    source = here if here.is_file() else packed
    if not source.is_file():
        raise TableError("The example table examples/penguins.csv is not here.")
    run_fit(str(source), {"target": "species"}, output=output, config=None, as_json=False)


def settings_from(given: Mapping[str, Any], config: Path | None) -> Settings:
    """Settings of a run file, overridden by what was given on the command line."""
    from pellucid.jobs.fit.fit_result import Settings

    held = read_config(config)
    merged = held | dict(given)
    if "target" not in merged:
        raise FramingError(
            "Say which column to predict: --target COLUMN. To find groups without one: pellucid "
            "cluster."
        )
    known = {f.name for f in fields(Settings)}
    unknown = sorted(set(merged) - known)
    if unknown:
        raise FramingError(f"{config}: unknown setting(s) {', '.join(unknown)}.")
    if isinstance(merged.get("costs"), tuple):
        merged["costs"] = dict(_cost(entry) for entry in merged["costs"])
    if isinstance(merged.get("code"), tuple):
        merged["code"] = (held.get("code") or {}) | dict(_code(entry) for entry in merged["code"])
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in merged.items()}
    settings = Settings(**plain)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    if not 0 < settings.test < 1:
        raise FramingError(f"--test is a share of the rows between 0 and 1; got {settings.test}.")
    if settings.cv < 2:
        raise FramingError(f"--cv needs at least 2 chunks; got {settings.cv}.")
    if settings.jobs == 0 or settings.jobs < -1:
        raise FramingError(f"--jobs is 1 or more, or -1 for all cores; got {settings.jobs}.")
    if not _are_texts(settings.code):
        raise FramingError(f"code is a table of column = code; got {settings.code!r}.")
    if settings.lams is not None and any(not lam >= 0 for lam in settings.lams):
        raise FramingError(f"--lams are numbers ≥ 0; got {settings.lams}.")


def _are_texts(codes: Any) -> bool:
    if codes is None:
        return True
    return isinstance(codes, dict) and all(isinstance(v, str) for v in codes.values())


def _cost(entry: str) -> tuple[str, float]:
    name, _, value = entry.rpartition("=")
    try:
        return name, float(value)
    except ValueError:
        raise FramingError(
            f"--costs takes actual:predicted=cost, such as sick:well=10; got {entry!r}."
        ) from None


def _code(entry: str) -> tuple[str, str]:
    name, found, code = entry.partition("=")
    if not found or not name or not code:
        raise FramingError(
            f"--code takes column=code, such as size=thermometer:low,mid,high; got {entry!r}."
        )
    return name, code


def read_config(config: Path | None) -> dict[str, Any]:
    """The settings of a run file; none without one."""
    if config is None:
        return {}
    try:
        with config.open("rb") as stream:
            read = tomllib.load(stream)
    except OSError as error:
        raise TableError(f"Cannot read {config}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TableError(f"{config} is not a TOML file: {error}.") from error
    settings = read.get("settings", {})
    if not isinstance(settings, dict):
        raise TableError(f"{config} has no table [settings].")
    return settings


def run_file(data: str, settings: Settings, columns: Sequence[ColumnSummary] = ()) -> str:
    """The settings as TOML: `pellucid fit DATA --config run.toml` replays the run.

    The table `codes` tells what each column was encoded by, and why; it is for reading.
    """
    import tomli_w

    from pellucid import __version__

    plain = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(settings).items()
        if value is not None and value != ()
    }
    codes = {c.name: {"code": c.code, "reason": c.why_code} for c in columns if c.code}
    told: dict[str, Any] = {"pellucid": __version__, "data": data, "settings": plain}
    return tomli_w.dumps(told | ({"codes": codes} if codes else {}))


def refuse_file(folder: Path) -> None:
    """A folder is wanted, not a file."""
    if folder.exists() and not folder.is_dir():
        raise PellucidError(f"-o {folder} is a file; name a folder.")


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal; silence elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done: None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda stage, done: bar.update(task, description=stage, completed=done)


def show(result: FitResult, folder: Path) -> None:
    """Print the result for a person: the answer first."""
    console = Console(highlight=False, soft_wrap=False)
    framing = result.framing
    console.print(f"\n[bold]Predicting {framing.target}[/] from {len(framing.features)} columns")
    console.print(
        f"{framing.problem}; {result.rows:,} rows: {len(result.split.train):,} to learn from, "
        f"{len(result.split.test):,} to test on. {result.split.how}\n"
    )
    console.print(_candidates(result))
    console.print(f"\n{result.why}\n")
    console.print(f"[bold]On rows never used:[/] {headline(result)}")
    console.print(f"{result.diagnosis.words}\n")
    show_codes(console, result)
    show_findings(console, result.findings)
    _show_weights(console, result)
    console.print(f"\nReport   {folder / 'report.html'}")
    console.print(f"Model    {folder / 'model.pellucid'}")
    console.print(f"Predict  ./pellucid predict {folder / 'model.pellucid'} NEW.csv")
    seconds = sum(result.seconds.values())
    console.print(f"[dim]{seconds:.1f} s, {result.peak_memory / 2**20:,.0f} MiB at most[/]")


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


def headline(result: FitResult) -> str:
    """How good, in one sentence, beside the baseline."""
    found, base = result.errors, result.errors_baseline
    if result.framing.problem == "regression":
        return (
            f"off by {number(found['root mean square'])} (root mean square; "
            f"{number(found['absolute'])} on average), where guessing the mean is off by "
            f"{number(base['root mean square'])}; "
            f"R² = {found['R²']:.3f}."
        )
    return (
        f"right {found['accuracy']:.1%} of the time, where always guessing the commonest answer "
        f"is right {base['accuracy']:.1%}."
    )


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


def show_findings(console: Console, findings: tuple[Finding, ...] | list[Finding]) -> None:
    """Print findings, one a line, with the advice under them."""
    from rich.markup import escape

    for finding in findings:
        console.print(f"{MARKS[finding.severity]} {finding.name}: {escape(finding.message)}")
        if finding.advice and finding.severity != "note":
            console.print(f"        [dim]{escape(finding.advice)}[/]")


def _show_weights(console: Console, result: FitResult) -> None:
    from rich.markup import escape

    if not result.weights:
        return
    shown = result.weights[:6]
    parts = [f"{w.name}{f' → {w.output}' if w.output else ''} {w.standardized:+.3g}" for w in shown]
    console.print(f"[bold]Weights[/] (per standard deviation): {escape(', '.join(parts))}")


def summary(result: FitResult, folder: Path) -> dict[str, Any]:
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
        "weights": [asdict(w) for w in result.weights[:50]],
        "seconds": result.seconds,
        "peak_memory_bytes": result.peak_memory,
        "files": {
            "report": str(folder / "report.html"),
            "model": str(folder / "model.pellucid"),
            "settings": str(folder / "run.toml"),
        },
    }
