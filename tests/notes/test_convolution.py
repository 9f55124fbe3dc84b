"""Chapter 9: the worked examples about filters, pooling and their derivatives."""

from __future__ import annotations

from itertools import product
from math import ceil, floor, prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.errors import HyperparameterError, NetworkWarning, ShapeError
from pellucid.networks import (
    Convolution,
    Dense,
    Flatten,
    MaxBlurPool,
    MaxPool,
    Mode,
    Network,
    ReLU,
    as_matrix,
    backward_pass,
    brightness_marks,
    compose_filters,
    computing_in,
    coverage,
    filter_bank,
    filtered,
    is_palindromic,
    match_score,
    tensor_filter,
    window,
)
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.layers.flatten import flattened, unflattened
from pellucid.networks.layers.windows import windows_of
from pellucid.networks.output_losses import OUTPUT_LOSSES
from pellucid.networks.passes.local_derivatives import (
    by_pre_activation,
    by_weights_of_filter,
    maximum_by_one,
    of_maximum,
)
from pellucid.networks.summary import fully_connected_count, parameter_count

SIGNAL = [+1, +1, -1, -1, -1, +1, -1, +1, +1, +1]
SPOT = [+1, -1, +1]
CROSS = np.array([[-1, 1, -1], [1, 1, 1], [-1, 1, -1]])
FOUR = np.array([[1.0, 3, -9, -22], [44, -10, -11, -1], [0, 10, 4, -3], [11, 9, 321, 99]])


def both_ways(layer: Any, params: Any, x: Any, by_output: Any) -> Any:
    """The output, and the derivatives by input and parameters: NumPy's, of one compiled program."""

    @jax.jit
    def run(params: Any, x: Any, by_output: Any) -> Any:
        y, backward = layer.forward(params, x, Mode())
        return y, backward(jnp.broadcast_to(by_output, y.shape))

    return jax.device_get(run(params, x, by_output))


def pooled(M: Any, **how: Any) -> Any:
    y, (dx, _) = both_ways(MaxPool(2, **how), {}, M[None, ..., None], np.float32(1))
    return y[0, ..., 0], dx[0, ..., 0]


def test_flattening() -> None:
    """9.0.3-cross (eq 9.1), 9.0.3-letters, 9.0.3-flatten."""
    image = np.array([[255, 0, 255], [0, 0, 0], [255, 0, 255]])
    assert flattened(image).tolist() == [255, 0, 255, 0, 0, 0, 255, 0, 255]
    letters = np.array([["a", "b"], ["c", "d"]])
    assert flattened(letters).tolist() == ["a", "c", "b", "d"]
    numbers = np.array([[1, 2], [3, 4]])
    assert flattened(numbers).tolist() == [1, 3, 2, 4]
    assert flattened(numbers, "row").tolist() == [1, 2, 3, 4]
    for order in ("row", "column"):
        again = unflattened(flattened(letters, order), (2, 2), order)
        assert again.tolist() == letters.tolist()
        layer, _ = Flatten(order).forward({}, numbers[None], Mode())
        assert np.asarray(layer)[0].tolist() == flattened(numbers, order).tolist()


def test_brightness_as_marks() -> None:
    """9.0.3-brightness: 0 → +1, 255 → −1."""
    assert brightness_marks([[0, 255]]).tolist() == [[1, -1]]
    with pytest.raises(ShapeError, match="from 0 to 255; here from -1 to 300"):
        brightness_marks([-1, 300])


def test_the_worked_signal() -> None:
    """9.1.4-worked-signal (eq 9.2–9.4), 9.1.2-window, 9.1.3-match-score, 9.1.5-output-index,
    9.1.5-convolution.
    """
    assert match_score(window(SIGNAL, 0, 3), SPOT) == -1
    y = filtered(signal=SIGNAL, filter=SPOT)
    assert y.tolist() == [-1, 1, -1, 1, -3, 3, -1, 1]
    assert int(y.argmax()) + 1 == 6  # five shifts, sixth output
    assert window(SIGNAL, 5, 3).tolist() == [1, -1, 1]
    # 9.1.20-worked-signal-strided, 9.1.7-worked-signal-padded
    assert filtered(signal=SIGNAL, filter=SPOT, stride=2).tolist() == [-1, -1, -3, -1]
    padded = filtered(signal=SIGNAL, filter=SPOT, padding=1)
    assert padded.tolist() == [0, -1, 1, -1, 1, -3, 3, -1, 1, 0]


