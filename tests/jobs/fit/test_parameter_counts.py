"""How many numbers a candidate learns, as the table of candidates says."""

from __future__ import annotations

import pytest

from pellucid.jobs.fit.candidate_comparison import count_parameters
from pellucid.jobs.fit.recipe import Recipe


@pytest.mark.parametrize(
    ("model", "rank", "expand", "count"),
    [
        ("mean", 0, False, 1),  # an offset alone
        ("ridge", 1, False, 5),  # a weight a column, and the offset
        ("polynomial", 2, True, 15),  # 4 columns, 4 squares and 6 products, and the offset
        ("nearest", 3, False, 0),  # keeps the rows and learns nothing
    ],
)
def test_parameters_of_four_columns(model: str, rank: int, expand: bool, count: int) -> None:
    recipe = Recipe(model, model, rank, lambda seed: None, expand=expand)
    assert count_parameters(recipe, 4, 1) == count
    assert count_parameters(recipe, 4, 3) == 3 * count
