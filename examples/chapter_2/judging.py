"""Chapter 2.7: estimation and structural error, algorithms, chunks and λ; each with its picture.

python examples/chapter_2/judging.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from pellucid import (
    LeastSquares,
    PolynomialBasis,
    Ridge,
    cross_validate,
    test_error,
    training_error,
    tune,
)
from pellucid.data import folds, linear_sample
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.cross_validation import held_out_chunks, nested_search
from pellucid.pictures.diagram import Block, chain
from pellucid.pictures.regression_lines import lines

Array = NDArray[np.float64]


def parabola(n: int, seed: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, n)
    return x[:, None], x**2 + 0.3 * rng.normal(size=n)


def four_points_and_many() -> Figure:
    """A line through four points is far from the truth; with many points it hardly moves.

    2.7.2-four-points-figure
    """
    new = linear_sample(5000, noise=2.0, seed=99)
    few = [linear_sample(4, noise=2.0, seed=s) for s in (2, 1, 3)]
    many = [linear_sample(400, noise=2.0, seed=s) for s in (4, 5, 6)]
    of_few = [LeastSquares().fit(*sample) for sample in few]
    of_many = [LeastSquares().fit(*sample) for sample in many]
    spread = [np.ptp([h.coef_[0] for h in group]) for group in (of_few, of_many)]
    assert spread[0] > 5 * spread[1]
    errors = [np.mean([test_error(h, *new) for h in group]) for group in (of_few, of_many)]
    assert errors[0] > 1.3 * errors[1]
    seen = [training_error(h, *sample) for h, sample in zip(of_few, few, strict=True)]
    assert np.mean(seen) < 4.0 < errors[0]  # on its own points it looks better than the noise, 2²
    old, better = of_few[0], of_many[0]
    return lines(
        [("four points", *few[0], {"their line": old}),
         ("four others", *few[1], {"their line": of_few[1], "the line before": old}),
         ("four hundred", *many[0], {"their line": better, "the line of four": old})],
        reach=(-3.2, 3.2), heights=(-9.0, 11.0),
    )  # fmt: skip


def a_line_cannot_be_a_parabola() -> Figure:
    """A line misses a parabola however many the points, a quadratic needs few: structural error.

    2.7.3-line-or-quadratic-figure
    """
    new = parabola(4000, 99)
    panels, found = [], {}
    for n in (15, 1500):
        X, y = parabola(n, n)
        line = LeastSquares().fit(X, y)
        bent = make_pipeline(PolynomialBasis(2, include_constant=False), LeastSquares()).fit(X, y)
        found[n] = [test_error(h, *new) for h in (line, bent)]
        panels.append((f"{n:,} points", X, y, {"line": line, "quadratic": bent}))
    assert min(found[15][0], found[1500][0]) > 10 * found[1500][1]
    assert found[15][1] < 0.2  # 0.09 of it is noise
    return lines(panels)


def an_algorithm_gives_a_hypothesis() -> Figure:
    """An algorithm takes data and gives a hypothesis; λ adjusts the algorithm, x is for h alone.

    2.7.6-algorithm-box-figure
    """
    algorithm = Ridge(lam=0.1)
    one = clone(algorithm).fit(*linear_sample(20, seed=1))
    other = clone(algorithm).fit(*linear_sample(20, seed=2))
    assert one.get_params() == other.get_params() == algorithm.get_params()
    assert one.coef_[0] != other.coef_[0]  # other data, another h
    stricter = clone(algorithm).set_params(lam=1.0).fit(*linear_sample(20, seed=1))
    assert abs(stricter.coef_[0]) < abs(one.coef_[0])
    assert one.predict([[0.5]]).shape == (1,)
    return chain(
        [Block("Dₙ", boxed=False), Block("algorithm", forward="h", above="λ"),
         Block("h", above="x"), Block("y", boxed=False)]
    )  # fmt: skip


def each_chunk_is_held_out_in_turn() -> Figure:
    """Cross-validation cuts the data into chunks: each judges the hypothesis of all the others.

    2.7.11-chunks-figure
    """
    X, y = linear_sample(24, noise=1.0, seed=7)
    cut = folds(len(y), 4, seed=0)
    assert sorted(np.concatenate([out for _, out in cut])) == list(range(24))
    fitted = [LeastSquares().fit(X[train], y[train]) for train, _ in cut]
    losses = [test_error(h, X[out], y[out]) for h, (_, out) in zip(fitted, cut, strict=True)]
    found = cross_validate(LeastSquares(), X, y, folds=cut)
    np.testing.assert_allclose(found.score.chunks, losses)
    assert len({float(h.coef_[0]) for h in fitted}) == 4  # four hypotheses, none of them the answer
    return held_out_chunks(cut, fitted, X, y)


def optimizing_lam_holds_optimizing_theta() -> Figure:
    """Each λ needs a whole optimization of Θ; the best λ then gets one more, on all rows.

    2.7.14-nested-boxes-figure
    """
    X, y = linear_sample(16, (2.0,) + (0.0,) * 7, noise=2.0, seed=5)
    lams = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0)
    found = tune(Ridge(), X, y, lams, k=4)
    losses = [cross_validate(Ridge(lam=lam), X, y, k=4).score.mean for lam in lams]
    np.testing.assert_allclose([score.mean for score in found.scores], losses, rtol=1e-6)
    assert 0 < found.best < len(lams) - 1  # too small and too large are both bad
    assert (
        np.diff([score.mean for score in found.training]) > 0
    ).all()  # J itself would take λ = 0
    last = Ridge(lam=found.best_value).fit(X, y)
    assert np.linalg.norm(last.coef_) < np.linalg.norm(LeastSquares().fit(X, y).coef_)
    return nested_search(found)


CLAIMS = (
    four_points_and_many,
    a_line_cannot_be_a_parabola,
    an_algorithm_gives_a_hypothesis,
    each_chunk_is_held_out_in_turn,
    optimizing_lam_holds_optimizing_theta,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
