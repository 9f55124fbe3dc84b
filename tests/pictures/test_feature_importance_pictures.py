"""Pictures of what a model does: the figures they show are those they were given."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.evaluation.column_importance import Importance
from pellucid.evaluation.partial_dependence import Dependence
from pellucid.pictures.feature_importance import dependence, importance
from pellucid.pictures.style import to_svg


def test_bars_of_importance_are_as_long_as_the_rise() -> None:
    found = [Importance("a", 3.0, 0.5), Importance("b", 0.1, 0.4), Importance("c", -0.2, 0.1)]
    axes = importance(found, "square").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [3.0, 0.1, -0.2]
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()  # not sure is grey
    assert to_svg(importance(found, "square"), "x") == to_svg(importance(found, "square"), "x")


@pytest.mark.parametrize("lines", [1, 3, 9])
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("numeric", (1.0, 2.0, 4.0)),
        ("category", ("p", "q", "r")),
        ("date", ("2020", "2021", "2022")),
    ],
)
def test_lines_of_dependence_are_the_means(
    lines: int, kind: str, values: tuple[object, ...]
) -> None:
    mean = np.arange(3.0)[:, None] * np.arange(1, lines + 1)
    found = Dependence("x", kind, values, mean, mean - 1, mean + 1, np.array([5, 1, 2]))
    axes = dependence(found, "y", [f"class {j}" for j in range(lines)]).axes[0]
    assert len(axes.lines) == min(lines, 6)
    np.testing.assert_array_equal(axes.lines[-1].get_ydata(), mean[:, -1])
    assert axes.get_xlabel() == "x"
