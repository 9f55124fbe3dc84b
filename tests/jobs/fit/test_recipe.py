"""What a candidate may cost: terms that reach it, rows it is compared on, where it is too much.

Notes: §1.4, §1.5
"""

from __future__ import annotations

from itertools import combinations_with_replacement

from hypothesis import given
from hypothesis import strategies as st

from pellucid.jobs.fit.candidates import recipes
from pellucid.jobs.fit.recipe import MOST_ROWS, WORK, Recipe


def recipe(**settings: object) -> Recipe:
    return Recipe("own", "own", 1, lambda seed: None, **settings)  # type: ignore[arg-type]


@given(st.integers(1, 12), st.integers(1, 100))
def test_products_of_two_join_the_columns_where_there_is_room(d: int, most: int) -> None:
    assert recipe(most=most).terms(d) == d
    products = list(combinations_with_replacement(range(d), 2))
    assert recipe(expand=True, most=most).terms(d) == min(d + len(products), max(most, d))


@given(st.integers(1, 300), st.integers(1, 20), st.booleans())
def test_as_many_rows_are_compared_as_the_work_allows(d: int, outputs: int, tuned: bool) -> None:
    """A Newton step costs rows × (columns × classes)²; 2,000 rows are taken whatever it costs."""
    rows = recipe(lams=(1.0,) if tuned else ()).rows(d, outputs)
    a_row = (d * (outputs if tuned else 1)) ** 2
    assert rows >= 2_000
    assert rows == 2_000 or rows * a_row <= WORK
    assert rows == MOST_ROWS or (rows + 1) * a_row > WORK


def test_trees_and_curves_are_too_much_only_where_columns_outnumber_rows() -> None:
    every = recipes("regression")
    for name, large, small in (("trees", 400, 300), ("curves", 800, 500)):
        assert "would take too long" in every[name].too_much(large - 1, large, 1, 5)
        assert not every[name].too_much(large, large, 1, 5)
        assert not every[name].too_much(small - 1, small, 1, 5)
    # Surfaces beside the curves.
    assert every["pairs"].too_much(199, 200, 1, 5)
    assert not every["curves"].too_much(199, 200, 1, 5)
