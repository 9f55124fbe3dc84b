"""How far a long fit has come, in a notebook: one bar that is gone when the fit is done.

Notes: §1.0.7
"""

from __future__ import annotations

import html
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

Progress = Callable[[str, float], None]
Given = ParamSpec("Given")
Found = TypeVar("Found")
PATIENCE = 1.0  # seconds before a bar is shown: what is done by then needs none
PAUSE = 0.2  # seconds between two of its pictures


def in_notebook() -> bool:
    """Whether this program is a notebook's kernel."""
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


class NotebookBar:
    """A bar below the cell at work. It is called with a stage and the share done.

    Parameters
    ----------
    show : callable (html) -> handle with `update(html)`, optional
        Of IPython when not given.
    clock : callable () -> float
        Seconds.
    """

    def __init__(
        self, show: Callable[[str], Any] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._show, self._clock = show or _shown, clock
        self._start, self._last = clock(), -math.inf
        self._handle: Any = None

    def __call__(self, stage: str, done: float) -> None:
        now = self._clock()
        if now - self._start < PATIENCE or now - self._last < PAUSE:
            return
        self._last = now
        text = _bar(stage, done, now - self._start)
        if self._handle is None:
            self._handle = self._show(text)
        else:
            self._handle.update(_Html(text))

    def close(self) -> None:
        """Take the bar away."""
        if self._handle is not None:
            self._handle.update(_Html(""))
            self._handle = None


class _Html(str):
    """Text that a notebook shows as HTML."""

    def _repr_html_(self) -> str:
        return str(self)


def _shown(text: str) -> Any:
    from IPython.display import display

    return display(_Html(text), display_id=True)  # type: ignore[no-untyped-call, unused-ignore]


def _bar(stage: str, done: float, seconds: float) -> str:
    share = min(max(done, 0.0), 1.0)
    return (
        f'<progress value="{share:.3f}" max="1" aria-label="progress of the fit"></progress> '
        f"{html.escape(stage)} · {seconds:.0f} s"
    )


@contextmanager
def progress_or_bar(progress: Progress | None = None) -> Iterator[Progress]:
    """Who gets the progress of a fit: the caller's function, else a notebook's bar, else nobody."""
    if progress is not None:
        yield progress
    elif in_notebook():
        bar = NotebookBar()
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield lambda stage, done: None


def with_notebook_bar(job: Callable[Given, Found]) -> Callable[Given, Found]:
    """A job whose `progress` is a notebook's bar where the caller gave no function."""
    named = signature(job)

    @wraps(job)
    def told(*given: Given.args, **settings: Given.kwargs) -> Found:
        bound = named.bind(*given, **settings)
        with progress_or_bar(bound.arguments.get("progress")) as say:
            bound.arguments["progress"] = say
            return job(*bound.args, **bound.kwargs)

    return told
