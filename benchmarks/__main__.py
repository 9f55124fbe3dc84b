"""Run the comparisons of this folder and rewrite their tables in RESULTS.md.

`python benchmarks` runs all, `python benchmarks JOB` one, `python benchmarks --list` names them.
"""

from __future__ import annotations

import argparse
import importlib
import re
import warnings
from pathlib import Path
from typing import Any

from pellucid.errors import PellucidError
from pellucid.storage import write_whole

JOBS = (
    "nist",
    "least_squares",
    "unpenalized",
    "ridge_grid",
    "logistic",
    "logistic_cv",
    "fit_csv",
    "features_codes",
    "stochastic",
    "features_bases",
    "text_memory",
    "calculus_objectives",
    "calculus_peers",
    "linear_autoencoder",
    "autoencoder_steps",
    "kmeans",
    "network_steps",
    "network_sweep",
    "network_cold",
    "network_proof",
    "transformer_steps",
    "serve",
)


FOLDER = Path(__file__).parent


def main() -> None:
    """Run one job or all; print each table, and put it in RESULTS.md."""
    options = argparse.ArgumentParser(prog="python benchmarks", description=main.__doc__)
    options.add_argument("job", nargs="?", choices=JOBS, metavar="JOB", help=", ".join(JOBS))
    options.add_argument("--list", action="store_true", help="print the names of the jobs")
    chosen = options.parse_args()
    if chosen.list:
        print("\n".join(JOBS))
        return
    for name in JOBS if chosen.job is None else (chosen.job,):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = _table(importlib.import_module(name))
        print(f"\n{name}\n{text}")
        _put(FOLDER / "RESULTS.md", name, text)


def _table(module: Any) -> str:
    if hasattr(module, "lines"):
        return str(module.lines())
    from harness import table

    return str(table(module.run()))


def _put(results: Path, name: str, text: str) -> None:
    """Replace what stands between the job's two marks."""
    held = results.read_text(encoding="utf-8")
    marks = f"<!-- {name} -->", f"<!-- end {name} -->"
    between = re.compile(re.escape(marks[0]) + r".*?" + re.escape(marks[1]), re.DOTALL)
    if not between.search(held):
        raise PellucidError(f"RESULTS.md has no place for {name!r} (the marks {marks[0]}).")
    write_whole(results, between.sub(lambda _: f"{marks[0]}\n{text}\n{marks[1]}", held))


if __name__ == "__main__":
    main()
