"""`--balance`: each class counts the same where a class is said; probabilities stay true.

Notes: §1.3, KE 152
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import read_table
from pellucid.errors import FramingError
from pellucid.evaluation.decision_threshold import balanced_weights
from pellucid.jobs.fit.fit_result import Settings
from pellucid.jobs.fit.fit_tables import fit_table


def table(classes: int) -> pd.DataFrame:
    """One common class and rare ones, that overlap."""
    rng = np.random.default_rng(0)
    y = rng.choice(classes, 600, p=[0.86] + [0.14 / (classes - 1)] * (classes - 1))
    X = rng.normal(size=(600, 2)) + np.column_stack([np.cos(2 * y), np.sin(2 * y)])
    names = np.array(["often", "seldom", "hardly"])[y]
    return pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": names})


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_count_the_same_and_probabilities_do_not_change(classes: int) -> None:
    """1.3-asymmetric: more rows of rare classes are found; chances are those of the plain fit."""
    read, model = read_table(table(classes)), "logistic" if classes == 2 else "softmax"
    plain = fit_table(read, Settings("y", model=model))
    even = fit_table(read, Settings("y", model=model, balance=True))
    assert even.errors["mean over classes"] > plain.errors["mean over classes"] + 0.04
    assert np.array_equal(even.probabilities, plain.probabilities)
    assert even.test_error == plain.test_error
    assert even.errors_baseline == plain.errors_baseline
    assert any(f.name == "classes balanced" for f in even.findings)
    p = even.machine.predict_probabilities(table(classes))
    weights = balanced_weights(table(classes)["y"].to_numpy(), even.machine.model.classes_)
    said = (
        even.machine.predict(table(classes))
        == even.machine.model.classes_[(p * weights).argmax(axis=1)]
    )
    assert said.mean() > 0.98  # the shares of the training rows differ a little from those of all


@given(st.lists(st.sampled_from("abc"), min_size=3, max_size=60))
def test_each_class_weighs_as_much_as_the_others(labels: list[str]) -> None:
    y = np.array(labels)
    classes, counts = np.unique(y, return_counts=True)
    total = counts * balanced_weights(y, classes)
    assert np.allclose(total, len(y) / len(classes))


def test_balance_needs_classes_and_no_costs() -> None:
    with pytest.raises(FramingError, match="one class a row"):
        fit_table(read_table(table(2)), Settings("a", balance=True))
    with pytest.raises(FramingError, match="give one"):
        fit_table(read_table(table(2)), Settings("y", balance=True, costs={"often:seldom": 2.0}))