def test_the_last_window() -> None:
    """9.1.4-last-window (eq 9.5–9.6): the last has +1, one further has no data."""
    assert match_score(window(SIGNAL, 7, 3), SPOT) == 1
    with pytest.raises(ShapeError, match="reaches beyond"):
        window(SIGNAL, 8, 3)


def test_centred_windows() -> None:
    """9.1.5-centred: i is the middle, for odd k the end is i + ⌊k/2⌋ included."""
    for i in range(1, 9):
        assert window(SIGNAL, i, 3, centred=True).tolist() == window(SIGNAL, i - 1, 3).tolist()


def test_flipping() -> None:
    """9.1.5-flip, 9.1.5-flip-differs: as NumPy convolves; the same where it reads both ways."""
    rng = np.random.default_rng(0)
    x, f = rng.normal(size=9), rng.normal(size=4)
    np.testing.assert_allclose(
        filtered(signal=x, filter=f, flip=True), np.convolve(x, f, "valid"), atol=1e-13
    )
    assert is_palindromic(SPOT)
    same = filtered(signal=SIGNAL, filter=SPOT, flip=True)
    assert same.tolist() == filtered(signal=SIGNAL, filter=SPOT).tolist()
    assert not is_palindromic(f)


def test_output_lengths() -> None:
    """9.1.6-ten-and-three, 9.1.6-output-length, 9.1.20-five-by-two, 9.1.21-output-size."""
    assert windows_of(3).count((10,)) == (8,)
    assert windows_of(1, 2).count((5,)) == (3,)


def test_forms_of_the_output_size_agree() -> None:
    """9.1.21-forms-agree: ceiling form, floor form and counted windows (KE 432)."""
    for n, k, p, s in product(range(1, 14), range(1, 6), range(3), range(1, 5)):
        if n + 2 * p < k:
            continue
        counted = len(range(0, n + 2 * p - k + 1, s))
        assert windows_of(k, s, p).count((n,)) == (counted,)
        assert counted == ceil((n - (k - 1) + 2 * p) / s) == floor((n - k + 2 * p) / s + 1)


def test_output_sizes_of_images() -> None:
    """9.1.21-sixty-four (63, not 61), 9.1.21-pooled-sixty-four, 9.1.19-shapes."""
    assert Convolution(1, 2, stride=2).shapes((64, 64, 3)) == (
        {"W": (2, 2, 3, 1), "W0": (1,)}, (32, 32, 1),
    )  # fmt: skip
    assert MaxPool(2).shapes((64, 64, 3))[1] == (32, 32, 3)


def test_a_filter_too_large_is_refused() -> None:
    """9.1.21-filter-too-large."""
    with pytest.raises(ShapeError, match="covers 5 entries does not fit into 4 along axis 1"):
        Convolution(1, 5).shapes((4, 4, 1))


def test_padding() -> None:
    """9.1.7-two-zeros (eq 9.7), 9.1.7-padding, 9.1.7-same-with-even-filter."""
    pieces = windows_of(1, 1, 2).cut(np.array([1.0, 2, 3, 4]).reshape(1, 4, 1))
    assert np.asarray(pieces[0]).ravel().tolist() == [0, 0, 1, 2, 3, 4, 0, 0]
    assert filtered(signal=SIGNAL, filter=SPOT, padding="same").shape == (10,)
    filled = filtered(signal=[1.0], filter=[1.0], padding=1, fill=-7)
    assert filled.tolist() == [-7, 1, -7]
    with pytest.raises(HyperparameterError, match="k must be odd; it is 4"):
        Convolution(1, 4, padding="same").shapes((9, 1))


