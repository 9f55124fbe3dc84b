"""A night of mutated tables, formulas and model files: nothing but answers and our errors."""

from __future__ import annotations

import pytest

from fuzz import fuzz, memory

MOST_MEMORY = 2048  # MB


@pytest.mark.slow
def test_a_hundred_thousand_inputs_are_answered_or_refused() -> None:
    tally = fuzz(tables=70_000, models=28_000, formulas=2_000, seed=0)
    assert sum(tally.fates.values()) == 100_000
    assert not tally.faults, tally.places
    assert memory() < MOST_MEMORY


def test_a_program_that_a_file_begins_would_be_noticed() -> None:
    """The listener hears what it is there for, or the count of code run would prove nothing."""
    import subprocess
    import sys

    from fuzz import Tally

    tally = Tally()
    sys.addaudithook(tally.listen)
    tally.meet("programs", "", lambda: subprocess.run(["true"], check=True))
    tally.meet("nothing", "", lambda: None)
    assert tally.fates == {("programs", "ran code"): 1, ("nothing", "answered"): 1}
    assert tally.faults == 1
