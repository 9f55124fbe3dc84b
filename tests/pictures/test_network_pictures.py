"""Pictures of networks and their training: each draws what it was given, the same bytes twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from legible import illegible, is_diagram
from pellucid.errors import FramingError, ShapeError
from pellucid.formatting import number
from pellucid.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    Identity,
    MaxBlurPool,
    MaxPool,
    Mode,
    Network,
    ReLU,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
    train,
)
from pellucid.pictures import (
    activations,
    convnets,
    convolution,
    images,
    network_links,
    networks,
    training,
)
from pellucid.pictures.diagram import Block, chain
from pellucid.pictures.style import to_svg

RANDOM = np.random.default_rng(0)
NET = Network([Dense(3), ReLU(), Dense(2), Softmax()], "nllm", in_shape=2)
PARAMS = NET.init(0)
DIGITS = Network(
    [Convolution(3, 3, padding=1), ReLU(), MaxPool(2), Flatten(), Dense(2), Softmax()], "nllm",
    in_shape=(6, 6, 1),
)  # fmt: skip
FILTERS = DIGITS.init(0)
CORNERS = Network([Dense(4), Tanh(), Dense(1), Sigmoid()], "nll", in_shape=2)
IMAGES = RANDOM.random((12, 6, 6, 1))
TRUTHS = np.arange(12) % 2
CHANCES = np.column_stack([np.linspace(0.1, 0.9, 12), np.linspace(0.9, 0.1, 12)])
POINTS = RANDOM.normal(size=(20, 2))
SIGNAL, FILTER = [1, 1, -1, -1, -1, 1, -1, 1, 1, 1], [1, -1, 1]
POOL = [[1, 3, -9, -22], [44, -10, -11, -1], [0, 10, 4, -3], [11, 9, 321, 99]]
CROSS = np.array([[-1, 1, -1], [1, 1, 1], [-1, 1, -1]])


def bowl(theta: Any) -> float:
    return float(theta[0] ** 2 + 12 * theta[1] ** 2)


DRAWN: dict[str, Callable[[], Figure]] = {
    "network": lambda: networks.zoom(NET, "network", PARAMS),
    "layer": lambda: networks.zoom(NET, "layer"),
    "neuron": lambda: networks.zoom(NET, "neuron"),
    "arithmetic": lambda: networks.zoom(NET, "arithmetic", PARAMS, [1.0, 2.0]),
    "neuron with its loss": lambda: networks.one_neuron(2, "σ", loss=True),
    "compact layer": lambda: networks.compact_layer(2),
    "messages": lambda: networks.backward_messages(NET, [1.0, 2.0], [0, 1], PARAMS),
    "series and parallel": networks.series_and_parallel,
    "a wide network": lambda: network_links.links(
        [9, 30, 3], titles=["x", "", ""], below=["9", "30", "3"]
    ),
    "dropped": lambda: network_links.links([3, 4, 2], dropped=[[], [1, 3]]),
    "cut": lambda: network_links.links(
        [3, 2], masks=[[[True, False], [True, True], [False, True]]]
    ),
    "collapse": lambda: network_links.collapse([np.eye(2), np.ones((2, 2))]),
    "chain": lambda: chain([Block("x", boxed=False), Block("f", "a", "∂L/∂a", above="w")]),
    "activation": lambda: activations.activation_curve(Tanh(), 0.7),
    "activations": lambda: activations.activation_curves([Identity(), ReLU(), Sigmoid()]),
    "pairs": activations.output_loss_pairs,
    "losses": lambda: training.losses({"training": [3, 2, 1], "validation": [3, 2, 2.5]}, stop=2),
    "gradient norms": lambda: training.gradient_norms([[1, 2], [0.5, 1]], ["layer 1", "layer 2"]),
    "by depth": lambda: training.gradient_norm_by_depth({"sigmoid": [1e-4, 1e-2, 1]}),
    "regions": lambda: training.regions(
        [(f"epoch {t}", lambda P, t=t: P[:, 0] > t) for t in range(5)], POINTS, POINTS[:, 0] > 0
    ),
    "fits": lambda: training.fits(POINTS[:, 0], POINTS[:, 1], {"sine": np.sin}),
    "bars": lambda: training.bars({"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 1}}, "loss"),
    "spreads": lambda: training.histograms({"Z": {"before": POINTS, "after": POINTS + 1}}, "z"),
    "net effect": lambda: training.net_displacement(
        bowl, [[-2, 0.9], [-1.7, -0.7], [-1.4, 0.6]], 2, (-0.6, 0), (4, 2.6)
    ),
    "agreement": lambda: training.agreement(POINTS, POINTS, "differences", "back-propagation"),
    "mistakes": lambda: images.confident_mistakes(IMAGES, TRUTHS, CHANCES, [0, 1]),
    "saliency": lambda: images.saliency(IMAGES[:3], IMAGES[:3] - 0.5, ["a", "b", "c"]),
    "images": lambda: images.images(
        [CROSS, IMAGES[0]], ["cross", "digit"], windows=[(0, 0, 2, 2), None]
    ),
    "signed": lambda: images.images([CROSS], signed=True),
    "slide": lambda: convolution.sliding_filter(SIGNAL, FILTER),
    "stride": lambda: convolution.sliding_filter(SIGNAL, FILTER, at=1, stride=2, padding=1),
    "products": lambda: convolution.window_products(np.pad(CROSS, 1), CROSS, (0, 1)),
    "pool gradient": lambda: convolution.pool_gradient(POOL),
    "output lengths": convolution.output_lengths,
    "shared links": convolution.shared_links,
    "shifted ReLU": lambda: convolution.pooling_over_one([1.0, 3.0, 2.0]),
    "flattened": lambda: convolution.flattened_matrix([[1, 2], [3, 4]]),
    "architecture": lambda: convnets.architecture(DIGITS),
    "filters": lambda: convnets.filters(DIGITS, FILTERS),
    "feature maps": lambda: convnets.feature_maps(DIGITS, FILTERS, IMAGES[0]),
    "receptive field": lambda: convnets.receptive_field(DIGITS),
}


@pytest.mark.parametrize("name", DRAWN)
def test_looks_as_it_did(name: str) -> None:
    """What is drawn is compared once the test has passed."""
    assert DRAWN[name]().axes


@pytest.mark.parametrize("name", DRAWN)
def test_draws_the_same_bytes_twice(name: str) -> None:
    figure = DRAWN[name]()
    one, again = to_svg(figure, name), to_svg(DRAWN[name](), name)
    assert one == again
    assert one.startswith("<svg")
    if is_diagram(figure):
        assert illegible(figure) == []


LETTERS = st.text("abc∂∇W₀", min_size=1, max_size=12)
BLOCKS = st.builds(
    Block,
    LETTERS,
    forward=st.just("") | LETTERS,
    back=st.just("") | LETTERS,
    above=st.sampled_from(["", "W"]),
    under=st.sampled_from(["", "n¹", "two\nlines"]),
    boxed=st.booleans(),
)


@given(st.lists(BLOCKS, min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_any_chain_can_be_read(blocks: list[Block]) -> None:
    """Def 263: boxes as wide as their text, apart, joined by an arrow each way that is named."""
    figure = chain(blocks)
    assert illegible(figure) == []
    (axes,) = figure.axes
    boxes = [p for p in axes.patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == sum(b.boxed for b in blocks)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for b, shape in zip([b for b in blocks if b.boxed], boxes, strict=True):
        frame = shape.get_window_extent(renderer)
        inside = [t for t in axes.texts if frame.contains(*t.get_window_extent(renderer).p0)]
        assert b.text in [t.get_text() for t in inside]
        assert frame.width >= 0.5 * figure.dpi - 1, "no box is a sliver"
    arrows = [p for p in axes.patches if isinstance(p, FancyArrowPatch)]
    last = bool(blocks[-1].forward)
    forward = len(blocks) - 1 + last
    back = sum(bool(b.back) for b in blocks[:-1]) + bool(last and blocks[-1].back)
    assert len(arrows) == forward + back + sum(bool(b.above) for b in blocks)


def texts(figure: Figure) -> set[str]:
    return {text.get_text() for ax in figure.axes for text in ax.texts}


def test_levels_of_detail() -> None:
    """7.2.1-zoom-levels, 7.2.16-network-figure, 7.2.8-layer-figure, 7.1.7-neuron-figure."""
    assert {"layer 1", "layer 2", "W¹: 2×3", "W²: 3×2"} <= texts(networks.zoom(NET, "network"))
    layer = texts(networks.zoom(NET, "layer", layer=2))
    assert {"A¹: 3×1", "W²: 3×2", "A²: 2×1", "softmax", "z₁", "a₂"} <= layer
    assert {"x₁", "w₂", "w₀", "Σ", "z", "ReLU", "a"} <= texts(networks.zoom(NET, "neuron"))
    with pytest.raises(FramingError, match="level is one of network, layer, neuron, arithmetic"):
        networks.zoom(NET, "atom")
    with pytest.raises(FramingError, match="needs params and a point"):
        networks.zoom(NET, "arithmetic")


@pytest.mark.parametrize("level", ["neuron", "arithmetic"])
def test_a_wide_layer_leaves_inputs_out(level: str) -> None:
    wide = Network([Dense(4), ReLU(), Dense(1)], in_shape=784)
    x = np.linspace(0, 1, 784)
    params = wide.init(0)
    figure = networks.zoom(wide, level, params, x, neuron=4)
    assert figure.get_size_inches()[1] < 8
    assert "⋮" in texts(figure)
    if level == "neuron":
        assert {"x₁", "x₇₈₄", "w₇₈₄", "w₀"} <= texts(figure)
    else:  # what is left out is counted all the same
        z = float(x @ params[0]["W"][:, 3] + params[0]["W0"][3])
        assert f"z = {number(z)}" in texts(figure)


@pytest.mark.parametrize("level", networks.LEVELS)
@pytest.mark.parametrize("neuron", [0, -1, 4, 1.5])
def test_a_neuron_that_is_not_there_is_refused(level: str, neuron: Any) -> None:
    with pytest.raises(FramingError, match="neuron is a number from 1 to 3 in layer 1"):
        networks.zoom(NET, level, PARAMS, [1.0, 2.0], neuron=neuron)


def test_arithmetic_is_that_of_the_network() -> None:
    """7.2.16-network-figure: the numbers drawn are the network's own, behind layers too."""
    x = np.array([1.0, 2.0], np.float32)
    a = np.asarray(NET.predict(PARAMS, x[None]))[0]
    drawn = texts(networks.zoom(NET, "arithmetic", PARAMS, x, layer=2, neuron=2))
    assert f"a = {a[1]:.3g}" in drawn


