"""Work that streams, in a browser: played, paused, stepped, begun again, ended when it is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import lab_pages as table
import pytest
import uvicorn

from pellucid.lab import server
from pellucid.lab.catalogue import page_named
from pellucid.lab.launch import listening_socket
from pellucid.lab.tables import Tables

TOKEN = "a-token-of-the-test"


@dataclass
class Work:
    """How many scenes were computed, how many works begun and ended, and where the page is."""

    computed: int = 0
    begun: int = 0
    ended: int = 0
    address: str = ""

    def scenes(self, state: Any, data: Any) -> Iterator[Any]:
        """A thousand scenes of a still page."""
        (scene,) = page_named("sigmoid").scenes(state, data)
        self.begun += 1
        try:
            for epoch in range(1_000):
                self.computed += 1
                yield replace(scene, progress=f"epoch {epoch} of 1,000")
        finally:
            self.ended += 1


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """A lab in this process whose page streams, so that its work can be counted."""
    made = Work()
    page = replace(page_named("sigmoid"), scenes=made.scenes, streams=True)
    monkeypatch.setattr(server, "page_of", lambda name: page)
    with listening_socket(0) as own:
        port = own.getsockname()[1]
        app = server.application(Tables(), port, TOKEN)
        made.address = f"http://127.0.0.1:{port}/page/sigmoid?token={TOKEN}"
        settings = uvicorn.Config(
            app, log_level="error", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        running = uvicorn.Server(settings)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [own]})
        thread.start()
        try:
            yield made
        finally:
            running.should_exit = True
            thread.join(timeout=10)


def becomes(true: Callable[[], bool]) -> bool:
    """Whether it is so within ten seconds."""
    until = time.monotonic() + 10
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def rests(work: Work, seconds: float = 0.4) -> bool:
    """Whether nothing is computed for a while."""
    time.sleep(0.3)  # the scene that was asked for last arrives
    before = work.computed
    time.sleep(seconds)
    return work.computed == before


@pytest.mark.browser
def test_a_stream_is_played_paused_stepped_restarted_and_left(browser: Any, work: Work) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(work.address)
    tab.locator(".lab[data-version='1']").wait_for(timeout=60_000)
    play, progress = tab.locator(".keys .play"), tab.locator(".keys output")
    assert rests(work)
    assert work.computed == 1, "nothing is computed before somebody asks"

    tab.get_by_role("button", name="Step").click()
    tab.locator(".lab[data-version='2']").wait_for()
    assert rests(work)
    assert work.computed == 2
    assert progress.inner_text() == "epoch 1 of 1,000"

    play.click()
    assert becomes(lambda: work.computed > 8)
    assert play.inner_text() == "Pause"
    play.click()
    assert rests(work), "a paused page computes nothing"
    assert play.inner_text() == "Play"
    paused = work.computed
    assert progress.inner_text() == f"epoch {paused - 1} of 1,000"

    tab.get_by_role("button", name="Start").click()
    assert becomes(lambda: work.begun == 2)
    assert becomes(lambda: work.ended == 1), "the former work is ended"
    tab.wait_for_function("document.querySelector('.keys output').textContent[6] === '0'")

    play.click()
    assert becomes(lambda: work.computed > paused + 8)
    tab.goto("about:blank")
    assert becomes(lambda: work.ended == 2), "leaving a page ends its work"
    assert rests(work)
    context.close()


STREAMS = [name for name in table.NAMES if table.page(name).streams]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", STREAMS)
def test_a_training_is_played_to_its_end_and_again(name: str, visit: Callable[..., Any]) -> None:
    """The pages that train end quietly, begin anew, stop where they are told to, and go on."""
    tab = visit(f"/page/{name}")
    play, progress = tab.locator(".keys .play"), tab.locator(".keys output")
    step = tab.get_by_role("button", name="Step", exact=True)
    play.click()
    tab.wait_for_function(
        "() => document.querySelector('.keys .play').textContent === 'Play'", timeout=120_000
    )
    _, done, _, epochs = progress.inner_text().split()
    assert done == epochs
    assert step.is_disabled(), "there is no further step"
    play.click()
    tab.wait_for_function(
        "last => document.querySelector('.keys output').textContent !== last",
        arg=f"epoch {done} of {epochs}",
    )
    tab.get_by_role("button", name="Start").click()
    tab.wait_for_timeout(1_500)
    paused = progress.inner_text()
    tab.wait_for_timeout(1_500)
    assert progress.inner_text() == paused
    step.click()
    tab.wait_for_function(
        "before => document.querySelector('.keys output').textContent !== before", arg=paused
    )
