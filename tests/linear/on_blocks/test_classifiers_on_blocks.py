"""The logistic family on blocks: the answer of rows in memory, few passes, no row by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid import (
    LogisticClassifier,
    LogisticCV,
    SigmoidsClassifier,
    SoftmaxClassifier,
    SoftmaxCV,
)
from pellucid.data.blocks import row_sample, tiles
from pellucid.data.blocks.hashed_splits import HashedFolds
from pellucid.data.blocks.passes import LocalPasses
from pellucid.data.blocks.row_blocks import array_blocks
from pellucid.errors import FramingError, LabelError, TooFewRowsError
from pellucid.linear.on_blocks.mean_loss import LabelledRows
from pellucid.linear.solvers.likelihood import MeanLoss

N = 70_000  # more than a sample holds
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 4)) * [1.0, 100.0, 0.01, 1.0] + [0.0, 1e6, 5.0, -1.0]
SCORE = (X - [0.0, 1e6, 5.0, -1.0]) @ [1.0, 0.01, -50.0, 0.5] + RNG.logistic(size=N)
YES = np.where(SCORE > 0.5, "yes", "no")
THREE = np.array(["c", "a", "bb"])[np.searchsorted(np.quantile(SCORE, [0.3, 0.8]), SCORE)]
WEIGHTS = RNG.integers(0, 3, N).astype(float)

FITS = [
    (LogisticClassifier(), YES),
    (LogisticClassifier(class_weight="balanced", fit_intercept=False), YES),
    (LogisticClassifier(lam=0), YES),
    (SoftmaxClassifier(class_weight={"a": 3.0}), THREE),
    (SigmoidsClassifier(), THREE),
    (SigmoidsClassifier(), np.column_stack([SCORE > 0, THREE == "a"]).astype(int)),
    (LogisticCV(cv=HashedFolds(3), lams=(1e-3, 1e-1)), YES),
    (SoftmaxCV(cv=HashedFolds(2), lams=(1e-3, 1e-1)), THREE),
]


@pytest.mark.parametrize(("model", "y"), FITS, ids=[repr(m) for m, _ in FITS])
def test_the_answer_is_that_of_rows_in_memory(model: Any, y: Any) -> None:
    memory = type(model)(**model.get_params()).fit(X, y, WEIGHTS)
    blocks = model.fit(array_blocks(X, y, WEIGHTS, cut=30_001))
    assert (memory.classes_ == blocks.classes_).all()
    # On standardised columns: θ in units of the columns' spread.
    spread = X.std(axis=0)
    size = np.abs(memory.coef_ * spread).max()
    assert np.abs((memory.coef_ - blocks.coef_) * spread).max() < 1e-9 * size
    if not isinstance(model, SigmoidsClassifier):  # there it is that of the slowest class
        assert blocks.objective_ == pytest.approx(memory.objective_, rel=1e-10)
    assert blocks.blocks_["passes"] <= 8
    assert "rows read in blocks" in str(blocks.explain())
    if hasattr(model, "cv_losses_"):
        np.testing.assert_allclose(blocks.cv_losses_, memory.cv_losses_, rtol=1e-6)
        assert blocks.lam_ == memory.lam_


def test_threads_and_cuts_change_no_bit_where_a_sample_starts_the_steps() -> None:
    found = []
    for workers, cut in ((1, 65_536), (4, 999)):
        source: Any = array_blocks(X, YES, cut=cut)
        source.passes = LocalPasses(workers)
        model = LogisticClassifier().fit(source)
        found.append(model.coef_.tobytes() + model.intercept_.tobytes())
    assert found[0] == found[1]


@pytest.mark.parametrize("rare", [False, True])
def test_the_first_step_goes_by_the_samples_hessian_where_that_knows_every_column(
    rare: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_sample, "MOST", 8_192)
    asked: list[bool] = []
    ask = LabelledRows.ask

    def noted(self: LabelledRows, questions: Any) -> Any:
        asked.append(questions[0].hessian)
        return ask(self, questions)

    monkeypatch.setattr(LabelledRows, "ask", noted)
    Z = X.copy()
    if rare:  # varies in five rows, of which the sample holds one or none
        Z[:, 3] = np.arange(N) % 14_000 == 7
    blocks = LogisticClassifier().fit(array_blocks(Z, YES, cut=30_001))
    memory = LogisticClassifier().fit(Z, YES)
    assert asked[:2] == [rare, True]
    assert len(asked) <= 5
    gap = np.abs((memory.coef_ - blocks.coef_) * Z.std(axis=0)).max()
    assert gap < 1e-9 * np.abs(memory.coef_ * Z.std(axis=0)).max()


@pytest.mark.parametrize(("d", "k"), [(40, 4), (80, 9)])
def test_objectives_with_many_numbers_go_by_hessians_on_demand_or_of_the_sample(
    d: int, k: int
) -> None:
    Z = RNG.normal(size=(2_000, d))
    y = (Z @ RNG.normal(size=(d, k)) + RNG.gumbel(size=(2_000, k))).argmax(axis=1)
    blocks = SoftmaxClassifier().fit(array_blocks(Z, y, cut=700))
    memory = SoftmaxClassifier().fit(Z, y)
    assert np.abs(blocks.coef_ - memory.coef_).max() < 1e-8 * np.abs(memory.coef_).max()


@pytest.mark.parametrize("tile", [tiles.MOST, 1_024])
def test_without_a_penalty_a_direction_that_separates_a_part_is_found(
    tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "MOST", tile)
    Z = np.round(X[:9_000], 1)
    Z[:, 2] = np.arange(9_000) % 3 == 0
    y = (YES[:9_000] == "yes") | (Z[:, 2] > 0)
    with pytest.warns(UserWarning, match="separable"):
        blocks = LogisticClassifier(lam=0).fit(array_blocks(Z, y, cut=2_000))
    assert blocks.separating_direction_ is not None
    np.testing.assert_allclose(np.abs(blocks.separating_direction_), [[0, 0, 1, 0]], atol=1e-6)


def test_the_parts_of_a_hessian_add_up() -> None:
    """§2.5.6: what a pass sums tile by tile is the Hessian of all rows."""
    from pellucid.linear.solvers.design import Design

    w, Y = np.full(600, 1 / 600), np.eye(3)[RNG.integers(0, 3, 600)]
    whole = Design(X[:600], w, True)
    B = RNG.normal(size=(5, 3))
    loss = MeanLoss(whole, Y, 0.0)
    parts = []
    for at in (slice(0, 250), slice(250, 600)):
        part = MeanLoss(
            Design.with_statistics(X[at], w[at], True, whole.mean, whole.scale), Y[at], 0.0
        )
        parts.append(part.curvature(part.at(B)[2], True))
    np.testing.assert_allclose(
        loss.curvature(loss.at(B)[2], True), sum(parts), rtol=1e-9, atol=1e-12
    )


def test_what_does_not_go_is_said() -> None:
    rows = array_blocks(X[:99], YES[:99], cut=10)
    with pytest.raises(FramingError, match="on blocks takes algorithm='newton'"):
        LogisticClassifier(algorithm="descent").fit(rows)
    with pytest.raises(FramingError, match="takes a number of folds"):
        LogisticCV(cv=[([0], [1])]).fit(rows)
    with pytest.raises(TooFewRowsError, match="one fold alone"):
        SoftmaxCV().fit(array_blocks(X[:99], np.arange(99) == 5, cut=10))
    with pytest.raises(FramingError, match="one class"):
        LogisticClassifier().fit(array_blocks(X[:99], np.zeros(99), cut=10))
    mixed = np.array([*["a"] * 50, *[1] * 49], dtype=object)
    with pytest.raises(LabelError, match="two kinds"):
        LogisticClassifier().fit(array_blocks(X[:99], mixed, cut=10))
    with pytest.raises(FramingError, match="row 7"):
        SigmoidsClassifier().fit(
            array_blocks(X[:99], np.eye(99)[:, :3] + 2 * (np.arange(99) == 7)[:, None])
        )