def test_a_neuron_drawn_step_by_step() -> None:
    """7.1.3-linear-figure, 7.1.5-activation-figure, 7.1.10-neuron-figure.

    7.5.3-loss-unit-figure
    """
    assert {"x₁", "x₂", "1", "w₁", "w₂", "w₀", "Σ", "z"} <= texts(networks.one_neuron(2))
    assert {"z", "f", "a"} <= texts(networks.one_neuron(2))
    assert "σ" in texts(networks.one_neuron(2, "σ"))
    assert {"loss", "y", "L"} <= texts(networks.one_neuron(2, "σ", loss=True))


def test_compositions() -> None:
    """7.0.4-series-parallel-figure, 7.2.12-compact-layer-figure."""
    ways = texts(networks.series_and_parallel())
    assert {"one unit", "in series", "in parallel", "both"} <= ways
    assert {"A⁰", "W¹, W₀¹", "Z¹", "f¹", "A¹"} <= texts(networks.compact_layer())


def test_weights_are_written_or_hidden() -> None:
    """7.2.10-weights-figure, 7.3.3-collapse-figure: linear layers with their weights, and one."""
    W1, W2 = np.array([[1.0, 2], [3, 4]]), np.array([[5.0, 6], [7, 8]])
    assert {"1", "2", "3", "4"} <= texts(network_links.links([2, 2], weights=[W1], values=True))
    assert not {"1", "2", "3", "4"} & texts(network_links.links([2, 2], weights=[W1]))
    assert {"1", "8", "19", "22", "43", "50"} <= texts(network_links.collapse([W1, W2]))


