"""Symbolic work is counted to its limit, and no further."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.calculus.algebra.work_limit import count_work, limited_work
from pellucid.errors import FormulaError


@given(st.integers(0, 30), st.lists(st.integers(0, 10), max_size=8))
def test_as_much_work_as_the_limit_is_done_and_more_is_refused(
    most: int, amounts: list[int]
) -> None:
    """Within a limit another one changes nothing; outside, and after one, there is none."""
    count_work(10**9)
    done = 0
    with limited_work(most):
        for amount in amounts:
            done += amount
            with limited_work(10**9):
                if done <= most:
                    count_work(amount)
                    continue
                with pytest.raises(FormulaError, match="split the formula"):
                    count_work(amount)
                break
    count_work(10**9)
