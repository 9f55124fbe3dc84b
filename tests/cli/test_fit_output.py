"""What `pellucid fit` prints of its result."""

from __future__ import annotations

import io

import pytest
from results import result
from rich.console import Console

from pellucid.cli.fit_output import show_codes
from pellucid.jobs.column_summary import ColumnSummary


@pytest.mark.parametrize(
    ("count", "said"), [(1, "x0: one-hot"), (6, "x4, x5: one-hot"), (9, "x5 and 3 more: one-hot")]
)
def test_six_columns_of_one_reason_are_named_and_the_others_counted(count: int, said: str) -> None:
    columns = tuple(
        ColumnSummary(f"x{i}", "category", 0, True, code="one-hot", why_code="four places")
        for i in range(count)
    )
    shown = io.StringIO()
    show_codes(Console(file=shown, width=100), result(columns=columns))
    assert said in shown.getvalue()
    assert shown.getvalue().count("four places") == 1