def test_dropped_and_cut_links() -> None:
    """7.8.2-dropout-figure, 9.0.1-links-figure, 9.1.14-shared-links-figure."""

    def arrows(figure: Figure) -> int:
        return sum(type(patch).__name__ == "FancyArrowPatch" for patch in figure.axes[0].patches)

    assert arrows(network_links.links([3, 4, 2])) == 20
    assert arrows(network_links.links([3, 4, 2], dropped=[[], [1, 3]])) == 10
    assert arrows(network_links.links([3, 2], masks=[np.eye(3, 2, dtype=bool)])) == 2
    shared = convolution.shared_links(5, 3)
    assert arrows(shared) == 9
    colours = {patch.get_edgecolor() for patch in shared.axes[0].patches[:9]}
    assert len(colours) == 3  # three weights, nine links


def test_messages_travel_back() -> None:
    """7.5.5-messages-figure, 7.5.7-two-neurons-figure, 7.5.10-boxes-figure: values and messages.

    7.5.15-matrix-messages-figure: long ones by their shape.
    """
    two = Network([Dense(1), ReLU(), Dense(1)], in_shape=1)
    params: list[Any] = [
        {"W": np.array([[0.5]]), "W0": np.zeros(1)}, {},
        {"W": np.array([[-1.0]]), "W0": np.array([0.25])},
    ]  # fmt: skip
    drawn = networks.backward_messages(two, [2.0], 1.0, params)
    assert {"Z¹ = 1", "A¹ = 1", "Z² = −0.75", "L = 3.06", "W¹, W₀¹"} <= texts(drawn)
    assert {"∂L/∂Z² = −3.5", "∂L/∂A¹ = 3.5", "∂L/∂W¹ = 7\n∂L/∂W₀¹ = 3.5"} <= texts(drawn)
    at = {label.get_text(): label.get_position() for label in drawn.axes[0].texts}
    assert at["Z¹ = 1"][1] > at["∂L/∂Z¹ = 3.5"][1]
    assert at["Z¹ = 1"][0] < at["A¹ = 1"][0] < at["Z² = −0.75"][0] < at["L = 3.06"][0]
    chosen = texts(networks.backward_messages(two, [2.0], 1.0, params, weight=1))
    links = "∂L/∂Z² · ∂Z²/∂A¹ · ∂A¹/∂Z¹ · ∂Z¹/∂W¹"
    assert f"∂L/∂W¹ = {links}\n= −3.5 · −1 · 1 · 2 = 7" in chosen
    last = texts(networks.backward_messages(two, [2.0], 1.0, params, weight=2))
    assert "∂L/∂W² = ∂L/∂Z² · ∂Z²/∂W²\n= −3.5 · 1 = −3.5" in last
    assert not any("∂L/∂A¹" in text for text in last)  # a later weight's chain does not go on
    with pytest.raises(FramingError, match="there is no W of 3"):
        networks.backward_messages(two, [2.0], 1.0, params, weight=3)
    wide = Network([Dense(30), Tanh(), Dense(12), Tanh(), Dense(3), Softmax()], "nllm", in_shape=9)
    drawn = networks.backward_messages(wide, np.ones(9), [1, 0, 0], wide.init(0))
    assert {"Z¹: 30×1", "∂L/∂Z¹: 30×1", "∂L/∂A²: 12×1"} <= texts(drawn)
    nested = Network([Dense(2), Residual([Dense(2)]), Dense(1)], in_shape=1)
    drawn = networks.backward_messages(nested, [2.0], 1.0, nested.init(0))
    assert {"Residual", "W¹, W₀¹"} <= texts(drawn)
    assert not any("layers" in text for text in texts(drawn))  # its parameters are further in