def test_matrix_dot() -> None:
    """9.1.8-cross-window (eq 9.8–9.10), 9.1.8-matrix-dot, 9.1.10-tensor-dot."""
    piece = np.array([[1, -1, -1], [1, 1, -1], [1, -1, -1]])
    assert (CROSS * piece).sum(axis=0).tolist() == [-1, -1, 1]
    assert match_score(piece, CROSS) == -1
    assert match_score(CROSS, CROSS) == 9
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(2, 2, 3, 4))
    assert match_score(A, B) == pytest.approx(np.einsum("ijk,ijk", A, B))
    with pytest.raises(ShapeError, match="window is 3 and the filter 2"):
        match_score([1, 2, 3], [1, 2])


def test_an_image_window_by_window() -> None:
    """9.1.9-convolution-2d: the double loop, on sizes that differ by axis."""
    rng = np.random.default_rng(0)
    x, f = rng.normal(size=(6, 7)), rng.normal(size=(3, 2))
    y = filtered(signal=x, filter=f, stride=(2, 1))
    for i, j in np.ndindex(y.shape):
        assert y[i, j] == pytest.approx(match_score(window(x, (2 * i, j), (3, 2)), f))


def test_banks_and_tensor_filters_are_told_apart() -> None:
    """9.1.11-filter-bank, 9.1.11-bank-or-tensor, 9.1.13-tensor-filters, 9.1.13-channels-must-match,
    9.1.15-colour.
    """
    bank = filter_bank(CROSS, -CROSS)
    assert bank.shape == (3, 3, 1, 2)
    image = np.random.default_rng(0).normal(size=(1, 5, 5, 1))
    layer = Convolution(2, 3, offset=False)
    maps = np.asarray(layer.forward({"W": bank}, image, Mode())[0])
    np.testing.assert_allclose(maps[..., 0], -maps[..., 1], atol=1e-6)
    alone = filtered(signal=image[0, ..., 0], filter=CROSS)
    np.testing.assert_allclose(maps[0, ..., 0], alone, rtol=1e-5, atol=1e-5)
    rgb = np.random.default_rng(1).normal(size=(1, 5, 5, 3))
    W = tensor_filter(np.ones((3, 3, 3)))
    summed = np.asarray(Convolution(1, 3, offset=False).forward({"W": W}, rgb, Mode())[0])
    by_hand = filtered(signal=rgb[0].sum(axis=-1), filter=np.ones((3, 3)))
    np.testing.assert_allclose(summed[0, ..., 0], by_hand, rtol=1e-5)
    with pytest.raises(ShapeError, match=r"3×3×3×2 .*mask is 3×3×1×2"):
        Convolution(2, 3, mask=np.ones((3, 3, 1, 2))).shapes((5, 5, 3))


def test_parameter_counts() -> None:
    """9.1.16-parameter-count, 9.1.18-parameters-compared, 9.0.2-parameter-counts, 9.3-shape-table.

    One 3×3 filter has 10 parameters, full connection of 5×5 to 5×5 has 650.
    """
    one, _ = Convolution(1, 3).shapes((5, 5, 1))
    assert parameter_count(one) == 3**2 + 1 == 10
    assert Convolution(1, 3, padding=1).shapes((5, 5, 1))[1] == (5, 5, 1)
    assert fully_connected_count((5, 5), (5, 5)) == 650
    many, _ = Convolution(8, 3).shapes((28, 28, 4))
    assert parameter_count(many) == 8 * (9 * 4 + 1)
    net = Network([Convolution(2, 3), ReLU(), Flatten(), Dense(1)], in_shape=(5, 5, 1))
    table = net.summary()
    assert table.parameters == 20 + 19
    assert [row.parameters for row in table.rows] == [0, 20, 0, 0, 19]
    assert "3×3×2" in str(table)
    assert "<table" in table._repr_html_()
    assert table.as_rich().row_count == 5


