"""The bar of a long fit in a notebook: shown after a second, gone at the end, silent elsewhere."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest

from pellucid import NetworkClassifier, notebook_progress
from pellucid.networks.training.settings import progress_watcher
from pellucid.notebook_progress import NotebookBar, in_notebook, progress_or_bar, with_notebook_bar


class Screen:
    """A notebook's output: what stands there, and how often it was drawn."""

    def __init__(self) -> None:
        self.text, self.drawn = "", 0

    def show(self, text: str) -> Screen:
        self.update(text)
        return self

    def update(self, text: str) -> None:
        self.text, self.drawn = text, self.drawn + 1


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """A kernel that is a notebook's, and shows each bar at once."""
    shell = type("ZMQInteractiveShell", (), {})()
    python = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", python)
    made = Screen()
    monkeypatch.setattr(notebook_progress, "_shown", made.show)
    monkeypatch.setattr(notebook_progress, "PATIENCE", 0.0)
    monkeypatch.setattr(notebook_progress, "PAUSE", 0.0)
    return made


@pytest.mark.parametrize("start", [0.0, 1000.0])
def test_a_bar_waits_a_second_and_is_drawn_five_times_a_second_at_most(start: float) -> None:
    screen, now = Screen(), [start]
    bar = NotebookBar(screen.show, lambda: now[0])
    for at in np.linspace(0, 3, 301):
        now[0] = start + float(at)
        bar("epoch <1>", at / 3)
        assert (screen.drawn > 0) == (at >= 1.0)
    assert 9 <= screen.drawn <= 11
    assert "epoch &lt;1&gt; · 3 s" in screen.text
    bar.close()
    drawn = screen.drawn
    assert screen.text == ""
    bar.close()
    assert screen.drawn == drawn, "it is gone"


@pytest.mark.parametrize(("done", "share"), [(-1.0, 0.0), (0.0, 0.0), (0.25, 0.25), (7.0, 1.0)])
def test_the_bar_shows_the_share_done(done: float, share: float) -> None:
    screen, now = Screen(), [0.0]
    bar = NotebookBar(screen.show, lambda: now[0])
    now[0] = 1.0  # the first that is long enough is shown at once
    bar("fit", done)
    assert f'value="{share:.3f}" max="1"' in screen.text


def test_a_bar_shows_itself_by_the_notebooks_own_means(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of IPython: a display with a handle, by which it is drawn again; HTML, not text."""
    shown: list[Any] = []
    handle = types.SimpleNamespace(update=shown.append)

    def display(thing: Any, display_id: Any = None) -> Any:
        shown.append(thing)
        return handle if display_id else None

    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=display))
    monkeypatch.setattr(notebook_progress, "PATIENCE", 0.0)
    monkeypatch.setattr(notebook_progress, "PAUSE", 0.0)
    bar = NotebookBar()
    bar("a", 0.5)
    bar("b", 1.0)
    bar.close()
    assert ["a ·" in shown[0], "b ·" in shown[1], shown[2]] == [True, True, ""]
    assert [each._repr_html_() for each in shown] == shown


@pytest.mark.parametrize("shell", [None, "TerminalInteractiveShell", "ZMQInteractiveShell"])
def test_a_notebook_is_known_by_its_shell(
    shell: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = None if shell is None else type(shell, (), {})()
    python = types.SimpleNamespace(get_ipython=lambda: running)
    monkeypatch.setitem(sys.modules, "IPython", python)
    assert in_notebook() == (shell == "ZMQInteractiveShell")
    monkeypatch.delitem(sys.modules, "IPython")
    assert not in_notebook()


def test_outside_a_notebook_nobody_is_told() -> None:
    assert not in_notebook()
    with progress_or_bar() as say:
        assert say("a", 0.5) is None


def test_a_fit_shows_its_epochs_in_a_notebook(screen: Screen) -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    model = NetworkClassifier(hidden=(2,), epochs=3, step_size=0.01)
    model.fit(X, X[:, 0] > 0)
    assert screen.drawn >= 2
    assert screen.text == "", "the bar is gone"
    drawn = screen.drawn
    with progress_watcher(lambda epoch: False):
        model.fit(X, X[:, 0] > 0)
    assert screen.drawn == drawn, "who watches is told, and nobody else"


def test_a_job_tells_whoever_asked_and_else_the_notebook(screen: Screen) -> None:
    @with_notebook_bar
    def job(table: str, progress: Any = None) -> str:
        progress("half", 0.5)
        return table

    heard: list[tuple[str, float]] = []
    assert job("a", progress=lambda stage, done: heard.append((stage, done))) == "a"
    assert heard == [("half", 0.5)]
    assert screen.drawn == 0
    assert job("b") == "b"
    assert screen.drawn == 2