def test_the_reference_network_in_blocks() -> None:
    """9.4.1-diagram-figure, 9.1.16-modules-figure: forward values and derivatives, by block."""
    layers = [Convolution(1, 3, padding=1, offset=False), ReLU(), Flatten(), Dense(1, offset=False)]
    net = Network(layers, in_shape=(4, 1))
    params: list[Any] = [
        {"W": np.array([1.0, -1, 1]).reshape(3, 1, 1)}, {}, {},
        {"W": np.array([[2.0], [-1], [1], [3]])},
    ]  # fmt: skip
    drawn = texts(networks.backward_messages(net, np.array([[1.0], [2], [-1], [3]]), 4.0, params))
    assert {"Z¹ = (1, −2, 6, −4)", "A¹ = (1, 0, 6, 0)", "Z² = 8", "L = 16"} <= drawn
    assert {"∂L/∂W¹ = (16, 8, 56)", "∂L/∂W² = (8, 0, 48, 0)", "∂L/∂Z² = 8"} <= drawn


def test_modules_of_normalization() -> None:
    """7.8.3.2-standardise-figure, 7.8.3.4-module-figure: normalise, then G and B, before f."""
    net = Network([Dense(2, offset=False), BatchNorm(), ReLU(), Dense(1)], in_shape=2)
    drawn = networks.backward_messages(net, [1.0, 2.0], 1.0, net.init(0))
    words = [text.get_text() for text in drawn.axes[0].texts]
    order = [words.index(name) for name in ("Dense", "BatchNorm", "ReLU")]
    assert order == sorted(order)
    assert {"W¹", "G¹, B¹"} <= set(words)


