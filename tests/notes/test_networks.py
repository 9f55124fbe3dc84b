"""Chapter 7: the worked examples about neurons, layers and back-propagation, to their digits."""

from __future__ import annotations

import re
import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import losses as plain_losses
from pellucid.errors import (
    ExplodingGradientWarning,
    FramingError,
    HyperparameterError,
    NetworkWarning,
    ShapeError,
    VanishingGradientWarning,
)
from pellucid.networks import (
    AveragePool,
    BatchNorm,
    Convolution,
    Dense,
    Dropout,
    Flatten,
    Graph,
    Identity,
    Layer,
    MaxBlurPool,
    MaxPool,
    Mode,
    Network,
    Parallel,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
    backward_pass,
    collapse_linear,
    computing_in,
    defaults_for,
    forward_pass,
    neuron,
    play,
    train,
)
from pellucid.networks.layers.activations import Elementwise
from pellucid.networks.output_losses import DIRECT, OUTPUT_LOSSES, OutputLoss
from pellucid.networks.passes.local_derivatives import by_pre_activation
from pellucid.networks.targets import targets_for
from pellucid.networks.training.gradient_norms import gradient_norm_verdict

D = 0.9088770390  # of the example of §7.5.16


def logistic_neuron() -> tuple[Network, list[Any]]:
    w = np.array([[1.0], [-2.0]])
    return neuron("binary", 2), [{"W": w, "W0": np.array([0.5])}, {}]


def two_layers() -> tuple[Network, list[Any]]:
    net = Network([Dense(3, inputs=2), ReLU(), Dense(2), Softmax()], "nllm")
    first = {"W": np.array([[1, -1, 0.5], [0, 2, -1]]), "W0": np.array([0, 0.5, 1])}
    second = {"W": np.array([[1.0, 0], [0, 1], [-1, 2]]), "W0": np.array([0.1, -0.1])}
    return net, [first, {}, second, {}]


def test_logistic_neuron_to_ten_digits() -> None:
    """7.1.10-gradient-values, 7.1.6-neuron, 7.5.5-backward-pass."""
    net, params = logistic_neuron()
    found = backward_pass(net, [2.0, 1.0], [1.0], params)
    expected = {
        "Z1": 0.5, "A1": 0.6224593312, "L": 0.4740769842, "dL/dA1": -1.6065306597,
        "dL/dW01": -0.3775406688,
    }  # fmt: skip
    for name, value in expected.items():
        assert found[name].value.item() == pytest.approx(value, abs=5e-11)
    np.testing.assert_allclose(
        found["dL/dW1"].value.ravel(), [-0.7550813375, -0.3775406688], atol=5e-11
    )
    assert by_pre_activation(Sigmoid(), [0.5]).item() == pytest.approx(0.2350037122, abs=5e-11)
    # 7.5.2-logistic-gradient: (s − y)x, without dividing by s.
    assert found["dL/dZ1"].value.item() == pytest.approx(0.6224593312 - 1, abs=5e-11)


def test_a_unit_of_each_variable_moves_the_score_by_its_weight() -> None:
    """7.1.2-hundred-and-two: g(x) = 100x₁ + 2x₂ (eq 7.3); 7.1.1-linear-component."""
    net = Network([Dense(1, inputs=2, offset=False)])
    params = [{"W": np.array([[100.0], [2.0]])}]
    at = [net.predict(params, np.array([x])).item() for x in ([1, 1], [2, 1], [1, 2])]
    assert (at[1] - at[0], at[2] - at[0]) == (100, 2)


def test_shapes_of_a_layer() -> None:
    """7.2.8-three-to-one, 7.2.8-three-to-two, 7.2.10-weight-matrix, 7.2.7-fully-connected."""
    assert Dense(1).shapes((3,)) == ({"W": (3, 1), "W0": (1,)}, (1,))
    assert Dense(2).shapes((3,)) == ({"W": (3, 2), "W0": (2,)}, (2,))
    assert Dense(2).is_fully_connected()


def test_layers_are_counted_without_the_input() -> None:
    """7.2.16.1-two-layers, 7.2.16.1-counting-layers: L = 2, one hidden, one output."""
    net, params = two_layers()
    assert "L = 2, of which 1 hidden" in net.summary().foot
    assert forward_pass(net, [1.0, 2.0], params).names == ("A⁰", "Z¹", "A¹", "Z²", "A²")


