"""The one way we compare: same data, quality equal first, interleaved, ratios of medians."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    """One cell of a table: `ratio` is the peer's median over ours; above 1 we are faster."""

    job: str
    peer: str
    ours_s: float
    peer_s: float
    asked: float | None
    quality: str

    @property
    def ratio(self) -> float:
        return self.peer_s / self.ours_s

    @property
    def verdict(self) -> str:
        if self.asked is None:
            return ""
        return "met" if self.ratio >= self.asked else "**not met**"


# OpenBLAS's threads turn idly for a while after each product, and slow whoever comes next.
REST_S = 0.25


def seconds(job: Callable[[], Any]) -> tuple[float, Any]:
    time.sleep(REST_S)
    begin = time.perf_counter()
    made = job()
    return time.perf_counter() - begin, made


def compare(
    job: str,
    ours: Callable[[], Any],
    peers: Mapping[str, tuple[Callable[[], Any], float | None]],
    quality: Callable[[Any, Any], str],
    rounds: int = 5,
) -> list[Row]:
    """Time ours and each peer in turn, A B A B; `quality` says how far apart the answers are, or
    raises when they are not equal enough to compare times.
    """
    made = {"ours": ours()}  # warm, and the answer to compare
    for name, (peer, _) in peers.items():
        made[name] = peer()
    said = {name: quality(made["ours"], made[name]) for name in peers}
    times: dict[str, list[float]] = {name: [] for name in made}
    for _ in range(rounds):
        times["ours"].append(seconds(ours)[0])
        for name, (peer, _) in peers.items():
            times[name].append(seconds(peer)[0])
    mine = float(np.median(times["ours"]))
    return [
        Row(job, name, mine, float(np.median(times[name])), asked, said[name])
        for name, (_, asked) in peers.items()
    ]


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = [
        "| job | peer | ours (s) | peer (s) | ratio | asked | | quality |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        asked = "" if r.asked is None else f"≥ {r.asked:g}×"
        lines.append(
            f"| {r.job} | {r.peer} | {r.ours_s:.3g} | {r.peer_s:.3g} | {r.ratio:.3g}× | {asked} | "
            f"{r.verdict} | {r.quality} |"
        )
    return "\n".join(lines)