def test_activations_and_their_slopes() -> None:
    """7.3.4-activations-figure, 7.5.12-slopes-figure, 9.2.5-relu-figure."""
    drawn = activations.activation_curves([Identity(), ReLU(), Sigmoid(), Tanh()])
    for ax, f in zip(drawn.axes, (Identity(), ReLU(), Sigmoid(), Tanh()), strict=True):
        z = np.asarray(ax.lines[0].get_xdata())
        np.testing.assert_allclose(ax.lines[0].get_ydata(), f.f(z), atol=1e-6)
        np.testing.assert_allclose(ax.lines[1].get_ydata(), f.slope(z, f.f(z)), atol=1e-6)


def test_pairs_show_the_loss() -> None:
    """7.4-pairing-figure."""
    drawn = activations.output_loss_pairs()
    assert [ax.get_title("left").split("\n")[1] for ax in drawn.axes] == [
        "identity, square loss", "sigmoid, NLL", "softmax, NLLM",
    ]  # fmt: skip
    g, loss = (np.asarray(v) for v in drawn.axes[1].lines[1].get_data())
    np.testing.assert_allclose(loss, -np.log(g), rtol=1e-5)  # y = 1


def test_training_curves_and_the_stop() -> None:
    """7.6.2-training-figure, 7.8.1.1-curves-figure, 7.7.4.1-oscillation-figure."""
    drawn = training.losses({"training": [3.0, 2, 1], "validation": [3.0, 2, 2.5]}, stop=2)
    assert [list(line.get_ydata()) for line in drawn.axes[0].lines[:2]] == [[3, 2, 1], [3, 2, 2.5]]
    assert drawn.axes[0].lines[2].get_xdata()[0] == 2
    whole = train(NET, POINTS, np.arange(20) % 2, epochs=3, gradient_norms=True).history
    drawn = training.losses(whole)
    assert [line.get_label() for line in drawn.axes[0].lines] == ["loss"]  # no norms, no empty ones
    epochs = training.regions(
        [("epoch 1", lambda P: P[:, 0] > 0), ("epoch 9", lambda P: P[:, 1] > 0)],
        POINTS,
        TRUTHS[:1].repeat(20),
    )
    assert [ax.get_title("left") for ax in epochs.axes] == ["epoch 1", "epoch 9"]
    seen: list[Figure] = []

    def watched(epoch: Any) -> bool:
        params, state = epoch.params(), epoch.state()
        so_far = {"loss": np.ones(epoch.number)}
        answer = lambda P: np.asarray(CORNERS.predict(params, P, state))[:, 0]  # noqa: E731
        seen.append(training.progress(so_far, answer, POINTS, POINTS.prod(axis=1) > 0))
        return False

    train(CORNERS, POINTS, POINTS.prod(axis=1) > 0, epochs=2, watch=watched)
    assert [figure.axes[1].get_title("left") for figure in seen] == [
        "after epoch 1",
        "after epoch 2",
    ]
    effect = training.net_displacement(
        bowl, [[-2, 0.9], [-1.7, -0.7], [-1.4, 0.6]], 2, (0, 0), (5, 3)
    )
    assert effect.axes[0].texts[0].xy == pytest.approx([-1.4, 0.6])


