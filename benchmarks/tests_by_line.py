"""Which quick tests run which line of the source: a pytest plugin that `mutants.py` uses.

`pytest -p tests_by_line -m "not slow and not browser"` writes `.scratch/tests_by_line.json`, or the
file that `TESTS_BY_LINE` names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from coverage import Coverage

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "pellucid"
PLACE = Path(os.environ.get("TESTS_BY_LINE", ROOT / ".scratch" / "tests_by_line.json"))


@dataclass(frozen=True)
class TestsByLine:
    """The tests, in the order in which they ran; their seconds; which of them ran a line.

    Attributes
    ----------
    tests : list of str
        The address of each test that passed.
    seconds : list of float
        Processor time of each, its fixtures included.
    lines : dict
        By file (relative to the source) and line: the places of its tests in `tests`. What ran
        while no test did (an import) has no place.
    """

    __test__ = False
    tests: list[str]
    seconds: list[float]
    lines: dict[str, dict[str, list[int]]]

    @classmethod
    def read(cls, place: Path = PLACE) -> TestsByLine:
        return cls(**json.loads(place.read_text("utf-8")))

    def of(self, file: str, first: int, last: int) -> set[int]:
        """The tests that run a statement, or the whole file where none is seen to run it.

        What runs at import, or compiled, is not seen: any test that runs the file may notice it.
        """
        lines = self.lines.get(file, {})
        found = {t for line in range(first, last + 1) for t in lines.get(str(line), ())}
        return found or {test for tests in lines.values() for test in tests}


class Recorder:
    """Notes the lines that run, test by test."""

    def __init__(self) -> None:
        self.coverage = Coverage(
            data_file=None, config_file=False, source=[str(SOURCE)], messages=False
        )
        self.seconds: dict[str, float] = {}
        self.failed = set[str]()
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.coverage.switch_context(item.nodeid)
        start = process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = process_time() - start
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed |= {report.nodeid} if report.failed else set()

    def pytest_unconfigure(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        tests = [test for test in self.seconds if test not in self.failed]
        place = {test: at for at, test in enumerate(tests)}
        lines = {}
        for file in data.measured_files():
            lines[str(Path(file).relative_to(SOURCE))] = {
                str(line): sorted(place[test] for test in found if test in place)
                for line, found in sorted(data.contexts_by_lineno(file).items())
            }
        made = TestsByLine(tests, [round(self.seconds[test], 2) for test in tests], lines)
        PLACE.parent.mkdir(exist_ok=True)
        PLACE.write_text(json.dumps(asdict(made)), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder())
