"""When the command began: `--budget` counts from here, the loading of the engines included.

Notes: §1.0.5
"""

from __future__ import annotations

import time

_began = time.perf_counter()


def start_time() -> float:
    """`time.perf_counter()` at the beginning of the command."""
    return _began


def restart_clock() -> None:
    """A command begins that is not this process's first thing: it is called from a program."""
    global _began
    _began = time.perf_counter()
