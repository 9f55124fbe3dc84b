"""Measures of a clustering: against scikit-learn, and what each must not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from pellucid.clusters.quality import (
    agreement,
    consistency,
    group_consistency,
    loss_per_point,
    silhouettes,
)
from pellucid.data.synthetic_groups import blobs
from pellucid.errors import ShapeError, TooFewRowsError

labellings = st.integers(2, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.permutations(range(5)),
    )
)


@given(labellings)
def test_consistency_is_the_adjusted_rand_index_and_blind_to_names(drawn: tuple) -> None:
    """6.3.7-consistency: free of label permutation, symmetric, 1 for the same clustering."""
    one, other, renamed = drawn
    found = consistency(one, other)
    assert found == pytest.approx(adjusted_rand_score(one, other))
    assert consistency(other, one) == pytest.approx(found)
    assert consistency([renamed[label] for label in one], other) == pytest.approx(found)
    assert consistency(one, [renamed[label] for label in one]) == 1.0


def test_chance_gives_consistency_zero_whatever_the_number_of_groups() -> None:
    """6.3.7-consistency: random clusterings agree by 0 on average."""
    random = np.random.default_rng(0)
    for k in (2, 5, 20):
        found = [consistency(*random.integers(k, size=(2, 300))) for _ in range(60)]
        assert abs(np.mean(found)) < 0.01


def test_a_group_comes_back_by_its_rows() -> None:
    same = group_consistency([0, 0, 1, 1, 2], [9, 9, 4, 4, 7])
    assert same.tolist() == [1.0, 1.0, 1.0]
    split = group_consistency([0] * 10 + [1] * 10, [0] * 10 + [1] * 5 + [2] * 5)
    assert split.tolist() == [1.0, 0.5]


@pytest.mark.parametrize("block_bytes", [1, 4_000, 2**25])
def test_silhouettes_are_scikit_learns_in_any_memory(block_bytes: int) -> None:
    X, group = blobs(80, 4, seed=1)
    group[0] = 9  # alone in its group
    found = silhouettes(X, group, block_bytes)
    np.testing.assert_allclose(found, silhouette_samples(X, group), atol=1e-12)
    assert found[0] == 0


def test_silhouettes_of_rows_that_coincide_and_of_one_group() -> None:
    assert silhouettes(np.zeros((4, 2)), [0, 0, 1, 1]).tolist() == [0.0] * 4
    with pytest.raises(ShapeError, match="one group"):
        silhouettes(np.eye(3), [1, 1, 1])


def test_held_out_loss_per_point_compares_samples_of_different_sizes() -> None:
    """6.3.6-held-out-loss: the mean, so that twice the rows give the same figure."""
    X, _ = blobs(50, 3, seed=0)
    means = X[:3]
    assert loss_per_point(np.vstack([X, X]), means) == pytest.approx(loss_per_point(X, means))
    by_hand = np.mean([min(((x - m) ** 2).sum() for m in means) for x in X])
    assert loss_per_point(X, means) == pytest.approx(by_hand)


def test_agreement_with_a_few_trusted_labels() -> None:
    """6.3.8-ground-truth: rows nobody knows are left out; names are given to groups."""
    labels = np.repeat([0, 1, 2], 10)
    known: list[str | float | None] = [None] * 30
    sure = {0: "ox", 1: "ox", 11: "emu", 12: "emu", 25: "ox", 26: "owl", 29: float("nan")}
    for row, name in sure.items():
        known[row] = name
    found = agreement(labels, known)
    assert found.rows == 6
    assert found.names == {0: "ox", 1: "emu", 2: "owl"}
    assert found.matched == pytest.approx(5 / 6)
    assert found.table.sum() == 6
    with pytest.raises(TooFewRowsError, match="at least two"):
        agreement(labels, ["ox"] + [None] * 29)
    with pytest.raises(ShapeError, match="trusted"):
        agreement(labels, ["ox"])
    with pytest.raises(ShapeError, match="same rows"):
        consistency([0, 1], [0, 1, 2])
