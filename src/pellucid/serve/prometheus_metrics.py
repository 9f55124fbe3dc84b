"""Counts of a service in the text form that Prometheus reads; workers add up through files.

Each worker writes its own file of 64-bit floats and reads those of all, so that a scrape shows the
whole service whichever worker answers it, and what a worker counted outlives it.

Notes: §1.0.3
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STATUSES = (200, 400, 401, 404, 405, 408, 413, 415, 421, 422, 500)
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PER_MODEL = len(STATUSES) + len(BOUNDS) + 4  # a bucket above all bounds, seconds, rows, renewals


class Metrics:
    """Requests, rows and seconds of each model.

    Parameters
    ----------
    models : sequence of str
        Their names.
    folder : str
        Where workers keep their counts; "" when there is one.
    """

    def __init__(self, models: Sequence[str], folder: str = "") -> None:
        self._models = {name: place for place, name in enumerate(models)}
        self._folder = Path(folder) if folder else None
        shape = (len(models), PER_MODEL)
        self._own: NDArray[np.float64]
        if self._folder is None:
            self._own = np.zeros(shape)
        else:
            file = self._folder / f"{os.getpid()}.counts"
            self._own = np.memmap(file, dtype=np.float64, mode="w+", shape=shape)

    def count(self, model: str, status: int, seconds: float, rows: int = 0) -> None:
        """One request answered."""
        counts = self._own[self._models[model]]
        counts[STATUSES.index(status if status in STATUSES else 500)] += 1
        bucket = int(np.searchsorted(BOUNDS, seconds))
        counts[len(STATUSES) + bucket] += 1
        counts[-3] += seconds
        counts[-2] += rows

    def renewed(self, model: str) -> None:
        """A model file was taken up."""
        self._own[self._models[model], -1] += 1

    def _all(self) -> NDArray[np.float64]:
        if self._folder is None:
            return self._own
        total = np.zeros(self._own.shape)
        for file in self._folder.glob("*.counts"):
            found = np.fromfile(file, dtype=np.float64)
            if found.size == total.size:  # a worker may be making its file
                total += found.reshape(total.shape)
        return total

    def text(self) -> str:
        """The counts, one a line, with what each is."""
        total = self._all()
        n, m = len(STATUSES), len(BOUNDS)
        requests, seconds, rows, renewals = [], [], [], []
        for name, place in self._models.items():
            counts, label = total[place], f'model="{name}"'
            requests += [
                f'pellucid_requests_total{{{label},status="{status}"}} {count:.0f}'
                for status, count in zip(STATUSES, counts, strict=False)
                if count
            ]
            running = np.cumsum(counts[n : n + m + 1])
            bounds = [*(f"{b:g}" for b in BOUNDS), "+Inf"]
            seconds += [
                f'pellucid_request_seconds_bucket{{{label},le="{bound}"}} {count:.0f}'
                for bound, count in zip(bounds, running, strict=True)
            ]
            seconds.append(f"pellucid_request_seconds_sum{{{label}}} {counts[-3]:.6f}")
            seconds.append(f"pellucid_request_seconds_count{{{label}}} {running[-1]:.0f}")
            rows.append(f"pellucid_rows_total{{{label}}} {counts[-2]:.0f}")
            renewals.append(f"pellucid_models_taken_up_total{{{label}}} {counts[-1]:.0f}")
        parts = (
            ("requests_total", "counter", "Requests for predictions, by status.", requests),
            ("request_seconds", "histogram", "Time from the request to its answer.", seconds),
            ("rows_total", "counter", "Rows answered.", rows),
            ("models_taken_up_total", "counter", "Model files taken up after a change.", renewals),
        )
        lines: list[str] = []
        for name, kind, text, found in parts:
            lines += [f"# HELP pellucid_{name} {text}", f"# TYPE pellucid_{name} {kind}", *found]
        return "\n".join(lines) + "\n"
