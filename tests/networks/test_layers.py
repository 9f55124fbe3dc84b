"""Every layer: hand-written backward = jax.grad = central differences, in 64 bits."""

from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layers import LAYERS, training

from pellucid.errors import ShapeError
from pellucid.networks import (
    AveragePool,
    BatchNorm,
    Convolution,
    Dropout,
    Layer,
    MaxBlurPool,
    MaxPool,
    Mode,
    computing_in,
)
from pellucid.networks.layers import correlation, device_correlation
from pellucid.storage.object_packing import pack, unpack

every = pytest.mark.parametrize("name", LAYERS)
POINTS = 3


def shaken(tree: Any, seed: int) -> Any:
    """Random numbers in the shape of a tree, so that no offset is 0 and no scale 1."""
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda leaf: rng.normal(size=leaf.shape).astype(leaf.dtype), tree)


def drawn(layer: Layer, in_shape: tuple[int, ...]) -> Any:
    """What `init` would draw: kinds and shapes only."""
    return jax.eval_shape(lambda key: layer.init(key, in_shape, "float64")[0], jax.random.key(0))


def agree(layer: Layer, in_shape: tuple[int, ...], mode: Mode, seed: int = 0) -> None:
    """Backward against `jax.grad` in every entry, and against differences along a direction."""
    rng = np.random.default_rng(seed)
    params = shaken(drawn(layer, in_shape), seed)
    x = rng.normal(size=(POINTS, *in_shape))
    shape = layer.shapes(in_shape)[1]
    weigh = rng.normal(size=(POINTS, *shape))

    def total(params: Any, x: Any) -> Any:
        return (layer.forward(params, x, mode)[0] * weigh).sum()

    @jax.jit  # one program of both, which is sooner compiled than one of each
    def by_hand_and_by_jax(params: Any, x: Any) -> Any:
        y, backward = layer.forward(params, x, mode)
        return y, backward(weigh), jax.grad(total, (0, 1))(params, x)

    y, (dx, own), oracle = by_hand_and_by_jax(params, x)
    assert y.shape == (POINTS, *shape)
    assert dx.dtype == y.dtype == jnp.float64
    assert jax.tree.structure(own) == jax.tree.structure(params)
    for ours, theirs in zip(jax.tree.leaves((own, dx)), jax.tree.leaves(oracle), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)

    way, h = shaken((params, x), seed + 1), 1e-6
    moved = [jax.tree.map(lambda a, b, s=s: a + s * h * b, (params, x), way) for s in (1, -1)]
    high, low = ((np.asarray(by_hand_and_by_jax(*at)[0]) * weigh).sum() for at in moved)
    slope = sum(
        float((np.asarray(a) * b).sum())
        for a, b in zip(jax.tree.leaves((own, dx)), jax.tree.leaves(way), strict=True)
    )
    assert (high - low) / (2 * h) == pytest.approx(slope, rel=1e-5, abs=1e-6)


@every
def test_backward_is_the_derivative_of_forward(name: str) -> None:
    """While training: 7.5.12-slopes-match, 7.5.10-differences-agree, 7.8.4.6-differences-agree,
    9.4.5-differences-agree, 9.4.5-input-derivative, 7.8.4.7-scale-shift-gradients.
    """
    layer, in_shape = LAYERS[name]
    with computing_in("float64"):
        agree(layer, in_shape, training(layer, in_shape, "float64"))


@pytest.mark.parametrize(
    "name", [n for n in LAYERS if LAYERS[n][0].stateful or "dropout" in n or "noise" in n]
)
def test_backward_is_the_derivative_of_forward_in_prediction(name: str) -> None:
    layer, in_shape = LAYERS[name]
    with computing_in("float64"):
        mode = training(layer, in_shape, "float64")
        params = shaken(drawn(layer, in_shape), 1)
        x = jnp.asarray(np.random.default_rng(0).normal(size=(POINTS, *in_shape)))
        state = layer.remember(params, x, mode) if layer.stateful else {}
        agree(layer, in_shape, Mode(state=state))


