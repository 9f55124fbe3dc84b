"""The area under ROC from counts: within its stated error, whatever the scores and the cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from pellucid.evaluation.ranked_scores import area_under_roc, score_counts


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(2, 400), st.sampled_from([0.01, 1.0, 8.0, 60.0]))
def test_the_area_is_within_the_error_that_it_states(seed: int, n: int, steepness: float) -> None:
    rng = np.random.default_rng(seed)
    positive = np.arange(n) % 2 == 1
    p = 1 / (1 + np.exp(-steepness * (rng.normal(size=n) + positive)))
    p[rng.random(n) < 0.05] = rng.choice([0.0, 1.0])
    cut = n // 3
    counts = score_counts(p[:cut], positive[:cut]) + score_counts(p[cut:], positive[cut:])
    area, error = area_under_roc(counts)
    assert (counts == score_counts(p, positive)).all()
    assert abs(area - roc_auc_score(positive, p)) <= error + 1e-12


def test_many_rows_leave_a_small_error() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(20_000) < 0.1
    p = 1 / (1 + np.exp(3 - rng.normal(size=20_000) - positive))
    area, error = area_under_roc(score_counts(p, positive))
    assert area == pytest.approx(roc_auc_score(positive, p), abs=1e-5)
    assert error < 2e-4
