"""`pellucid compare`: runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def compare(*runs: Path, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Show finished runs side by side: figures, settings that differ, and which one is better.

    Where two runs were tested on the same rows, the difference is taken row by row.

    Parameters
    ----------
    runs
        Two or more folders that `pellucid fit` wrote, or model files.
    json
        Print JSON instead of text.
    """
    import json as writer

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as RichTable

    from pellucid.errors import FramingError
    from pellucid.jobs.fit.run_comparison import read_run, side_by_side, verdicts

    if len(runs) < 2:
        raise FramingError("Name at least two runs: pellucid compare FOLDER FOLDER.")
    read = [read_run(path) for path in runs]
    lines, told = side_by_side(read), verdicts(read)
    if json:
        shown = {
            "runs": [run.name for run in read],
            "figures": dict(lines),
            "verdicts": told,
        }
        print(writer.dumps(shown, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    grid = RichTable()
    grid.add_column("")
    for run in read:
        grid.add_column(escape(run.name), justify="right", overflow="fold")
    for label, values in lines:
        grid.add_row(escape(label), *map(escape, values))
    console.print(grid)
    for sentence in told:
        console.print(escape(sentence))
