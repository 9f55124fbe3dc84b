"""∂L/∂W is Xᵀ ∂L/∂Z whichever way it is multiplied; what is kept stays what it was."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.networks.engine.compiled import compiled, computed_once
from pellucid.networks.engine.precision import computing_in
from pellucid.networks.engine.weight_gradient import by_weights
from pellucid.networks.layers.correlation import by_filter, by_offset, correlate, window_matrix
from pellucid.networks.layers.windows import windows_of

SIZES = st.integers(1, 70)


@given(points=SIZES, m=SIZES, n=st.integers(1, 40), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_each_weight_collects_from_all_points(points: int, m: int, n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    x, dz = random.normal(size=(points, m)), random.normal(size=(points, n))
    np.testing.assert_allclose(by_weights(x, dz), x.T @ dz, rtol=1e-4, atol=1e-4)


def test_it_serves_many_networks_at_once() -> None:
    random = np.random.default_rng(0)
    x, dz = random.normal(size=(3, 40, 20)), random.normal(size=(3, 40, 4))
    with computing_in("float64"):
        found = compiled(jax.vmap(by_weights))(x, dz)
    np.testing.assert_allclose(found, np.swapaxes(x, 1, 2) @ dz)


@given(
    k=st.integers(1, 3), c=st.integers(1, 4), m=st.integers(1, 5), stride=st.integers(1, 2),
    padding=st.integers(0, 2), seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=4, deadline=None)
def test_few_weights_written_out_are_the_product(
    k: int, c: int, m: int, stride: int, padding: int, seed: int
) -> None:
    """At most 16 weights a filter are summed one by one; the windows' matrix gives the same."""
    random = np.random.default_rng(seed)
    x, W = random.normal(size=(2, 6, 5, c)), random.normal(size=(k, k, c, m))
    windows = windows_of(k, stride, padding, dims=2)
    with computing_in("float64"):
        z = np.asarray(correlate(jnp.asarray(x), jnp.asarray(W), windows, fill=0.5))
        P = np.asarray(window_matrix(jnp.asarray(x), windows, 0.5))
        np.testing.assert_allclose(z.reshape(-1, m), P @ W.reshape(-1, m), atol=1e-12)
        dz = jnp.asarray(random.normal(size=z.shape))
        dW = by_filter(jnp.asarray(x), dz, windows, 0.5)
        np.testing.assert_allclose(dW.reshape(-1, m), P.T @ dz.reshape(-1, m), atol=1e-12)
        np.testing.assert_allclose(by_offset(dz), np.asarray(dz).reshape(-1, m).sum(0), atol=1e-12)


def test_what_is_kept_has_a_slope() -> None:
    slope = compiled(jax.grad(lambda x: (computed_once(x * x) * 3).sum()))(jnp.arange(3.0))
    np.testing.assert_allclose(slope, [0, 6, 12])
