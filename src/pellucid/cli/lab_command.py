"""The command `pellucid lab`, a plain function like those of `commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from pellucid.errors import HyperparameterError


def lab(
    data: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    /,
    *,
    target: Annotated[str, Parameter(name=["--target", "-t"])] = "",
    page: str = "",
    port: int | None = None,
    open_browser: Annotated[bool, Parameter(name="--open")] = True,
    export: Path | None = None,
    export_all: Path | None = None,
    run: Path | None = None,
) -> None:
    """Open the lab: every idea of the notes as a live page, over your own data or samples.

    Parameters
    ----------
    data
        A table as for fit; samples of known truth when left out.
    target
        The column to predict.
    page
        The page to open, such as gradient-descent; the table of contents when left out.
    port
        Port on this machine (8765, or a free one where that is taken).
    open_browser
        Whether to open the browser (default yes).
    export
        Write the page as one HTML file instead, which needs no server and no network.
    export_all
        Write all pages and an index into this folder instead.
    run
        A folder that `fit` wrote, such as pellucid-out: its data, read as it was, and its target.
    """
    from pellucid.cli.run_file import read_run
    from pellucid.lab import run_lab, write_all, write_page

    if export is not None and export_all is not None:
        raise HyperparameterError("Say either --export (one page) or --export-all (every page).")
    reading: dict[str, Any] = {}
    if run is not None:
        if data is not None or target:
            raise HyperparameterError("Say either --run, or the data and its --target.")
        data, target, reading = read_run(run)
    if export is not None:
        if not page:
            raise HyperparameterError("--export writes one page: say which with --page NAME.")
        print(f"Written: {write_page(page, export, data, target=target, reading=reading)}")
        return
    if export_all is not None:
        for path in write_all(export_all, data, target=target, reading=reading):
            print(f"Written: {path}")
        return
    run_lab(
        data,
        target=target,
        reading=reading,
        page=page,
        port=port,
        browser=open_browser,
        on_start=_told,
    )
    print("The lab is closed.")


def _told(address: str) -> None:
    print(f"The lab is at {address}\nPress Ctrl-C to close it.", flush=True)
