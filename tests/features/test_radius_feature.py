"""`RadiusFeature`: the length from a centre; it parts the ring about that centre alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from pellucid import LogisticClassifier, RadiusFeature, separate
from pellucid.data import off_centre_ring, ring_and_disc, two_rings
from pellucid.errors import HyperparameterError, ShapeError

X = np.random.default_rng(0).normal(size=(40, 3))


@pytest.mark.parametrize("centre", ["origin", "mean", [1.0, -2.0, 0.5]])
@pytest.mark.parametrize("squared", [False, True])
def test_is_the_length_from_the_centre(centre: Any, squared: bool) -> None:
    feature = RadiusFeature(centre, squared=squared).fit(X)
    about = {"origin": np.zeros(3), "mean": X.mean(axis=0)}.get(str(centre), centre)
    length = np.linalg.norm(X - about, axis=1)
    wanted = length**2 if squared else length
    np.testing.assert_allclose(feature.transform(X)[:, 0], wanted, rtol=1e-14)


def test_inputs_stand_before_the_radius_and_come_back() -> None:
    feature = RadiusFeature(keep_inputs=True, squared=True).fit(X)
    assert feature.get_feature_names_out(["a", "b", "c"]).tolist() == ["a", "b", "c", "radius²"]
    assert (feature.inverse_transform(feature.transform(X)) == X).all()
    with pytest.raises(ShapeError, match="There are 4 features"):
        feature.inverse_transform(X)
    assert not hasattr(RadiusFeature(), "inverse_transform")
    assert RadiusFeature().fit(X).get_feature_names_out().tolist() == ["radius"]


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e160, 1e300])
def test_squares_that_overflow_or_vanish_do_not_spoil_the_length(scale: float) -> None:
    np.testing.assert_allclose(
        RadiusFeature().fit_transform(X * scale), RadiusFeature().fit_transform(X) * scale
    )
    if scale > 1e155:
        with pytest.raises(HyperparameterError, match="radius of row 0 is beyond"):
            RadiusFeature(squared=True).fit_transform(X * scale)


def test_a_centre_of_another_size_or_kind_is_refused() -> None:
    with pytest.raises(ShapeError, match="centre has 2 entries; X has 3 columns"):
        RadiusFeature([0.0, 0.0]).fit(X)
    for wrong in ("middle", [np.nan, 0.0, 0.0], [[0.0]]):
        with pytest.raises(HyperparameterError, match="centre must be"):
            RadiusFeature(wrong).fit(X)


def test_it_rescues_the_centred_ring_only() -> None:
    """§6.3.12: certified, by a separating threshold or a proof that there is none."""
    verdicts = {}
    for draw in (ring_and_disc, off_centre_ring, two_rings):
        rows, group = draw()
        verdicts[draw] = separate(RadiusFeature().fit_transform(rows), group).verdict
    assert verdicts == {
        ring_and_disc: "separable",
        off_centre_ring: "not separable",
        two_rings: "not separable",
    }
    rows, group = off_centre_ring()
    about = RadiusFeature([2.5, 0.0]).fit_transform(rows)
    assert separate(about, group).verdict == "separable"
    rows, group = ring_and_disc()
    model = make_pipeline(RadiusFeature(), LogisticClassifier(lam=1e-4)).fit(rows, group)
    assert model.score(*ring_and_disc(seed=1)) == 1
