"""A weighted average answers what its parts answer, weighted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from pellucid import LogisticClassifier, Ridge, SoftmaxClassifier, TableEncoder, read_table
from pellucid.additive.weighted_average import WeightedAverageClassifier, WeightedAverageRegressor
from pellucid.errors import HyperparameterError


def parts(kind: Any, *lams: float) -> list[Any]:
    return [make_pipeline(TableEncoder(), kind(lam=lam)) for lam in lams]


@pytest.mark.parametrize("kind", [Ridge, LogisticClassifier, SoftmaxClassifier])
@pytest.mark.parametrize("weights", [(0.25, 0.75), (0.0, 1.0)])
def test_each_answer_is_the_sum_of_weight_times_the_parts_answer(
    kind: Any, weights: tuple[float, float]
) -> None:
    """§2.7: for numbers and for chances; weights that are not equal, and a part of no weight."""
    rng = np.random.default_rng(0)
    table = read_table(rng.normal(size=(60, 3)))
    score = np.asarray(table.columns[0].values) + rng.normal(size=60)
    classes = 3 if kind is SoftmaxClassifier else 2
    y = score if kind is Ridge else np.digitize(score, [-0.5, 0.5][: classes - 1])
    make: Any = WeightedAverageRegressor if kind is Ridge else WeightedAverageClassifier
    alone = [part.fit(table, y) for part in parts(kind, 1e-3, 1.0)]
    h = make(parts(kind, 1e-3, 1.0), weights).fit(table, y)
    answer = "predict" if kind is Ridge else "predict_proba"
    expected = sum(
        w * np.asarray(getattr(part, answer)(table)) for w, part in zip(weights, alone, strict=True)
    )
    assert np.allclose(getattr(h, answer)(table), expected, rtol=1e-12)
    assert np.ptp(expected) > 0.1
    assert h.names_ == [type(alone[0]).__name__] * 2
    if kind is not Ridge:
        assert (h.predict(table) == np.asarray(expected).argmax(axis=1)).all()
        assert np.allclose(h.predict_log_proba(table), np.log(expected))
    back = make.from_state(h.to_state())
    assert (getattr(back, answer)(table) == getattr(h, answer)(table)).all()
    named = make(parts(kind, 1e-3, 1.0), weights, ["a", "b"]).fit(table, y)
    terms = " + ".join(f"{w:g} · {n}" for w, n in zip(weights, "ab", strict=True))
    assert terms in str(named.explain())


@pytest.mark.parametrize(
    ("count", "weights", "says"),
    [
        (None, None, "0 parts and 0 weights"),
        (0, [], "weights"),
        (1, 1.0, "weights"),
        (2, None, "2 parts and 0 weights"),
        (2, [1.0], "2 parts and 1 weights"),
        (2, [0.5, 0.6], "weights"),
        (2, [0.5, 0.4], "weights"),
        (2, [1.5, -0.5], "weights"),
    ],
)
def test_parts_and_weights_belong_together(count: int | None, weights: Any, says: str) -> None:
    given = None if count is None else parts(Ridge, *np.ones(count))
    with pytest.raises(HyperparameterError, match=says):
        WeightedAverageRegressor(given, weights).fit(read_table(np.ones((4, 1))), np.arange(4.0))


def test_a_part_is_a_model() -> None:
    with pytest.raises(HyperparameterError, match="parts must be sequence of pipelines"):
        WeightedAverageRegressor(["ridge"], [1.0]).fit(read_table(np.ones((4, 1))), np.arange(4.0))
