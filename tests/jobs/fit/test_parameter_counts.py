"""How many numbers a candidate learns, as the table of candidates says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pellucid import Settings, fit_table, read_table
from pellucid.jobs.fit.candidate_comparison import count_parameters
from pellucid.jobs.fit.candidates import recipes
from pellucid.jobs.fit.recipe import Recipe


@pytest.mark.parametrize(
    ("model", "rank", "expand", "count"),
    [
        ("mean", 0, False, 1),  # an offset alone
        ("ridge", 1, False, 5),  # a weight a column, and the offset
        ("polynomial", 2, True, 15),  # 4 columns, 4 squares and 6 products, and the offset
    ],
)
def test_parameters_of_four_columns(model: str, rank: int, expand: bool, count: int) -> None:
    recipe = Recipe(model, model, rank, lambda seed: None, expand=expand)
    assert count_parameters(recipe, 4, 1) == count
    assert count_parameters(recipe, 4, 3) == 3 * count


@pytest.mark.parametrize("problem", ["regression", "two classes", "several classes"])
def test_no_number_is_said_of_what_depends_on_the_rows(problem: str) -> None:
    """Curves bend and trees split as often as the rows call for; nearest rows learn nothing."""
    counted = {
        name: count_parameters(recipe, 4, 1) is not None
        for name, recipe in recipes(problem).items()
    }
    unknown = {"nearest", "curves", "pairs", "trees", "small-trees", "forest"}
    assert {name for name, known in counted.items() if not known} == unknown


def test_products_that_say_nothing_new_are_not_counted() -> None:
    recipe = Recipe("polynomial", "polynomial", 2, lambda seed: None, expand=True, most=10)
    assert count_parameters(recipe, 4, 1, products=3) == 4 + 3 + 1
    assert count_parameters(recipe, 4, 1, products=7) == 10 + 1  # no more than there is room for


def test_the_polynomial_of_a_table_learns_as_many_numbers_as_its_candidate_says() -> None:
    """No weight is shared by a two-valued column and its square, or by places of a one-hot code."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=80),
            "age": rng.normal(size=80),
            "flag": rng.integers(0, 2, 80),
            "town": rng.choice(["Pula", "Rab", "Split"], 80),
        }
    )
    frame["y"] = frame["size"] * frame["age"] + frame["flag"] + 0.1 * rng.normal(size=80)
    asked = Settings("y", model="polynomial", cv=2, keep_test_out=True)
    found = fit_table(read_table(frame), asked)
    encoder, products = found.machine.steps
    names = products.get_feature_names_out(encoder.get_feature_names_out()).tolist()
    assert len(names) == found.chosen.parameters - 1 == 20
    assert {"size²", "age²", "flag·town=Rab", "size·flag"} <= {*names}
    assert not {"flag²", "town=Rab²", "town=Pula·town=Rab"} & {*names}
