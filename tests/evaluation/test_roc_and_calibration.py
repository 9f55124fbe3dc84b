"""Rates at thresholds and calibration, against counting row by row."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pellucid.evaluation.roc_and_calibration import calibration, confusion_counts, roc_points

ROWS = st.lists(st.tuples(st.integers(0, 20).map(lambda v: v / 20), st.booleans()), min_size=1)


@given(ROWS, st.integers(0, 20).map(lambda v: v / 20))
def test_rates_are_those_of_the_confusion_matrix(
    rows: list[tuple[float, bool]], cut: float
) -> None:
    p, truth = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    (alarm,), (hit,) = roc_points(p, truth, [cut])
    table = confusion_counts(truth, p > cut, ("False", "True"))
    for rate, (kept, called) in zip((alarm, hit), table, strict=True):
        if kept + called:
            assert rate == called / (kept + called)
        else:
            assert np.isnan(rate)


@given(ROWS, st.integers(1, 12))
def test_calibration_counts_each_row_once(rows: list[tuple[float, bool]], bins: int) -> None:
    p, truth = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    found = calibration(p, truth, bins)
    assert found.counts.sum() == len(rows)
    assert np.isclose((found.predicted * found.counts).sum(), p.sum())
    assert np.isclose((found.observed * found.counts).sum(), truth.sum())
    edges = np.linspace(0, 1, bins + 1)
    place = [max(i for i, edge in enumerate(edges[:-1]) if edge <= chance) for chance in p]
    held = [np.array(place) == at for at in sorted(set(place))]
    assert found.counts.tolist() == [rows.sum() for rows in held]
    assert found.lower.tolist() == [edges[at] for at in sorted(set(place))]
    assert np.allclose(found.predicted, [p[rows].mean() for rows in held])
    assert np.allclose(found.observed, [truth[rows].mean() for rows in held])
    assert (found.predicted >= found.lower - 1e-12).all()
    assert (found.predicted <= found.lower + 1 / bins + 1e-12).all()