def test_where_the_score_is_zero_both_classes_are_as_likely() -> None:
    """7.2.13-half-probability (eq 7.22–7.24)."""
    assert float(Sigmoid().f(np.zeros(1))[0]) == 0.5


def test_linear_layers_collapse_to_the_product() -> None:
    """7.3.2-linear-network, 7.3.3-collapse (eq 7.30–7.39): W¹W² = [[19, 22], [43, 50]]."""
    with pytest.warns(NetworkWarning, match="Layers 1 and 3"):  # 7.3.3-linear-hidden-layer
        net = Network([Dense(2, inputs=2, offset=False), Identity(), Dense(2, offset=False)])
    params: list[Any] = [{"W": np.array([[1, 2], [3, 4]])}, {}, {"W": np.array([[5, 6], [7, 8]])}]
    one, found = collapse_linear(net, params)
    assert len(one.layers) == 1
    np.testing.assert_array_equal(found[0]["W"], [[19, 22], [43, 50]])
    assert one.predict(found, np.ones((1, 2))).tolist() == [[62.0, 72.0]]
    assert net.predict(params, np.ones((1, 2))).tolist() == [[62.0, 72.0]]


def test_collapse_keeps_offsets_masks_and_what_is_nonlinear() -> None:
    """7.3.3-collapse: W₀¹² = (W²)ᵀW₀¹ + W₀²; a linear layer folds into a nonlinear one's W."""
    rng = np.random.default_rng(0)
    mask = rng.random((3, 4)) < 0.5
    with warnings.catch_warnings(action="ignore", category=NetworkWarning):
        net = Network(
            [Dense(4, inputs=3, mask=mask), Dense(5), Tanh(), Dense(4), Dense(2, offset=False)]
        )
    with computing_in("float64"):
        params = [{k: rng.normal(size=s) for k, s in own.items()} for own in net.param_shapes]
        one, found = collapse_linear(net, params)
        assert [type(layer) for layer in one.layers] == [Dense, Tanh, Dense]
        x = rng.normal(size=(6, 3))
        np.testing.assert_allclose(one.predict(found, x), net.predict(params, x), rtol=1e-12)


def test_nested_functions_forward_then_backward() -> None:
    """7.5.4-nested-functions: x + 2, 3f, sin at 10: 12, 36, −0.9917788534; slope −0.3838910688.

    Functions of one's own are layers like any other: 7.5.9-extend-or-terminate.
    """

    class Own(Elementwise):
        def __init__(self, f: Any, slope: Any) -> None:
            self.of, self.slope_of = f, slope

        def f(self, z: Any) -> Any:
            return self.of(z)

        def slope(self, z: Any, a: Any) -> Any:
            return self.slope_of(z)

    layers = [
        Own(lambda x: x + 2, np.ones_like),
        Own(lambda f: 3 * f, lambda f: 3 * np.ones_like(f)),
        Own(jnp.sin, jnp.cos),
    ]
    net = Network(layers, in_shape=1)
    with computing_in("float64"):
        values = [q.value.item() for q in forward_pass(net, np.array([10.0]), [{}, {}, {}])]
        assert values[:3] == [10, 12, 36]
        assert values[3] == pytest.approx(np.sin(36.0), abs=1e-6)
        y, backward = net.forward([{}, {}, {}], np.array([[10.0]]))
        assert y.item() == pytest.approx(-0.9917788534, abs=5e-11)
        assert backward(np.ones((1, 1)))[0].item() == pytest.approx(-0.3838910688, abs=1e-10)


def test_two_neurons_in_series() -> None:
    """7.5.10-relu-identity, 7.5.7-two-neurons: L = 3.0625 and −3.5, −3.5, 7, 3.5."""
    net = Network([Dense(1, inputs=1), ReLU(), Dense(1), Identity()])
    params = [
        {"W": np.array([[0.5]]), "W0": np.zeros(1)}, {},
        {"W": np.array([[-1.0]]), "W0": np.array([0.25])}, {},
    ]  # fmt: skip
    found = backward_pass(net, [2.0], [1.0], params)
    names = ("Z1", "A1", "Z2", "A2", "L", "dL/dW2", "dL/dW02", "dL/dW1", "dL/dW01")
    values = [found[name].value.item() for name in names]
    assert values == [1, 1, -0.75, -0.75, 3.0625, -3.5, -3.5, 7, 3.5]


