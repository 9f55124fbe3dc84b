"""Structural and estimation error against a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import LeastSquares, MeanBaseline
from pellucid.data import linear_sample
from pellucid.errors import HyperparameterError
from pellucid.evaluation.error_decomposition import two_errors

AT = np.linspace(-1.0, 1.0, 15)[:, None]
TRUTH = 2 * AT[:, 0] + 1


def test_the_two_errors_sum_to_the_distance_from_the_truth_and_rows_cure_one_of_them() -> None:
    """Def 73, Def 75"""
    found = [
        two_errors(model, lambda s, n=n: linear_sample(n, (2.0,), seed=s), AT, TRUTH, samples=20)
        for model in (MeanBaseline(), LeastSquares())
        for n in (10, 160)
    ]
    for each in found:
        distance = np.mean((each.predictions - TRUTH) ** 2)
        assert each.structural + each.estimation == pytest.approx(distance)
    poor, poor_of_many, line, line_of_many = found
    assert poor_of_many.structural > 0.5 * poor.structural > 10 * line.structural
    assert line_of_many.estimation < 0.3 * line.estimation


def test_one_sample_cannot_differ_from_itself() -> None:
    with pytest.raises(HyperparameterError, match="at least 2"):
        two_errors(MeanBaseline(), lambda s: linear_sample(9, seed=s), AT, TRUTH, samples=1)
