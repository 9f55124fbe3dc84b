"""`pellucid explain`, `check` and `notes`: what there is, in words or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable


def run_explain(model: Path, *, as_json: bool) -> None:
    """Print the explanation of a model file."""
    from pellucid.storage import load_model

    explanation = load_model(model).explain()
    print(
        json.dumps(explanation.as_dict(), indent=2, ensure_ascii=False)
        if as_json
        else str(explanation)
    )


def run_check(
    data: str,
    target: str | None,
    reading: Mapping[str, Any],
    *,
    test: float,
    seed: int,
    as_json: bool,
    room: Mapping[str, str | None],
) -> None:
    """Print the columns as read and the findings about assumptions."""
    from pellucid.cli.job_runner import progress, show_findings
    from pellucid.data import suggest_codes
    from pellucid.jobs.on_blocks.check_any_size import check_any_size

    with progress(quiet=as_json) as say:
        found = check_any_size(data, target, reading, say, test=test, seed=seed, **room)
    table, framing, findings = found.table, found.framing, found.findings
    columns = [
        {"name": c.name, "kind": str(c.kind), "note": c.note, "code": s.code, "reason": s.reason}
        for c, s in zip(table.columns, suggest_codes(table), strict=True)
    ]
    if as_json:
        shown = {
            "rows": found.rows,
            "columns": columns,
            "framing": None if framing is None else framing.as_dict(),
            "findings": [asdict(f) for f in findings],
        }
        print(json.dumps(shown, indent=2, ensure_ascii=False, default=str))
        return
    console = Console(highlight=False)
    grid = RichTable(title=f"{table.source or data}: {found.rows:,} rows")
    for head in ("column", "kind", "why", "code"):
        grid.add_column(head)
    for column in columns:
        grid.add_row(column["name"], column["kind"], column["note"], column["code"])
    console.print(grid)
    if framing is not None:
        console.print(str(framing), markup=False)
    if findings:
        show_findings(console, findings)
    elif framing is not None:
        console.print("Nothing speaks against the assumptions.")


def run_notes(reference: str | None, *, as_json: bool) -> None:
    """Print the map of the notes."""
    from pellucid import notes_map

    if as_json:
        print(json.dumps(notes_map.as_records(reference), indent=2, ensure_ascii=False))
    else:
        print(notes_map.render(reference))