def test_worst_mistakes_are_shown_first() -> None:
    drawn = images.confident_mistakes(IMAGES, TRUTHS, CHANCES, [0, 1], shown=3)
    titles = [ax.get_title("left") for ax in drawn.subfigs[1].axes]
    assert titles[0] == "0 said 1\n90%"
    wrong = np.flatnonzero(CHANCES.argmax(axis=1) != TRUTHS)
    assert len(titles) == min(3, len(wrong))


def test_the_filter_slides() -> None:
    """9.1.4-slide-figure, 9.1.5-process-figure, 9.1.7-padding-figure, 9.1.20-stride-figure.

    9.1.1-scanning-figure
    """
    assert "+ 1 + 1 + 1 = 3" in texts(convolution.sliding_filter(SIGNAL, FILTER))
    assert {"0", "1", "2", "3"} <= texts(convolution.sliding_filter(SIGNAL, FILTER, stride=2))
    lengths = convolution.output_lengths(10, (3,), 2)
    assert list(lengths.axes[0].lines[0].get_ydata()) == [8, 10, 12]
    assert list(lengths.axes[1].lines[0].get_ydata()) == [8, 4, 3]
    scanned = images.images([np.pad(CROSS, 2)], windows=[(2, 2, 3, 3)])
    assert scanned.axes[0].patches[0].get_bbox().bounds == (1.5, 1.5, 3, 3)
    with pytest.raises(ShapeError, match="A filter of 3 has no window on a signal of 2"):
        convolution.sliding_filter([1, 2], FILTER)


def test_products_of_a_window() -> None:
    """9.1.8-two-dimensional-figure, 9.2.4-low-contrast-figure: window w_{0,1} scores −1."""
    x = np.array([[1, 1, -1, -1, -1], [1, 1, 1, -1, 1], [1, 1, -1, -1, 1], [-1, 1, 1, 1, -1]])
    assert "their sum: −1" in texts(convolution.window_products(x, CROSS, (0, 1)))
    assert "their sum: 9" in texts(convolution.window_products(np.pad(CROSS, 1), CROSS, (1, 1)))
    faint = 0.1 * np.ones((3, 3)) + 0.02 * CROSS
    assert "their sum: 0.28" in texts(convolution.window_products(faint, CROSS, (0, 0)))