def test_two_layers_of_several_neurons() -> None:
    """7.5.17-relu-softmax, 7.5.16-weight-gradient, 7.6.1-direct-derivative, 7.5.4-forward-pass."""
    net, params = two_layers()
    found = backward_pass(net, [1.0, 2.0], [1.0, 0.0], params)
    d = D
    expected = {
        "Z1": [1, 3.5, -0.5], "A1": [1, 3.5, 0], "Z2": [1.1, 3.4],
        "A2": [0.0911229610, 0.9088770390], "L": [2.3955454646], "dL/dZ2": [-d, d],
        "dL/dW2": [-d, d, -3.5 * d, 3.5 * d, 0, 0], "dL/dA1": [-d, d, 3 * d],
        "dL/dZ1": [-d, d, 0], "dL/dW1": [-d, d, 0, -2 * d, 2 * d, 0],
    }  # fmt: skip
    for name, value in expected.items():
        np.testing.assert_allclose(found[name].value.ravel(), value, atol=2e-9, err_msg=name)
    # Each derivative has its parameter's shape; a value is shown as a column.
    assert found["dL/dW1"].shape == "2×3"
    assert found["dL/dZ1"].shape == found["Z1"].shape == "3×1"
    assert found["∂L/∂W¹"].formula == "∂L/∂W¹ = A⁰ (∂L/∂Z¹)ᵀ"
    assert found["∂L/∂A¹"].formula == "∂L/∂A¹ = W² ∂L/∂Z²"


def test_derivative_of_an_elementwise_function_is_diagonal() -> None:
    """7.5.17-squares (eq B-7.48–B-7.50): f(z) = z² at (1, 2, 3): diag(2, 4, 6)."""

    class Square(Elementwise):
        def f(self, z: Any) -> Any:
            return z**2

        def slope(self, z: Any, a: Any) -> Any:
            return 2 * z

    np.testing.assert_array_equal(by_pre_activation(Square(), [1, 2, 3]), np.diag([2, 4, 6]))


def test_eight_factors_vanish_or_explode() -> None:
    """7.7.3-eight-tenths, 7.7.3-eight-tens (eq 7.8, 7.9): 10⁻⁸ and 10⁸ after eight layers."""
    for factor in (0.1, 10.0):
        with warnings.catch_warnings(action="ignore", category=NetworkWarning):
            net = Network([Dense(1, offset=False) for _ in range(8)], in_shape=1)
        params = [{"W": np.array([[factor]])} for _ in range(8)]
        with computing_in("float64"):
            _, backward = net.forward(params, np.ones((1, 1)))
            assert backward(np.ones((1, 1)))[0].item() == pytest.approx(factor**8)
        # Each weight's gradient holds the factors after it: the first layer's lacks its own.
        norms = [[factor ** (7 - l) for l in range(8)]]
        wrong = VanishingGradientWarning if factor < 1 else ExplodingGradientWarning
        with pytest.warns(wrong, match=re.escape(f"layer 1: {factor**7:.2g}, layer 8: 1")):
            gradient_norm_verdict(net, norms)


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_slope_of_relu_at_zero_is_a_convention(at_zero: float) -> None:
    """7.5.12-relu-at-zero: KE 450 has 0, Notation 301 has 1."""
    slopes = by_pre_activation(ReLU(at_zero), [-1, 0, 1]).diagonal()
    assert slopes.tolist() == [0, at_zero, 1]


def test_step_has_no_slope() -> None:
    """7.3.4-step, 7.3.4-training-with-step: 1 for z ≥ 0, slope 0, and a warning."""
    assert Step().f(np.array([-1.0, 0, 2])).tolist() == [0, 1, 1]
    assert not by_pre_activation(Step(), [-1, 0, 2]).any()
    with pytest.warns(NetworkWarning, match="slope 0 everywhere"):
        Network([Dense(2, inputs=2), Step(), Dense(1)])


def test_softmax_jacobian() -> None:
    """7.5.12-softmax-jacobian: diag(a) − aaᵀ, equal to what backward does to each direction."""
    with computing_in("float64"):
        a, backward = Softmax().forward({}, np.array([[1.0, -2, 0.5]]), Mode())
        J = np.asarray(Softmax().jacobian(a[0]))
        np.testing.assert_allclose(J, np.diag(a[0]) - np.outer(a[0], a[0]), atol=1e-15)
        for d in np.eye(3):
            np.testing.assert_allclose(backward(d[None])[0][0], J @ d, atol=1e-14)


