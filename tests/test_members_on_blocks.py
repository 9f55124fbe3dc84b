"""Every estimator that has a block route: any way of cutting the rows gives the same bits.

From the one table of them all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from members import MEMBERS, Member, rows
from pellucid.data.blocks import row_sample, tiles
from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.row_blocks import array_blocks
from pellucid.errors import FramingError

N, TILE = 150, 32
pytestmark = pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")


@pytest.fixture(autouse=True, scope="module")
def small_tiles() -> Any:
    """Few rows make several tiles, and more than a sample holds."""
    with pytest.MonkeyPatch.context() as patch:
        for module, size in ((tiles, TILE), (row_sample, 90)):
            patch.setattr(module, "FEWEST", size)
            patch.setattr(module, "MOST", size)
        yield


def fitted(member: Member, cut: Any, weighted: bool) -> dict[str, Any]:
    X, y = rows(member, n=N)
    weights = (np.arange(N) % 4).astype(float)
    given = (X, y, weights) if weighted else (X, y)
    return learnt(clone(member.estimator).fit(array_blocks(*given, cut=cut)))


def learnt(model: Any) -> dict[str, Any]:
    """What a fit found, arrays as their bytes."""
    found = {k: v for k, v in vars(model).items() if k.endswith("_") and not k.startswith("_")}
    return {k: v.tobytes() if isinstance(v, np.ndarray) else repr(v) for k, v in found.items()}


@lru_cache
def in_one_piece(at: int, weighted: bool) -> dict[str, Any]:
    return fitted(MEMBERS[at], N, weighted)


WITHOUT = [m for m in MEMBERS if not m.text and not m.estimator.block_route]
NEED_ALL_ROWS = (  # as they are set; found without a fit, which would compile before any test runs
    "KMeans(algorithm='descent', max_iter=3000, n_clusters=3)",
    "LogisticClassifier(algorithm='descent', lam=0.1, max_iter=3000)",
    "Ridge(algorithm='descent')",
    "Ridge(algorithm='newton')",
    "Ridge(penalize_offset=True)",
    "RidgeCV(cv='loo')",
)
ROUTED = [at for at, m in enumerate(MEMBERS) if m.estimator.block_route]
WITH_ROUTE = [at for at in ROUTED if MEMBERS[at].name not in NEED_ALL_ROWS]


def test_the_estimators_with_a_route_are_these() -> None:
    assert {type(MEMBERS[at].estimator).__name__ for at in WITH_ROUTE} == {
        "Center", "KMeans", "LeastSquares", "LinearAutoencoder", "LogisticCV",
        "LogisticClassifier", "MajorityBaseline", "MeanBaseline", "NearestNeighbor",
        "NearestNeighborClassifier", "NearestNeighborRegressor", "Ridge", "RidgeCV",
        "SigmoidsClassifier", "SoftmaxCV", "SoftmaxClassifier", "Standardize",
    }  # fmt: skip


@pytest.mark.parametrize("name", NEED_ALL_ROWS)
def test_settings_that_need_all_rows_are_refused(name: str) -> None:
    (member,) = [MEMBERS[at] for at in ROUTED if MEMBERS[at].name == name]
    X, y = rows(member, n=N)
    with pytest.raises(FramingError):
        clone(member.estimator).fit(array_blocks(X, y))


@pytest.mark.parametrize("member", WITHOUT, ids=lambda member: member.name)
def test_the_others_say_that_they_have_none(member: Member) -> None:
    X, y = rows(member, n=N)
    with pytest.raises(FramingError, match=f"{type(member.estimator).__name__} has no block route"):
        clone(member.estimator).fit(array_blocks(X, y))


@pytest.mark.parametrize("at", WITH_ROUTE, ids=lambda at: MEMBERS[at].name)
@settings(max_examples=5, deadline=None)
@given(cut=st.lists(st.integers(1, N // 2), max_size=6), weighted=st.booleans())
def test_any_cut_gives_the_same_bits(at: int, cut: list[int], weighted: bool) -> None:
    """§2.5.6: partial, merge and finish over tiles that follow from places alone."""
    assert fitted(MEMBERS[at], cut, weighted) == in_one_piece(at, weighted)


@pytest.mark.parametrize("at", WITH_ROUTE, ids=lambda at: MEMBERS[at].name)
def test_rows_that_stand_between_addresses_give_the_same_bits(at: int) -> None:
    """As arrays do that came over a network."""
    X, y = rows(MEMBERS[at], n=N)
    model = clone(MEMBERS[at].estimator)
    assert learnt(model.fit(array_blocks(between_addresses(X), y, cut=N))) == in_one_piece(
        at, False
    )


def between_addresses(X: Any) -> Any:
    """The same numbers one byte off."""
    room = bytearray(X.nbytes + 1)
    room[1:] = X.tobytes()
    found = np.frombuffer(room, dtype=X.dtype, offset=1).reshape(X.shape)
    assert not found.flags.aligned
    return found


@pytest.mark.parametrize("at", WITH_ROUTE, ids=lambda at: MEMBERS[at].name)
def test_the_answer_is_that_of_rows_in_memory(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To 1e-10; where a sample starts or answers, with a sample that holds all rows."""
    monkeypatch.setattr(row_sample, "MOST", N)
    monkeypatch.setattr(row_sample, "FEWEST", N)
    member = MEMBERS[at]
    X, y = rows(member, n=N)
    memory = clone(member.estimator)
    if isinstance(getattr(memory, "cv", None), int):
        memory.set_params(cv=HashedFolds(memory.cv))
    memory.fit(X, y)
    blocks = clone(member.estimator).fit(array_blocks(X, y, cut=40))
    if hasattr(blocks, "predict_proba"):
        # Both stop within tol = 1e-8 of the minimum, as the Hessian measures it.
        np.testing.assert_allclose(blocks.predict_proba(X), memory.predict_proba(X), atol=1e-9)
    elif hasattr(blocks, "transform"):
        np.testing.assert_allclose(blocks.transform(X), memory.transform(X), rtol=1e-9, atol=1e-12)
    answer = "predict" if hasattr(blocks, "predict") else "transform"
    ours, theirs = getattr(blocks, answer)(X), getattr(memory, answer)(X)
    if ours.dtype.kind == "f":
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)
    else:
        assert (ours == theirs).all()