def test_masked_layers() -> None:
    """9.0.1-fully-connected-check, 9.0.2-masked-layer, 7.2.7-mask-breaks-full."""
    links = np.array([[1, 0], [1, 1]])
    layer = Dense(2, mask=links)
    assert not layer.is_fully_connected()
    assert Dense(2, mask=np.ones((2, 2))).is_fully_connected()
    full = {"W": np.ones((2, 2)), "W0": np.zeros(2)}
    z, backward = layer.forward(full, np.array([[5.0, 1.0]]), Mode())
    assert z.tolist() == [[6, 1]]
    assert (np.asarray(backward(np.ones((1, 2)))[1]["W"]) == 0).tolist() == (links == 0).tolist()
    drawn, _ = layer.init(jax.random.key(0), (2,))
    assert float(drawn["W"][0, 1]) == 0


def test_filters_in_series_are_one_filter() -> None:
    """9.1.14-collapse: [1,2] then [3,4] equal [3,10,8]; over channels and axes too."""
    assert compose_filters([1, 2], [3, 4]).tolist() == [3, 10, 8]
    rng = np.random.default_rng(0)
    F, S = rng.normal(size=(2, 3, 2, 4)), rng.normal(size=(3, 2, 4, 3))
    x = rng.normal(size=(2, 6, 7, 2))
    first, second = (Convolution(W.shape[-1], W.shape[:2], offset=False) for W in (F, S))
    with computing_in("float64"):

        @jax.jit
        def both(x: Any) -> Any:
            return second.forward({"W": S}, first.forward({"W": F}, x, Mode())[0], Mode())[0]

        twice, W = both(x), compose_filters(F, S)
        once, _ = Convolution(3, W.shape[:2], offset=False).forward({"W": W}, x, Mode())
        np.testing.assert_allclose(once, twice, rtol=1e-10, atol=1e-12)
    with pytest.raises(ShapeError, match=r"gives 4 channels, but the second .* takes 2"):
        compose_filters(F, F)


@pytest.mark.parametrize(
    "layer",
    [Convolution(2, 3, 2, 1), Convolution(2, 2, dilation=2, flip=True, offset=False)],
    ids=["stride and padding", "dilated and flipped"],
)
def test_convolution_is_a_matrix(layer: Convolution) -> None:
    """9.1.14-as-matrix: vec(Z) = Mᵀ vec(X), and M is ∂Z/∂X (9.4.5-input-derivative)."""
    rng = np.random.default_rng(0)
    shapes, out = layer.shapes((5, 4, 2))
    with computing_in("float64"):
        params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        M = as_matrix(layer, params, (5, 4, 2))
        assert M.shape == (40, prod(out))
        x = rng.normal(size=(1, 5, 4, 2))
        d = rng.normal(size=(1, *out))
        z, (dx, _) = both_ways(layer, params, x, d)
        offset = np.broadcast_to(params.get("W0", 0), out).ravel()
        np.testing.assert_allclose(M.T @ x.ravel() + offset, np.ravel(z), atol=1e-12)
        np.testing.assert_allclose(np.ravel(dx), M @ d.ravel(), atol=1e-12)


def test_max_pool_of_four_by_four() -> None:
    """9.2.2-four-by-four (eq 9.12), 9.4.6-pooled-ones, 9.2.2-max-pool, 9.2.5-functional-layer."""
    assert MaxPool(2).shapes((4, 4, 1))[0] == {}
    y, back = pooled(FOUR)
    assert y.tolist() == [[44, -1], [11, 321]]
    assert back.tolist() == [[0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 1, 0]]
    dense, sums = pooled(FOUR, stride=1)
    assert dense.tolist() == [[44, 3, -1], [44, 10, 4], [11, 321, 321]]
    assert sums.sum() == 9  # overlapping fields accumulate
    assert sums[1, 0] == sums[3, 2] == 2