@every
def test_a_layer_says_its_shapes_and_keeps_them(name: str) -> None:
    """`shapes` tells what `init` draws and `forward` gives; a layer is plain data for a file."""
    layer, in_shape = LAYERS[name]
    params, out = layer.init(jax.random.key(0), in_shape)
    told, shape = layer.shapes(in_shape)
    assert shape == out
    assert jax.tree.map(jnp.shape, params) == told
    assert {str(leaf.dtype) for leaf in jax.tree.leaves(params)} <= {"float32"}

    def there_and_back(params: Any, x: Any) -> Any:
        y, backward = layer.forward(params, x, training(layer, in_shape, "float32"))
        return y, backward(y)

    x = jnp.ones((2, *in_shape), jnp.float32)
    y, (dx, own) = jax.eval_shape(there_and_back, params, x)
    assert (y.shape, y.dtype) == ((2, *out), jnp.float32)
    assert (dx.shape, dx.dtype) == (x.shape, jnp.float32)
    assert jax.tree.map(jnp.shape, own) == told
    arrays: dict[str, Any] = {}
    again = unpack(json.loads(json.dumps(pack(layer, arrays))), arrays)
    assert again == layer
    assert not arrays
    assert hash(again) == hash(layer)


@st.composite
def sliding(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[int, ...]]:
    """Sizes, strides, paddings and dilations over one or two axes, and a shape they fit or not."""
    dims = draw(st.integers(1, 2))
    each = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(dims))  # noqa: E731
    how = {"size": each(1, 3), "stride": each(1, 3), "padding": each(0, 2)}
    return how, (*each(1, 6), draw(st.integers(1, 2)))


@settings(max_examples=5, deadline=None)
@given(sliding(), st.integers(1, 2), st.booleans(), st.integers(0, 99))
def test_convolution_of_any_shape(how: Any, dilation: int, flip: bool, seed: int) -> None:
    """9.4.5-differences-agree over odd and even sizes, strides, paddings and masks."""
    settings_, in_shape = how
    rng = np.random.default_rng(seed)
    mask = rng.random((*settings_["size"], in_shape[-1], 2)) < 0.8
    layer = Convolution(2, **settings_, dilation=dilation, flip=flip, mask=mask, fill=0.3)
    try:
        layer.shapes(in_shape)
    except ShapeError:
        assume(False)
    with computing_in("float64"):
        agree(layer, in_shape, Mode(), seed)


@settings(max_examples=4, deadline=None)
@given(sliding(), st.sampled_from([MaxPool, AveragePool, MaxBlurPool]), st.integers(0, 99))
def test_pooling_of_any_shape(how: Any, kind: Any, seed: int) -> None:
    """9.4.6-max-pool-derivative: overlapping fields accumulate."""
    settings_, in_shape = how
    small = tuple(min(p, k // 2) for p, k in zip(how[0]["padding"], how[0]["size"], strict=True))
    layer = kind(settings_["size"], settings_["stride"], small)
    try:
        layer.shapes(in_shape)
    except ShapeError:
        assume(False)
    with computing_in("float64"):
        agree(layer, in_shape, Mode(), seed)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [n for n in LAYERS if n.startswith("convolution") and "masked" not in n]
)
def test_the_operation_of_graphics_processors_gives_the_same(name: str) -> None:
    """Forward and both derivatives, run here: `device_correlation` is chosen where it is faster."""
    layer, in_shape = LAYERS[name]
    assert isinstance(layer, Convolution)
    windows, rng = layer.windows(len(in_shape) - 1), np.random.default_rng(0)
    with computing_in("float64"):
        x = jnp.asarray(rng.normal(size=(POINTS, *in_shape)))
        W = jnp.asarray(rng.normal(size=layer.shapes(in_shape)[0]["W"]))
        z = correlation.correlate(x, W, windows, layer.fill)
        dz = jnp.asarray(rng.normal(size=z.shape))
        for ours, theirs in (
            (z, device_correlation.correlate(x, W, windows, layer.fill)),
            (
                correlation.by_filter(x, dz, windows, layer.fill),
                device_correlation.by_filter(x, dz, windows, layer.fill),
            ),
            (
                correlation.by_input(dz, W, windows, in_shape[:-1]),
                device_correlation.by_input(dz, W, windows, in_shape[:-1]),
            ),
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-11)


def test_the_operation_of_graphics_processors_is_a_sum_over_windows_and_its_adjoints() -> None:
    """KE 399, KE 452: by hand in each window; a derivative gives back what the sum took in."""
    layer = Convolution(2, (2, 3), stride=(2, 3), padding=(1, 0), dilation=(2, 1))
    rng, windows = np.random.default_rng(0), layer.windows(2)
    with computing_in("float64"):
        x, W = rng.normal(size=(2, 6, 11, 3)), rng.normal(size=(2, 3, 3, 2))
        z = np.asarray(device_correlation.correlate(x, W, windows))
        padded = np.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0)))
        for i, j in np.ndindex(3, 3):
            seen = padded[:, 2 * i : 2 * i + 3 : 2, 3 * j : 3 * j + 3]
            np.testing.assert_allclose(z[:, i, j], np.tensordot(seen, W, 3), rtol=1e-12)
        assert z.shape == (2, 3, 3, 2)
        dz = rng.normal(size=z.shape)
        by_filter = device_correlation.by_filter(x, dz, windows)
        by_input = device_correlation.by_input(dz, W, windows, x.shape[1:3])
        assert (by_filter.shape, by_input.shape) == (W.shape, x.shape)
        for w in (W, rng.normal(size=W.shape)):
            taken = np.vdot(dz, device_correlation.correlate(x, w, windows))
            assert np.vdot(by_filter, w) == pytest.approx(taken)
        for other in (x, rng.normal(size=x.shape)):
            taken = np.vdot(dz, device_correlation.correlate(other, W, windows))
            assert np.vdot(by_input, other) == pytest.approx(taken)