@pytest.mark.parametrize("name", OUTPUT_LOSSES)
def test_losses_are_those_of_the_library_and_their_slopes_match(name: str) -> None:
    """7.5.13-loss-derivatives: the same numbers as `pellucid.losses`, which has its own proofs."""
    rng = np.random.default_rng(0)
    g, y = rng.dirichlet(np.ones(3), 5), np.eye(3)[rng.integers(0, 3, 5)]
    ours, theirs = OUTPUT_LOSSES[name], plain_losses.LOSSES[name]
    with computing_in("float64"):
        value = theirs.value(g, y)
        np.testing.assert_allclose(
            ours.value(g, y), value if value.ndim == 1 else value.sum(axis=1), rtol=1e-12
        )
        np.testing.assert_allclose(ours.slope(g, y), theirs.derivative(g, y), rtol=1e-12)


@pytest.mark.parametrize(
    ("pair", "activation"),
    [(("nll", "Sigmoid"), Sigmoid()), (("nllm", "Softmax"), Softmax())],
)
def test_direct_derivative_equals_the_long_way_and_survives_where_that_does_not(
    pair: tuple[str, str], activation: Any
) -> None:
    """7.5.13-blow-up, §7.6: A − y at once, finite at scores of ±1000."""
    loss, direct = OUTPUT_LOSSES[pair[0]], DIRECT[pair]
    rng = np.random.default_rng(1)
    y = np.eye(3)[rng.integers(0, 3, 4)]
    with computing_in("float64"):
        z = rng.normal(size=(4, 3))
        a, backward = activation.forward({}, z, Mode())
        np.testing.assert_allclose(direct.value(z, y), loss.value(a, y), rtol=1e-12)
        np.testing.assert_allclose(direct.slope(z, y), backward(loss.slope(a, y))[0], atol=1e-13)
        np.testing.assert_allclose(direct.slope(z, y), np.asarray(a) - y, atol=1e-15)
    far = np.array([[1000.0, -1000, 0]], np.float32)
    wrong = np.array([[0.0, 1, 0]], np.float32)
    assert np.isfinite(direct.value(far, wrong)).all()
    assert np.isfinite(direct.slope(far, wrong)).all()
    assert float(direct.value(far, wrong)[0]) >= 1000


