"""The frame of a whole job at the command line: work with a bar, files all at once, the answer.

`fit`, `cluster` and `encode` fill it, each with what it does, the files it leaves and what it says.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rich.console import Console

from pellucid.cli.start_time import start_time
from pellucid.errors import OutputError
from pellucid.formatting import number
from pellucid.notebook_progress import Progress

if TYPE_CHECKING:
    from pellucid.findings import Finding

Result = TypeVar("Result")
DEFAULT_FOLDER = Path("pellucid-out")
MARKS = {"alarm": "[bold red]alarm[/]", "caution": "[yellow]caution[/]", "note": "[dim]note[/]"}


@dataclass(frozen=True)
class File:
    """A file that a job leaves: what it is called in the answer, its name, what stands in it."""

    role: str
    name: str
    content: bytes | str


@dataclass(frozen=True)
class Job(Generic[Result]):
    """One kind of job.

    Parameters
    ----------
    work : callable say -> result
        Reads and computes; `progress(stage, share done)` moves the bar.
    files : callable (result, folder) -> list of File
        What is written, in the order in which the answer names it.
    summary : callable result -> dict
        The result as plain values, for programs.
    show : callable (console, result) -> None
        Prints the result for a person, the answer first.
    after : callable (result, folder) -> dict of str to str
        Commands to go on with, by what they do.
    memory : callable result -> int, or None
        The most memory that it took, in bytes, where that is known.
    budget : float or None
        Seconds that it was allowed.
    """

    work: Callable[[Progress], Result]
    files: Callable[[Result, Path], list[File]]
    summary: Callable[[Result], dict[str, Any]]
    show: Callable[[Console, Result], None]
    after: Callable[[Result, Path], Mapping[str, str]]
    memory: Callable[[Result], int] | None = None
    budget: float | None = None


def run_job(job: Job[Result], output: Path | None, as_json: bool) -> None:
    """Do the work, write its files together or not at all, and print the answer.

    Raises
    ------
    OutputError
        Where `output` cannot be a folder to write in, before any work is done.
    Exception
        Whatever the work raises.
    """
    from pellucid.storage.atomic_files import write_files_together

    folder = output or DEFAULT_FOLDER
    _require_writable(folder)
    with progress(quiet=as_json) as say:
        result = job.work(say)
        say("writing the files", 1.0)
        files = job.files(result, folder)
        write_files_together({folder / f.name: f.content for f in files})
    written = {f.role: str(folder / f.name) for f in files}
    if as_json:
        answer = job.summary(result) | {"files": written}
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=False)
    job.show(console, result)
    console.print()
    for what, line in (written | dict(job.after(result, folder))).items():
        if what != "settings":
            console.print(f"{what.capitalize():8} {line}", markup=False)
    memory = f", {job.memory(result) / 2**20:,.0f} MiB at most" if job.memory else ""
    console.print(f"[dim]{_seconds(time.perf_counter() - start_time(), job.budget)}{memory}[/]")


def _require_writable(folder: Path) -> None:
    """Refuse a folder that could not be made or written in once the work is done."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        what = f"-o {folder} is a file" if there == folder else f"-o {folder}: {there} is a file"
        raise OutputError(f"{what}; name a folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"-o {folder}: you may not write in {there}; name another folder.")


def _seconds(spent: float, budget: float | None) -> str:
    """The seconds since the command began, and what they ought to have been."""
    late = f" (--budget allowed {number(budget)} s)" if budget and spent > budget else ""
    return f"{spent:.1f} s{late}"


def predict_from(new: str) -> Callable[[Any, Path], dict[str, str]]:
    """The command that asks the model about new rows."""
    return lambda _, folder: {
        "predict": f"./pellucid predict {folder / 'model.pellucid'} {new}",
    }


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """A bar on a terminal; silence elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done: None
        return
    import rich.progress
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with rich.progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda stage, done: bar.update(task, description=stage, completed=done)


def show_findings(console: Console, findings: tuple[Finding, ...] | list[Finding]) -> None:
    """Print findings, one a line, with the advice under them."""
    from rich.markup import escape

    for finding in findings:
        console.print(f"{MARKS[finding.severity]} {finding.name}: {escape(finding.message)}")
        if finding.advice and finding.severity != "note":
            console.print(f"        [dim]{escape(finding.advice)}[/]")