def test_flattening_and_positions() -> None:
    """9.0.3-flatten-figure, 9.0.4-neighbours-figure, 9.0.5-two-positions-figure."""
    drawn = convolution.flattened_matrix([[1, 2], [3, 4]]).axes[0].texts
    cells = [text.get_text() for text in drawn if text.get_text().isdigit()]
    assert cells == ["1", "2", "3", "4", *"1324", *"1234"]
    touching, apart = np.eye(4, k=1) + np.eye(4), np.eye(4)[::-1] * [1, 0, 0, 1]
    pair = images.images([touching, apart], ["touching", "apart"], numbers=False)
    assert [np.asarray(ax.images[0].get_array()).sum() for ax in pair.axes] == [7, 2]
    here, there = np.zeros((6, 6)), np.zeros((6, 6))
    here[:3, :3], there[3:, 3:] = CROSS > 0, CROSS > 0
    both = images.images([here, there], ["here", "there"])
    assert (both.axes[0].images[0].get_array() == here).all()
    assert [ax.get_title("left") for ax in both.axes] == ["here", "there"]


def test_pools_and_where_ones_land() -> None:
    """9.4.7-shifted-relu-figure; ones sent back land on the largest of each field."""
    drawn = [text.get_text() for text in convolution.pool_gradient(POOL).axes[0].texts]
    assert {"44", "−1", "11", "321"} <= set(drawn)
    assert drawn[-17:-1] == list("0000100100001010")
    moved = convolution.pooling_over_one([1.0, 3.0, 2.0])
    a, y = (np.asarray(v) for v in moved.axes[0].lines[0].get_data())
    np.testing.assert_allclose(y, 3 + np.maximum(a - 3, 0))


def test_convolutional_networks() -> None:
    """9.1.11-edge-filters-figure, 9.3-architecture-figure."""
    whole = texts(convnets.architecture(DIGITS))
    assert {"6×6×1", "6×6×3", "3×3×3", "27", "30 parameters", "3 filters\nReLU"} <= whole
    maps = convnets.feature_maps(DIGITS, FILTERS, IMAGES[0])
    z, _ = DIGITS.layers[0].forward(FILTERS[0], IMAGES[:1].astype(np.float32), Mode())
    np.testing.assert_allclose(
        maps.axes[1].images[0].get_array(), np.maximum(z, 0)[0, ..., 0], atol=1e-6
    )
    with pytest.raises(FramingError, match="has 1 convolutions; there is no 2th"):
        convnets.filters(DIGITS, FILTERS, 2)
    with pytest.raises(FramingError, match="needs a convolution or a pool"):
        convnets.receptive_field(NET)


@pytest.mark.parametrize("pool", [MaxPool(2), MaxBlurPool(2), MaxPool(3, 2, 1)])
def test_receptive_fields_are_those_of_the_gradient(pool: Any) -> None:
    """Def 434: what an output feels is what its field says, and nothing beyond."""
    layers = [Convolution(1, 3, stride=1, padding=1), pool, Convolution(1, 3)]
    net = Network([*layers, Tanh(), Flatten(), Dense(1)], in_shape=(12, 12, 1))
    first = last = 1
    for l in reversed(range(3)):
        first, last = convnets.input_span(net.layers[l], net.points[l], first, last)
    felt = np.zeros(12, bool)
    for seed in range(30):
        x = np.random.default_rng(seed).random((1, 12, 12, 1)).astype(np.float32)
        way_back = []
        for layer, shape in zip(layers, net.points, strict=False):
            own = {k: np.ones(v, np.float32) for k, v in layer.shapes(shape)[0].items()}
            x, back = layer.forward(own, x, Mode())
            way_back.append(back)
        d = np.zeros(x.shape, np.float32)
        d[0, 1] = 1
        for back in reversed(way_back):
            d, _ = back(d)
        felt |= np.abs(np.asarray(d)).sum(axis=(0, 2, 3)) > 0
    assert np.flatnonzero(felt).tolist() == list(range(max(first, 0), min(last, 11) + 1))