def test_defaults_for_tasks() -> None:
    """7.4-defaults-for-task, 7.4-tasks, 7.3.4-classes-overlap, 7.4-output-only."""
    found = {task: defaults_for(task) for task in ("regression", "binary", "classes", "labels")}
    pairs = {task: (type(p.activation).__name__, p.loss) for task, p in found.items()}
    assert pairs == {
        "regression": ("Identity", "square"),
        "binary": ("Sigmoid", "nll"),
        "classes": ("Softmax", "nllm"),
        "labels": ("Sigmoid", "nll"),
    }
    assert [p.example.split()[-1] for p in found.values()] == ["cm?", "down?", "tree?", "have?"]
    with pytest.raises(FramingError, match="There is no task 'ranking'"):
        defaults_for("ranking")
    # 7.1.9-regression-neuron, 7.1.10-logistic-neuron
    assert neuron("regression", 3).loss == "square"
    # Clar 285: several sigmoids are a loss for each class, added.
    net = Network([Dense(3, inputs=2), Sigmoid()], "nll")
    with computing_in("float64"):
        params = net.init(0, "float64")
        g = net.predict(params, np.ones((1, 2)))
        each = plain_losses.LOSSES["nll"].value(np.asarray(g), np.array([[1.0, 0, 1]]))
        total = net.losses(params, np.ones((1, 2)), np.array([[1.0, 0, 1]]))
        np.testing.assert_allclose(total, each.sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize(
    ("layers", "loss", "said"),
    [
        ([Dense(1), Tanh()], "nll", "goes from -1 to 1|goes from −1 to 1"),
        ([Dense(2), ReLU()], "nllm", "from 0 to ∞"),
        ([Dense(1)], "nll", "from −∞ to ∞"),
        ([Dense(2), Dropout(0.5)], "square", "guess would be dropped"),
    ],
)
def test_outputs_that_a_loss_cannot_take_are_refused(
    layers: list[Layer], loss: str, said: str
) -> None:
    """7.4.1-type-and-range, 7.8.2-bounds."""
    with pytest.raises(FramingError, match=said):
        Network(layers, loss, in_shape=3)


def test_truths_that_do_not_fit_are_refused() -> None:
    """7.4.1-type-and-range, 7.3.4-classes-overlap: labels −1 and +1, several classes at once, and
    numbers that tanh never reaches.
    """
    X = np.zeros((2, 3))
    net = Network([Dense(1), Sigmoid()], "nll", in_shape=3)
    with pytest.raises(FramingError, match="from 0 to 1; these go from -1 to 1"):
        train(net, X, np.array([-1.0, 1.0]), epochs=1)
    net = Network([Dense(2), Softmax()], "nllm", in_shape=3)
    with pytest.raises(FramingError, match="exactly one class"):
        train(net, X, np.array([[1.0, 1], [0, 1]]), epochs=1)
    net = Network([Dense(1), Tanh()], "square", in_shape=3)
    with pytest.warns(NetworkWarning, match="from 2 to 5, but the output Tanh only reaches"):
        targets_for(net, np.array([2.0, 5.0]))


def test_other_mismatches_are_warned_of() -> None:
    """7.4.1-type-and-range, 9.2.3-stride-too-large, 7.8.3.4-offset-has-no-effect."""
    with pytest.warns(NetworkWarning, match="guesses below 0 cannot be made"):
        Network([Dense(1), ReLU()], in_shape=2)
    with pytest.warns(NetworkWarning, match="chances sum to 1"):
        Network([Dense(3), Sigmoid()], "nllm", in_shape=2)
    with pytest.warns(NetworkWarning, match="stride 3 is larger than size 2"):
        Network([MaxPool(2, 3), Flatten(), Dense(1)], in_shape=(8, 8, 1))
    with pytest.warns(NetworkWarning, match="stride 3 is larger than size 2"):
        Network([Convolution(2, 2, stride=3), Flatten(), ReLU(), Dense(1)], in_shape=(8, 8, 1))
    net = Network([Dense(3), BatchNorm(), ReLU(), Dense(1)], in_shape=2)
    assert "offset of layer 1 has no effect" in net.cautions[0]
    assert net.cautions[0] in str(net.summary())
    narrow = Network([Dense(1), Dense(3)], in_shape=3)  # a linear bottleneck is a choice
    assert "rank 1" in narrow.cautions[0]


@pytest.mark.parametrize(
    ("layers", "loss", "said"),
    [
        ([Dense(3), Softmax()], "nll", "Take the loss 'nllm', or end with Sigmoid"),
        ([Dense(3), Softmax()], "square", "gives the chances of classes"),
        ([Dense(3), Softmax()], "absolute", "gives the chances of classes"),
        ([Dense(1), Softmax()], "nllm", "always 1, so nothing can be learnt"),
        ([Dense(1), Softmax()], "nll", "always 1, so nothing can be learnt"),
    ],
)
def test_softmax_and_its_loss_belong_together(layers: list[Layer], loss: str, said: str) -> None:
    """7.4.1-type-and-range"""
    with pytest.warns(NetworkWarning, match=said) as caught:
        Network(layers, loss, in_shape=2)
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("layers", "in_shape", "said"),
    [
        ([Convolution(3), Convolution(2)], (8, 8, 1), r"Layers 1 and 2 \(Convolution\)"),
        (
            [Convolution(3), AveragePool(2), Flatten(), Dense(2)],
            (8, 8, 1),
            r"Layers 1 and 4 \(Convolution, Dense\)",
        ),
        ([Dense(3, offset=False), BatchNorm(), Dense(1)], (2,), r"Layers 1 and 3 \(Dense\)"),
    ],
)
def test_linear_layers_of_any_kind_in_series_are_warned_of(
    layers: list[Layer], in_shape: tuple[int, ...], said: str
) -> None:
    """7.3.3-linear-hidden-layer; Concept 417: convolutions collapse as dense layers do."""
    with pytest.warns(NetworkWarning, match=said):
        Network(layers, in_shape=in_shape)
    with warnings.catch_warnings(action="error", category=NetworkWarning):
        Network([layers[0], ReLU(), *layers[1:]], in_shape=in_shape)


def test_a_linear_bottleneck_of_filters_is_only_told() -> None:
    with warnings.catch_warnings(action="error", category=NetworkWarning):
        net = Network([Convolution(1, 1), Convolution(4, 1), Flatten()], in_shape=(3, 3, 2))
    assert "one linear layer of rank 9" in net.cautions[0]