def test_a_tie_goes_to_the_first_unless_all_are_asked_for() -> None:
    """9.4.6-two-elements (eq 9.33), 9.4.6-max-pool-derivative: tiles and slices alike."""
    flat = np.full((2, 4), 7.0)
    for stride in (2, 1):
        y, back = pooled(flat, stride=stride)
        assert (y == 7).all()
        assert back.sum() == y.size
    assert pooled(flat)[1].tolist() == [[1, 0, 1, 0], [0, 0, 0, 0]]
    assert pooled(flat, ties="all")[1].tolist() == np.ones((2, 4)).tolist()
    assert of_maximum([3, 3]).ravel().tolist() == [1, 0]
    assert of_maximum([3, 3], "all").ravel().tolist() == [1, 1]
    for second in (999, 2):
        assert of_maximum([1000, second]).ravel().tolist() == [1, 0]


def test_the_fourth_of_six_is_largest() -> None:
    """9.4.6-fourth-largest (eq 9.35)."""
    assert of_maximum([1, 0, 3, 8, 2, 5]).ravel().tolist() == [0, 0, 0, 1, 0, 0]


def test_maximum_as_a_shifted_relu() -> None:
    """9.4.7-step-at-runner-up: M + ReLU(a − M), whose slope steps at the runner-up."""
    a = np.array([1.0, 6.0, 4.0])
    f, runner_up = maximum_by_one(a, 2)
    assert runner_up == 6
    for own in (-3.0, 5.9, 6.1, 9.0):
        assert f(own) == max(1.0, 6.0, own)
        moved = np.array([1.0, 6.0, own])
        assert of_maximum(moved)[2, 0] == (own > runner_up)


def test_a_stride_above_the_size_skips_inputs() -> None:
    """9.2.3-skipped-input, 9.2.3-stride-too-large (KE 438)."""
    assert coverage((7,), 2, 3).tolist() == [1, 1, 0, 1, 1, 0, 0]
    with pytest.warns(NetworkWarning, match="never looked at"):
        Network([MaxPool(2, 3), Flatten(), Dense(1)], in_shape=(7, 1))


def test_coverage_is_lower_at_the_edges() -> None:
    """9.1.18-edges-imperfect: 1, 2, 3, 2, 1 of a 3×3 filter on 5×5, as an outer product."""
    row = [1, 2, 3, 2, 1]
    assert coverage((5, 5), 3).tolist() == np.outer(row, row).tolist()


def test_max_blur_pool_forgets_less_of_where_a_pattern_lay() -> None:
    """9.2.6-blur-pool, 9.2.6-shift-changes."""
    signal = np.zeros(10)
    signal[4:6] = 1.0  # two black pixels side by side
    found = {}
    for kind in (MaxPool(2), MaxBlurPool(2)):
        moved = (np.roll(signal, s).reshape(1, 10, 1) for s in (0, 1))
        found[type(kind)] = [float(kind.forward({}, x, Mode())[0].sum()) for x in moved]
    assert found[MaxPool] == [1, 2]  # one of the two is lost, depending on where they lie
    assert found[MaxBlurPool] == [1.5, 1.5]


def test_positive_though_different() -> None:
    """9.2.4-positive-but-different (eq 9.13), 9.2.4-threshold, 9.2.4-score-not-match."""
    assert match_score([1, 1, 1], [1, 1, -1]) == 1
    scores = filtered(signal=SIGNAL, filter=SPOT)
    for b in (-2.5, 0.0, 1.5):
        assert ((scores > -b) == (filtered(signal=SIGNAL, filter=SPOT, offset=b) > 0)).all()


def test_relu_of_four_units() -> None:
    """9.4.4-four-units (eq 9.26), 9.4.4-relu-derivative: 0 at exactly 0."""
    assert np.diag(by_pre_activation(ReLU(), [2, 1, -3, 4])).tolist() == [1, 1, 0, 1]
    assert by_pre_activation(ReLU(), [0.0]).item() == 0


def test_four_weights_on_six_inputs() -> None:
    """9.4.5-four-by-three (eq 9.31): X_{i+j−1}, 4×3, constant along anti-diagonals."""
    X = np.arange(1, 7)
    assert by_weights_of_filter(X, 4).tolist() == [[1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]]


