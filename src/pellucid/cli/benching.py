"""`pellucid bench`: run the comparisons of `benchmarks/` and rewrite their tables in RESULTS.md."""

from __future__ import annotations

import importlib
import re
import sys
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
)


def run_bench(job: str | None, list_jobs: bool) -> None:
    """Run one job or all; print each table, and put it in RESULTS.md."""
    if list_jobs:
        print("\n".join(JOBS))
        return
    folder = _folder()
    if job is not None and job not in JOBS:
        raise PellucidError(f"There is no job {job!r}; there are {', '.join(JOBS)}.")
    sys.path.insert(0, str(folder))
    for name in JOBS if job is None else (job,):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = _table(importlib.import_module(name))
        print(f"\n{name}\n{text}")
        _put(folder / "RESULTS.md", name, text)


def _folder() -> Path:
    folder = Path(__file__).parents[3] / "benchmarks"
    if not (folder / "harness.py").is_file():
        raise PellucidError("The benchmarks are part of the project's folder, not of the package.")
    return folder


def _table(module: Any) -> str:
    if hasattr(module, "lines"):
        return str(module.lines())
    from harness import table  # type: ignore[import-not-found]

    return str(table(module.run()))


def _put(results: Path, name: str, text: str) -> None:
    """Replace what stands between the job's two marks."""
    held = results.read_text(encoding="utf-8")
    marks = f"<!-- {name} -->", f"<!-- end {name} -->"
    between = re.compile(re.escape(marks[0]) + r".*?" + re.escape(marks[1]), re.DOTALL)
    if not between.search(held):
        raise PellucidError(f"RESULTS.md has no place for {name!r} (the marks {marks[0]}).")
    write_whole(results, between.sub(lambda _: f"{marks[0]}\n{text}\n{marks[1]}", held))