def test_a_blur_pool_of_wide_stride_hears_every_input() -> None:
    """9.2.3-stride-too-large does not touch it: all maxima are taken, then averaged."""
    with warnings.catch_warnings(action="error", category=NetworkWarning):
        net = Network([MaxBlurPool(2, 3), Flatten()], in_shape=(7, 1))
    for at in range(7):
        x = np.zeros((1, 7, 1), np.float32)
        x[0, at] = 1.0
        assert np.asarray(net.predict([{}, {}], x)).max() > 0


@pytest.mark.parametrize(
    ("layers", "in_shape", "said"),
    [
        ([Dense(4), Dense(3, inputs=5)], 2, r"Layer 2 \(Dense\).*layer 1 gives.*shape 4.*5×3"),
        ([Dense(4, inputs=3)], 2, r"Layer 1 \(Dense\).*the input has.*shape 2.*length 3"),
        ([Convolution(2, 3), Dense(2)], (5, 5, 1), r"Layer 2.*3×3×2.*Flatten\(\)"),
        ([Convolution(2, (3, 3))], (5, 5), "different numbers of axes|last axis of size 1"),
        ([Parallel([[Dense(2)], [Dense(3)]], "sum")], 4, "2, 3, which cannot be added"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_with_both(
    layers: list[Layer], in_shape: Any, said: str
) -> None:
    """7.2.15-size-mismatch, 7.2.12-row-for-column."""
    with pytest.raises(ShapeError, match=said):
        Network(layers, in_shape=in_shape)


def test_a_row_of_truths_is_not_stretched() -> None:
    """7.2.12-row-for-column: (n,) against n×1 is turned, anything else refused."""
    net, params = logistic_neuron()
    X, y = np.ones((3, 2)), np.ones(3)
    assert net.losses(params, X, y).shape == (3,)
    with pytest.raises(ShapeError, match="guesses are 3×1 but the truths are 1×3"):
        net.losses(params, X, y[None])


def test_a_network_without_a_beginning_is_refused() -> None:
    with pytest.raises(ShapeError, match="shape of one input point"):
        Network([Dense(2)])
    with pytest.raises(FramingError, match="at least one layer"):
        Network([], in_shape=2)
    with pytest.raises(FramingError, match="There is no loss 'hinge'"):
        Network([Dense(1)], "hinge", in_shape=2)
    with pytest.raises(HyperparameterError, match="reduction"):
        Network([Dense(1)], in_shape=2, reduction="max")


def test_cycles_are_refused_by_name() -> None:
    """7.2.2-acyclic."""
    with pytest.raises(FramingError, match=r"here (a → b → a|b → a → b) leads back"):
        Graph({"a": (Dense(2), ["b", "input"]), "b": (Tanh(), ["a"])})
    with pytest.raises(FramingError, match="reads 'c', which is not there"):
        Graph({"a": (Dense(2), ["c"])})
    onwards = Graph({"b": (Tanh(), ["a", "input"]), "a": (Dense(2), ["input"])})
    assert onwards.shapes((2,))[1] == (2,)  # in whatever order they are named


def test_player_goes_forward_then_backward() -> None:
    """7.5.5-player, 7.5.5-backward-needs-forward, 7.5.8-work-backward."""
    net, params = two_layers()
    player = play(net, [1.0, 2.0], [1.0, 0.0], params)
    assert player.step().name == "A⁰"
    with pytest.raises(FramingError, match="not there yet: Z¹, A¹, Z², A², L"):
        player.backward()
    assert player.forward().name == "L"
    order = []
    while not player.done:
        order.append(player.step().name)
    weights = [name for name in order if "W" in name and "₀" not in name]
    assert weights == ["∂L/∂W²", "∂L/∂W¹"]
    assert player.way == "backward"
    with pytest.raises(FramingError, match="pass is over"):
        player.step()
    assert player.back() is not None


def test_sum_and_mean_of_losses() -> None:
    """7.1.8-summed-loss (eq 7.7): the gradient of the sum is n times that of the mean."""
    net, params = logistic_neuron()
    mean = neuron("binary", 2, "mean")
    X, y = np.random.default_rng(0).normal(size=(4, 2)), np.array([0.0, 1, 1, 0])
    # Sooner compiled than its operations one by one.
    of_sum = jax.jit(lambda x, y, w=None: net.loss_and_gradient(params, x, y, Mode(True), w))
    of_mean = jax.jit(lambda x, y: mean.loss_and_gradient(params, x, y, Mode(True)))
    with computing_in("float64"):
        total, g_sum, _ = of_sum(X, y)
        each, g_mean, _ = jax.device_get(of_mean(X, y))
        assert float(total) == pytest.approx(4 * float(each))
        np.testing.assert_allclose(g_sum[0]["W"], 4 * g_mean[0]["W"], rtol=1e-12)
        # A weight of 0 leaves a point out, a weight of 2 takes it twice.
        weighed, g, _ = of_sum(X, y, np.array([1.0, 0, 2, 1]))
        rows = [0, 2, 2, 3]
        twice, g_twice, _ = of_sum(X[rows], y[rows])
        assert float(weighed) == pytest.approx(float(twice))
        np.testing.assert_allclose(g[0]["W"], g_twice[0]["W"], rtol=1e-12)


def test_a_loss_of_ones_own() -> None:
    """C287: any loss with value and slope will do."""
    quartic = OutputLoss(
        "quartic", lambda g, y: ((g - y) ** 4).sum(axis=1), lambda g, y: 4 * (g - y) ** 3,
        "L = (a − y)⁴", "∂L/∂a = 4(a − y)³",
    )  # fmt: skip
    net = Network([Dense(1, inputs=1, offset=False)], quartic)
    found = backward_pass(net, [2.0], [1.0], [{"W": np.array([[1.0]])}])
    assert found["L"].value.item() == 1
    assert found["dL/dW1"].value.item() == 8


def random_network(sizes: list[int], f: Any) -> tuple[Network, list[Any]]:
    layers: list[Layer] = []
    for n in sizes[1:]:
        layers += [Dense(n), f]
    net = Network(layers, in_shape=sizes[0])
    rng = np.random.default_rng(0)
    shapes = net.param_shapes
    return net, [{k: rng.normal(size=shape) for k, shape in own.items()} for own in shapes]


def test_a_row_for_a_column_is_refused_with_both_shapes() -> None:
    """7.2.12-row-for-column: a point laid down, and weights turned round."""
    net = Network([Dense(2), Tanh()], in_shape=3)
    params = net.init(0)
    with pytest.raises(ShapeError, match=r"3.*1|1.*3"):
        net.predict(params, np.ones((3, 1)))
    turned = [{"W": np.asarray(params[0]["W"]).T, "W0": params[0]["W0"]}, {}]
    with pytest.raises(ShapeError, match=r"2×3.*3×2.*transposed|3×2.*2×3.*transposed"):
        net.predict(turned, np.ones((1, 3)))


def test_the_forward_map_in_the_layout_of_the_notes() -> None:
    """7.2.16-forward, 7.2.12-layer-map, 7.2.15-network-of-layers, 7.2.4-layer, 7.1.4-activation,
    7.2.5-layers-in-series: Z^ℓ = (W^ℓ)ᵀA^{ℓ−1} + W₀^ℓ with points as columns.
    """
    net, params = random_network([3, 4, 2], Tanh())
    X = np.random.default_rng(1).normal(size=(3, 5))  # five points, each a column
    found = forward_pass(net, X.T, params)
    A = X
    for l, own in enumerate((params[0], params[2]), 1):
        Z = own["W"].T @ A + own["W0"][:, None]
        A = np.tanh(Z)
        np.testing.assert_allclose(found[f"Z{l}"].columns, Z, atol=1e-13)
        np.testing.assert_allclose(found[f"A{l}"].columns, A, atol=1e-13)
    assert found["A2"].shape == "2×5"


def test_recursions_of_the_backward_pass() -> None:
    """7.5.17-matrix-factors: ∂L/∂Z^ℓ = (∂A^ℓ/∂Z^ℓ) ∂L/∂A^ℓ, ∂L/∂A^ℓ = W^{ℓ+1} ∂L/∂Z^{ℓ+1},
    ∂L/∂W^ℓ = A^{ℓ−1}(∂L/∂Z^ℓ)ᵀ, for one point, as columns.
    """
    net, params = random_network([3, 4, 2], Tanh())
    found = backward_pass(net, [0.3, -1.0, 2.0], [1.0, 0.0], params)
    column = {name: found[name].columns for name in ("A0", "Z1", "A1", "Z2", "A2")}
    by_a = 2 * (column["A2"] - np.array([[1.0], [0.0]]))
    for l, own in ((2, params[2]), (1, params[0])):
        np.testing.assert_allclose(found[f"dL/dA{l}"].columns, by_a, atol=1e-13)
        by_z = by_pre_activation(Tanh(), column[f"Z{l}"].ravel()) @ by_a
        np.testing.assert_allclose(found[f"dL/dZ{l}"].columns, by_z, atol=1e-13)
        by_w = column[f"A{l - 1}"] @ by_z.T
        np.testing.assert_allclose(found[f"dL/dW{l}"].value, by_w, atol=1e-13)
        np.testing.assert_allclose(found[f"dL/dW0{l}"].columns, by_z, atol=1e-13)
        by_a = own["W"] @ by_z


def test_many_layers_of_one_neuron() -> None:
    """7.5.10-many-layers, 7.5.11-factors (eq B-7.18, B-7.31 mended): the chain multiplied out."""
    L = 5
    net, params = random_network([1] * (L + 1), Sigmoid())
    found = backward_pass(net, [0.7], [1.0], params)
    w = [None, *(own["W"].item() for own in params if own)]
    a = [found[f"A{l}"].value.item() for l in range(L + 1)]
    slope = [None, *(a[l] * (1 - a[l]) for l in range(1, L + 1))]
    for l in range(1, L + 1):
        chain = 2 * (a[L] - 1)
        for at in range(L, l, -1):
            chain *= slope[at] * w[at]
        chain *= slope[l]  # and here it ends: dz/dw = a of the layer before, dz/dw₀ = 1
        assert found[f"dL/dW{l}"].value.item() == pytest.approx(chain * a[l - 1])
        assert found[f"dL/dW0{l}"].value.item() == pytest.approx(chain)


def test_formulas_of_the_activations() -> None:
    """7.3.4-identity, 7.3.4-relu, 7.3.4-sigmoid, 7.3.4-tanh, 7.3.4-softmax, 7.3.4-ranges,
    7.5.12-activation-derivatives: f and f′ as the notes write them (eq 7.42–7.47, B-7.32–B-7.41).
    """
    z = np.linspace(-4, 4, 33)
    e = np.exp
    table: list[tuple[Elementwise, Any, Any]] = [
        (Identity(), z, np.ones(33)),
        (Step(), np.where(z >= 0, 1.0, 0), np.zeros(33)),
        (ReLU(at_zero=1.0), np.maximum(0, z), np.where(z >= 0, 1.0, 0)),
        (Sigmoid(), 1 / (1 + e(-z)), e(-z) / (1 + e(-z)) ** 2),
        (Tanh(), (e(z) - e(-z)) / (e(z) + e(-z)), 1 - np.tanh(z) ** 2),
    ]
    with computing_in("float64"):
        for layer, f, slope in table:
            np.testing.assert_allclose(layer.f(z), f, atol=1e-15)
            np.testing.assert_allclose(layer.slope(z, layer.f(z)), slope, atol=1e-14)
            low, high = layer.range
            assert low <= f.min() <= f.max() <= high
        a, _ = Softmax().forward({}, z[None], Mode())
        np.testing.assert_allclose(a[0], e(z) / e(z).sum(), rtol=1e-13)
        assert float(a.sum()) == pytest.approx(1)


def test_units_in_series_and_in_parallel() -> None:
    """7.0.4-series-and-parallel: outputs side by side or added, then read by the next."""
    side = Parallel([[Dense(2), Tanh()], [Dense(1)]])
    net = Network([side, Dense(1)], in_shape=2)
    rng = np.random.default_rng(0)
    (left, _), (right,) = net.param_shapes[0]["branches"]
    drawn = [{k: rng.normal(size=v) for k, v in own.items()} for own in (left, right)]
    last = {k: rng.normal(size=v) for k, v in net.param_shapes[1].items()}
    x = rng.normal(size=(4, 2))
    out = net.predict([{"branches": [[drawn[0], {}], [drawn[1]]]}, last], x)
    one, two = (x @ own["W"] + own["W0"] for own in drawn)
    both = np.concatenate([np.tanh(one), two], axis=1)
    np.testing.assert_allclose(out, both @ last["W"] + last["W0"], rtol=1e-12)
