"""Chapter 4.3: from the sign to a probability, claim by claim, each with its picture.

python examples/chapter_4/logistic.py [FOLDER]
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid import LinearClassifier, LogisticClassifier
from pellucid.descent import Objective, minimize
from pellucid.errors import SeparationWarning
from pellucid.linear.solvers.likelihood import logistic_objective
from pellucid.losses import sigmoid
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.features import sign_changes
from pellucid.pictures.sigmoids import class_probabilities, sign_and_sigmoid
from pellucid.pictures.surfaces import surfaces

Array = NDArray[np.float64]


def placed(theta: Sequence[float], theta_0: float, threshold: float = 0.5) -> LogisticClassifier:
    """The logistic classifier of labels −1 and +1 that has these parameters."""
    d = len(theta)
    h = LogisticClassifier(lam=1.0, threshold=threshold)
    h.fit(np.vstack([np.zeros(d), np.ones(d)]), [-1, 1])
    h.coef_, h.intercept_ = np.array([theta], dtype=float), np.array([theta_0], dtype=float)
    return h


def cloud(n: int, seed: int) -> Array:
    return 1.4 * np.random.default_rng(seed).normal(size=(n, 2))


def the_sign_is_flat_and_sigma_is_not() -> Figure:
    """The 0-1 objective has gradient 0, and descent stays; through σ every slope says where to go.

    4.3.2-sign-figure
    """
    X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([-1, -1, 1, 1])
    h = LinearClassifier(fit_intercept=False).fit(X, y)

    def wrong(theta: Array) -> float:
        h.coef_ = theta[None, :]
        return float((h.predict(X) != y).mean())

    def smooth(theta: Array) -> float:
        return logistic_objective(theta[:, None], 0.0, X.T, (y[None, :] + 1) / 2, 0.0)[0]

    start = np.array([-0.5])
    flat, sloped = Objective(wrong), Objective(smooth)
    assert wrong(start) == 1.0
    assert not flat.gradient_at(start).any()
    assert minimize(flat, start, step_size=1.0).theta == start  # it did not move
    assert wrong(minimize(sloped, start, step_size=1.0).theta) == 0.0
    u = np.linspace(-6, 6, 101)
    assert (np.diff(sigmoid(u)) > 0).all()
    assert np.abs(2 * sigmoid(50 * u[u != 0]) - 1 - np.sign(u[u != 0])).max() < 0.01
    return sign_and_sigmoid()


def one_half_at_zero() -> Figure:
    """σ lies in (0, 1) with σ(0) = 0.5: above is +1, below −1.

    4.3.3-sigmoid-figure
    """
    h = placed([1.0], 0.0)
    x = np.linspace(-6, 6, 121)[:, None]
    g = h.predict_proba(x)
    np.testing.assert_allclose(g.sum(axis=1), 1)
    assert ((g > 0) & (g < 1)).all()
    assert h.predict_proba([[0.0]])[0, 1] == 0.5
    assert ((h.predict(x) == 1) == (g[:, 1] > 0.5)).all()
    return class_probabilities({"σ(x)": h}, marked=True)


def a_stricter_threshold_moves_the_cut() -> Figure:
    """A threshold of 0.9 answers +1 less often than 0.5: the cut moves from u = 0 to u = 2.197.

    4.3.6-threshold-figure
    """
    even, strict = placed([1.0], 0.0), placed([1.0], 0.0, threshold=0.9)
    x = np.linspace(-6, 6, 601)[:, None]
    assert (strict.predict(x) == 1).sum() < (even.predict(x) == 1).sum()
    (cut,) = sign_changes(strict.decision_function, -6, 6)
    assert abs(cut - np.log(9)) < 1e-4
    at = [[float(np.log(0.6 / 0.4))]]  # where σ = 0.6
    assert (even.predict(at)[0], strict.predict(at)[0]) == (1, -1)
    return class_probabilities({"σ(x)": even}, thresholds=(0.5, 0.9))


def steepness_and_shift() -> Figure:
    """A larger θ is steeper, a larger θ₀ shifts the curve against θ.

    4.3.8-shapes-figure
    """
    shapes = {"u = x": (1.0, 0.0), "u = x + 4": (1.0, 4.0), "u = 4x": (4.0, 0.0),
              "u = 20x": (20.0, 0.0)}  # fmt: skip
    models = {name: placed([theta], theta_0) for name, (theta, theta_0) in shapes.items()}
    plain, shifted, steep, nearly_sign = (
        h.predict_proba([[-4.0], [0.5]])[:, 1] for h in models.values()
    )
    assert plain[1] < steep[1] < nearly_sign[1]
    assert abs(nearly_sign[1] - 0.9999546) < 1e-6
    assert shifted[0] == 0.5  # the middle has moved from 0 to −4
    return class_probabilities(models, reach=8.0)


def a_sigmoid_over_two_inputs() -> Figure:
    """Over two inputs σ is a step along θ alone, and a longer θ makes it steeper.

    4.3.9-sigmoid-surface-figure
    """
    gentle, steep = placed([1.0, -0.5], 0.5), placed([4.0, -2.0], 2.0)
    X = cloud(40, 0)
    along = X + 3.0 * np.array([0.5, 1.0])  # at right angles to θ
    np.testing.assert_allclose(gentle.predict_proba(along), gentle.predict_proba(X))
    sure = [np.abs(h.predict_proba(X)[:, 1] - 0.5) for h in (gentle, steep)]
    assert (sure[1] >= sure[0]).all()
    y = gentle.predict(X)
    assert (steep.predict(X) == y).all()
    return surfaces([("θ = (1, −0.5)", gentle, True), ("θ = (4, −2)", steep, True)], X, y)


def two_classifiers_share_one_line() -> Figure:
    """The plane of scores and the surface of chances give the same boundary at threshold 0.5.

    4.3.10-two-classifiers-figure
    """
    logistic = placed([1.0, -0.5], 0.5)
    linear = LinearClassifier(tries=1).fit([[0.0, 0.0], [1.0, 1.0]], [-1, 1])
    linear.coef_, linear.intercept_ = logistic.coef_, logistic.intercept_
    X = cloud(300, 1)
    assert (linear.predict(X) == logistic.predict(X)).all()
    stricter = placed([1.0, -0.5], 0.5, threshold=0.9)
    assert (linear.predict(X) != stricter.predict(X)).any()  # another threshold, another line
    few = X[:40]
    return surfaces(
        [("linear classifier", linear, False), ("logistic classifier", logistic, True)],
        few, logistic.predict(few), flat=("the line of both", logistic),
    )  # fmt: skip


def lam_softens_the_transition() -> Figure:
    """Without λ separated points make σ ever steeper, sure where no point is near; λ softens it.

    4.3.17-separated-figure
    """
    X, y = np.array([[-5.0], [-4.0], [-3.0], [3.0], [4.0], [5.0]]), np.repeat([-1, 1], 3)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        LogisticClassifier(lam=0.0).fit(X, y)
    assert any(issubclass(each.category, SeparationWarning) for each in told)
    soft = {lam: LogisticClassifier(lam=lam).fit(X, y) for lam in (0.001, 0.01, 0.1)}
    sure = [float(h.predict_proba([[0.5]])[0, 1]) for h in soft.values()]
    assert 1 > sure[0] > sure[1] > sure[2] > 0.5
    steep = placed([20.0], 0.0)
    assert steep.predict_proba([[0.5]])[0, 1] > 0.9999
    models = {"u = 20x": steep, **{f"λ = {lam:g}": h for lam, h in soft.items()}}
    return class_probabilities(models, X, y, probe=0.5)


CLAIMS = (
    the_sign_is_flat_and_sigma_is_not,
    one_half_at_zero,
    a_stricter_threshold_moves_the_cut,
    steepness_and_shift,
    a_sigmoid_over_two_inputs,
    two_classifiers_share_one_line,
    lam_softens_the_transition,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