def test_weighted_points_in_batch_statistics_are_repeated_points() -> None:
    """Weight 2 is a point twice, weight 0 a point that is not there."""
    rng = np.random.default_rng(0)
    with computing_in("float64"):
        layer, x, dy = BatchNorm(), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        params = {"G": rng.normal(size=3), "B": rng.normal(size=3)}
        weights = np.array([1.0, 2.0, 0.0, 1.0])
        rows = np.array([0, 1, 1, 3])
        state = layer.init_state((3,), "float64")

        @jax.jit  # sooner compiled than its operations one by one
        def both_ways(x: Any, dy: Any, weights: Any) -> Any:
            mode = Mode(True, None, state, weights)
            y, backward = layer.forward(params, x, mode)
            return y, backward(dy), layer.remember(params, x, mode)

        # Of a sum over points each derivative counts as often as the point.
        y, (dx, own), remembered = jax.device_get(both_ways(x, dy * weights[:, None], weights))
        twice, (dx_twice, own_twice), expected = jax.device_get(both_ways(x[rows], dy[rows], None))
        np.testing.assert_allclose(y[rows], twice, rtol=1e-12)
        np.testing.assert_allclose(own["G"], own_twice["G"], rtol=1e-12)
        np.testing.assert_allclose(dx[1], dx_twice[1] + dx_twice[2], rtol=1e-10)
        np.testing.assert_allclose(dx[2], 0, atol=1e-15)
        for key in expected:
            np.testing.assert_allclose(remembered[key], expected[key], rtol=1e-12)


@pytest.mark.parametrize("inverted", [False, True])
def test_dropout_keeps_the_mean_activation(inverted: bool) -> None:
    """7.8.2-mean-activation: p = 0.2, a = 3: the mean is 2.4 = (1 − p) a, not p a = 0.6; inverted
    it stays 3. In prediction nothing is drawn and the same mean comes out.
    """
    layer, a = Dropout(0.2, inverted=inverted), jnp.full((200, 500), 3.0)
    expected = 3.0 if inverted else 2.4
    y, backward = layer.forward({}, a, Mode(True, jax.random.key(0)))
    assert float(y.mean()) == pytest.approx(expected, rel=5e-3)
    assert float((y == 0).mean()) == pytest.approx(0.2, rel=2e-2)
    # What was off gets no training.
    assert bool(jnp.all((backward(jnp.ones_like(a))[0] == 0) == (y == 0)))
    np.testing.assert_allclose(layer.forward({}, a, Mode())[0], expected, rtol=1e-6)
