"""Ctrl-C stops the program wherever it comes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOST = {
    "callback": "kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))",
    "destructor": "Thing.__del__ = lambda self: signal.raise_signal(signal.SIGINT)",
}
PROGRAM = """
import signal, sys, time, weakref
from pellucid.cli.lost_interrupts import give_lost_interrupts_again

if "given again" in sys.argv:
    give_lost_interrupts_again()
class Thing: ...
thing = Thing()
{lost}
try:
    del thing
    time.sleep(1)
    print("went on")
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows tells Ctrl-C to processes otherwise")
@pytest.mark.parametrize("place", LOST)
@pytest.mark.parametrize(("how", "end"), [("given again", "stopped"), ("", "went on")])
def test_an_interrupt_in_a_place_that_ignores_it_stops_the_program(
    place: str, how: str, end: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(lost=LOST[place]), how],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == end
    assert ("Exception ignored" in done.stderr) is (how == "")


def test_other_ignored_errors_are_reported_as_ever() -> None:
    program = PROGRAM.format(lost="Thing.__del__ = lambda self: 1 / 0").replace("time.sleep(1)", "")
    done = subprocess.run(
        [sys.executable, "-c", program, "given again"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "went on"
    assert "ZeroDivisionError" in done.stderr
