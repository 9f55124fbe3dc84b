"""Chapter 5.2.2 and 6.3.12: closeness to points, and the radius, claim by claim, with pictures.

python examples/chapter_5/radial_features.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.pipeline import make_pipeline

from pellucid import LogisticClassifier, RadialBasis, RadiusFeature, Ridge, separate
from pellucid.data import (
    off_centre_ring,
    petals,
    ring_and_disc,
    semicircles,
    two_rings,
    waveform,
)
from pellucid.features.radial_kernel import radial_features
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.features import curves_side_by_side, radial_functions, sign_regions
from pellucid.pictures.style import side_by_side


def closeness_has_its_properties() -> Figure:
    """f is 1 at its point, between 0 and 1, the same both ways; from identity to all ones by β.

    5.2.2-radial-properties
    """
    X = np.random.default_rng(0).normal(size=(30, 2))
    matrices = {beta: RadialBasis(beta=beta).fit_transform(X) for beta in (1e-9, 0.5, 5.0, 1e9)}
    for features in matrices.values():
        assert (np.diag(features) == 1).all()
        assert ((features >= 0) & (features <= 1)).all()
        np.testing.assert_allclose(features, features.T, rtol=1e-9)
    assert (matrices[0.5] > 0).all()
    np.testing.assert_allclose(matrices[1e-9], 1, atol=1e-6)
    assert (matrices[1e9] == np.eye(30)).all()
    with side_by_side(4, (2.8, 3.0)) as (figure, axes):
        for ax, (beta, features) in zip(axes, matrices.items(), strict=True):
            ax.imshow(features, vmin=0, vmax=1, cmap="Blues")
            ax.set_title(f"β = {beta:g}")
            ax.set_xlabel("point p")
            ax.grid(False)
        axes[0].set_ylabel("row x")
        return figure


def beta_is_the_reach() -> Figure:
    """With a large β only near points respond; with a small one a wide neighbourhood does.

    5.2.2-beta-reach
    """
    x = np.linspace(-3, 3, 601)[:, None]
    widths = []
    for beta in (0.3, 1.0, 5.0):
        f = radial_features(x, np.zeros((1, 1)), beta)[:, 0]
        widths.append(float((f > 0.5).mean() * 6))
        assert (np.diff(f[x[:, 0] >= 0]) < 0).all()  # the influence of what is far vanishes
        np.testing.assert_allclose(widths[-1], 2 * np.sqrt(np.log(2) / beta), atol=0.03)
    assert widths[0] > widths[1] > widths[2]
    return radial_functions([0.3, 1.0, 5.0])


def why_the_exponential() -> Figure:
    """Distance grows with separation and 1/u blows up at 0; e^−u is bounded and falls gently.

    5.2.2-why-exponential
    """
    u = np.logspace(-6, 2, 400)
    f = np.exp(-u)
    assert (np.diff(u) > 0).all()  # the wrong direction
    assert (1 / u).max() > 1e5
    assert f.max() < 1
    assert (np.diff(f) <= 0).all()
    near = u < 1
    assert np.abs(np.gradient(f, u))[near].max() <= 1.01  # 1/u falls as steeply as 1/u²
    assert np.abs(np.gradient(1 / u, u))[near].max() > 1e9
    return radial_functions([1.0])


def radial_features_follow_a_curve() -> Figure:
    """A linear regression on closeness to a few points follows the waveform.

    5.2.2-radial-properties
    """
    X, y = waveform(200, noise=0.1)
    new, truth = waveform(500, noise=0.0, seed=1)
    runs = []
    for m in (3, 8, 30):
        h = make_pipeline(RadialBasis(m, beta="tuned"), Ridge(lam=1e-6)).fit(X, y)
        left = float(np.mean((h.predict(new) - truth) ** 2))
        runs.append((f"{m} centres: loss {left:.2g}", h))
    assert left < 0.01
    return curves_side_by_side(runs, X, y)


def radial_features_bend_round_any_shape() -> Figure:
    """With every point a centre, rings, semicircles and petals are all separable.

    5.2.2-beta-reach
    """
    runs = []
    for draw in (off_centre_ring, two_rings, semicircles, petals):
        X, y = draw(200)
        assert separate(X, y).verdict == "not separable"
        basis = RadialBasis(beta=8.0)
        assert separate(basis.fit_transform(X), y).verdict == "separable"
        h = make_pipeline(basis, LogisticClassifier(lam=1e-5)).fit(X, y)
        name = draw.__name__.replace("_", " ")
        runs.append((f"{name}: {h.score(*draw(400, seed=1)):.0%} of new", h, X, y))
        assert h.score(*draw(400, seed=1)) > 0.9
    with side_by_side(4) as (figure, axes):
        for ax, (title, h, X, y) in zip(axes, runs, strict=True):
            sign_regions(h, X, y, ax)
            ax.set_title(title)
        return figure


def the_radius_rescues_the_centred_ring_only() -> Figure:
    """A radius feature parts the ring about the origin, not one elsewhere, nor two rings.

    6.3.12-radius-feature
    """
    verdicts, shown = [], []
    for draw in (ring_and_disc, off_centre_ring, two_rings):
        X, y = draw(300)
        radius = RadiusFeature().fit_transform(X)
        verdicts.append(separate(radius, y).verdict)
        shown.append((draw.__name__.replace("_", " "), X, y))
    assert verdicts == ["separable", "not separable", "not separable"]
    X, y = off_centre_ring(300)
    assert separate(RadiusFeature([2.5, 0.0]).fit_transform(X), y).verdict == "separable"
    X, y = ring_and_disc(300)
    h = make_pipeline(RadiusFeature(), LogisticClassifier(lam=1e-4)).fit(X, y)
    assert h.score(*ring_and_disc(300, seed=1)) == 1
    with side_by_side(3) as (figure, axes):
        for ax, (name, X, y) in zip(axes, shown, strict=True):
            h = make_pipeline(RadiusFeature(), LogisticClassifier(lam=1e-4)).fit(X, y)
            sign_regions(h, X, y, ax)
            ax.set_aspect("equal")
            ax.set_title(f"{name}: {h.score(X, y):.0%} right")
        return figure


CLAIMS = (
    closeness_has_its_properties,
    beta_is_the_reach,
    why_the_exponential,
    radial_features_follow_a_curve,
    radial_features_bend_round_any_shape,
    the_radius_rescues_the_centred_ring_only,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