def reference() -> tuple[Network, list[Any]]:
    net = Network(
        [Convolution(1, 3, padding=1, offset=False), ReLU(), Flatten(), Dense(1, offset=False)],
        in_shape=(4, 1),
    )
    W1, W2 = np.array([1.0, -1, 1]).reshape(3, 1, 1), np.array([2.0, -1, 1, 3]).reshape(4, 1)
    return net, [{"W": W1}, {}, {}, {"W": W2}]


def test_the_reference_network() -> None:
    """9.4.1-reference-network, 9.4.1-reference-values (eq 9.14–9.17): every value and gradient."""
    net, params = reference()
    found = backward_pass(net, np.array([1.0, 2, -1, 3]).reshape(4, 1), [4.0], params)
    expected = {
        "Z1": [1, -2, 6, -4], "A1": [1, 0, 6, 0], "Z2": [8], "L": [16], "dL/dW1": [16, 8, 56],
        "dL/dW2": [8, 0, 48, 0], "dL/dA0": [-16, 24, -8, 8],
    }  # fmt: skip
    for name, value in expected.items():
        assert found[name].value.ravel().tolist() == value, name


def test_the_chain_in_input_first_order() -> None:
    """9.4.2-chain-order (eq 9.32), 9.4.3-familiar-factors, 9.4.5-filter-derivative: k×n · n×n ·
    n×1 · 1×1, the matrices of the notes, give what the layers give.
    """
    relu: Elementwise = ReLU()
    X = np.array([0.0, 1, 2, -1, 3, 0])
    W1, W2, y = np.array([1.0, -1, 1]), np.array([[2.0], [-1], [1], [3]]), 4.0
    dZ_dW = by_weights_of_filter(X, 3)
    Z = dZ_dW.T @ W1  # the filter's whole work
    assert Z.tolist() == [1, -2, 6, -4]
    A2 = float((W2.T @ np.maximum(Z, 0)).item())
    dL_dA2 = OUTPUT_LOSSES["square"].slope(np.array([[A2]]), np.array([[y]]))
    assert dL_dA2.item() == 2 * (A2 - y)
    factors = (dZ_dW, by_pre_activation(relu, Z), W2, dL_dA2)
    assert [f.shape for f in factors] == [(3, 4), (4, 4), (4, 1), (1, 1)]
    assert np.linalg.multi_dot(factors).ravel().tolist() == [16, 8, 56]


def test_a_layer_of_filters_shares_its_weights() -> None:
    """9.1.16-convolutional-layer, 9.1.18-weight-sharing: y_i = v_i · f + f₀, and each weight's
    gradient is the sum over all windows.
    """
    rng = np.random.default_rng(0)
    layer, x, d = Convolution(2, 3), rng.normal(size=(2, 7, 1)), rng.normal(size=(2, 5, 2))
    params = {"W": rng.normal(size=(3, 1, 2)), "W0": np.array([0.5, -2.0])}
    with computing_in("float64"):
        z, (_, own) = both_ways(layer, params, x, d)
    by_w, by_w0 = np.zeros((3, 1, 2)), np.zeros(2)
    for n, i, q in np.ndindex(2, 5, 2):
        v = window(x[n, :, 0], i, 3)
        score = match_score(v, params["W"][:, 0, q]) + params["W0"][q]
        assert float(z[n, i, q]) == pytest.approx(score)
        by_w[:, 0, q] += v * d[n, i, q]
        by_w0[q] += d[n, i, q]
    np.testing.assert_allclose(own["W"], by_w, atol=1e-13)
    np.testing.assert_allclose(own["W0"], by_w0, atol=1e-13)


def test_three_axes_slide_along_channels_too() -> None:
    """9.1.13-sliding-along-channels: a volume of one channel, filter moved along all three axes."""
    rng = np.random.default_rng(0)
    x, f = rng.normal(size=(4, 4, 5)), rng.normal(size=(2, 2, 3))
    y = filtered(signal=x, filter=f)
    assert y.shape == (3, 3, 3)
    assert y[1, 2, 0] == pytest.approx(match_score(x[1:3, 2:4, 0:3], f))
