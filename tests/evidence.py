"""Whether the tests that the notes' map cites run the objects that they are cited for.

While the suite runs, each cited test is watched until every object named with it has been at work.
What was not seen is run once more in a new process, since another test may have filled a cache for
it (a fitted model that a file keeps, a network compiled once): first with the others of its kind,
then alone. What is still not seen fails the run. An item whose test was skipped counts as open, and
the summary names it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from objects_at_work import Watch
from pellucid.notes_map import Item, items

ALONE = "PELLUCID_EVIDENCE"  # names the file into which a run of one test writes what it saw
ROOT = Path(__file__).parents[1]


@cache
def items_of_tests() -> Mapping[str, tuple[Item, ...]]:
    """The built items that each test settles, by the test's name as the map gives it."""
    settled = defaultdict(list)
    for item in items():
        if item.built:
            settled[item.test].append(item)
    return {test: tuple(found) for test, found in settled.items()}


def cited_as(node: str) -> list[str]:
    """The names under which the map cites the test with this id: its own, its function's."""
    return [name for name in {node, node.partition("[")[0]} if name in items_of_tests()]


def objects_of(name: str) -> set[str]:
    """The objects that the test is cited for."""
    return {item.object for item in items_of_tests()[name]}


class Evidence:
    """What the cited tests of a run have shown, gathered where all reports arrive.

    Attributes
    ----------
    later : sequence of str
        Starts of the addresses of tests that this run leaves out.
    seen : dict
        The objects seen at work, by cited test that passed.
    skipped : dict
        Why no part of a cited test ran.
    unproved : dict
        The objects that a cited test never runs, not alone either.
    """

    def __init__(self, config: pytest.Config, later: Sequence[str] = ()) -> None:
        self.config = config
        self.later = later
        self.seen: dict[str, set[str]] = defaultdict(set)
        self.skipped: dict[str, str] = {}
        self.unproved: dict[str, list[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        names = cited_as(item.nodeid)
        if not names:
            return (yield)
        watch = Watch(set[str]().union(*map(objects_of, names)))
        item.stash[WATCH] = watch
        with watch:
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if watch := item.stash.get(WATCH, None):
            report.at_work = sorted(watch.seen)  # travels with the report from a worker
        return report

    def pytest_runtest_logreport(self, report: Any) -> None:
        for name in cited_as(report.nodeid):
            if report.skipped and isinstance(report.longrepr, tuple):
                self.skipped.setdefault(name, report.longrepr[2])
            elif report.passed and report.when == "call":
                self.seen[name] |= set(report.at_work)

    def pytest_collectreport(self, report: Any) -> None:
        """A file that is skipped whole skips each test in it."""
        if report.skipped and isinstance(report.longrepr, tuple):
            for name in items_of_tests():
                if name.startswith(f"{report.nodeid}::"):
                    self.skipped.setdefault(name, report.longrepr[2])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self.config, "workerinput"):
            return
        if place := os.environ.get(ALONE):
            shown = {name: sorted(objects) for name, objects in self.seen.items()}
            Path(place).write_text(json.dumps(shown), "utf-8")
            return
        judged = [name for name in self.seen if not self.is_left_to_the_night(name)]
        for together in (True, False):
            unseen = [name for name in judged if objects_of(name) - self.seen[name]]
            for shown in shown_afresh(unseen, together):
                for name, objects in shown.items():
                    self.seen[name] |= objects
        for name in judged:
            if missing := objects_of(name) - self.seen[name]:
                self.unproved[name] = sorted(missing)
        if self.unproved and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def is_left_to_the_night(self, name: str) -> bool:
        """Whether this run leaves out a case of the test, which may be the one that shows."""
        return any(start.startswith(f"{name}[") for start in self.later)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        still_open = [
            f"{item.id}: {why}"
            for name, why in sorted(self.skipped.items())
            if name not in self.seen
            for item in items_of_tests()[name]
        ]
        faults = [
            f"{item.id}: {name} never runs {item.object}"
            for name, missing in sorted(self.unproved.items())
            for item in items_of_tests()[name]
            if item.object in missing
        ]
        for title, lines in (
            ("items of the notes' map that are open here: their test was skipped", still_open),
            ("the notes' map is untrue: cite a test that runs the object", faults),
        ):
            if lines:
                terminalreporter.section(title)
                terminalreporter.write_line("\n".join(lines))


WATCH = pytest.StashKey[Watch]()


def shown_afresh(names: list[str], together: bool) -> Iterable[dict[str, set[str]]]:
    """What the tests show in new processes: in two for all, or in one of its own for each."""
    groups = [names[::2], names[1::2]] if together else [[name] for name in names]
    with ThreadPoolExecutor(2) as runs:
        yield from runs.map(seen_afresh, filter(None, groups))


def seen_afresh(names: list[str]) -> dict[str, set[str]]:
    """The objects that each of the tests runs in a new process."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "seen.json"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *names],
            cwd=ROOT,
            env=os.environ | {ALONE: str(place)},
            capture_output=True,
            check=False,
        )
        shown = json.loads(place.read_text("utf-8")) if place.exists() else {}
    return {name: set(shown.get(name, ())) for name in names}
