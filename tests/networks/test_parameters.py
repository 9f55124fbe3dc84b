"""Weights, truths and points in every form that a person writes; what does not fit is named."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import FramingError, NetworkWarning, ShapeError, TableError
from pellucid.networks import (
    BatchNorm,
    Convolution,
    Dense,
    Flatten,
    Mode,
    Network,
    Residual,
    Sigmoid,
    Softmax,
    Tanh,
    backward_pass,
    collapse_linear,
    forward_pass,
    saliency,
    train,
)

NET = Network([Dense(3), Tanh(), Dense(2), Softmax()], "nllm", in_shape=2, reduction="mean")
PARAMS = jax.tree.map(np.asarray, NET.init(0, "float64"))
X = np.random.default_rng(0).normal(size=(5, 2))
CODES = np.array([0, 1, 1, 0, 1])
COLUMNS = [
    {name: part[:, None] if name == "W0" else part for name, part in own.items()} for own in PARAMS
]
LISTS = jax.tree.map(lambda part: part.tolist(), COLUMNS, is_leaf=lambda p: hasattr(p, "shape"))
USES: dict[str, Any] = {
    "predict": lambda net, p: net.predict(p, X),
    "forward": lambda net, p: net.forward(p, X)[0],
    "losses": lambda net, p: net.losses(p, X, CODES),
    "gradient": lambda net, p: net.loss_and_gradient(p, X, CODES, Mode())[1][0]["W0"],
    "forward pass": lambda net, p: forward_pass(net, X, p)["Z2"].value,
    "backward pass": lambda net, p: backward_pass(net, X, CODES, p)["dL/dW01"].value,
    "saliency": lambda net, p: saliency(net, X, p),
    "collapse": lambda net, p: collapse_linear(net, p)[1][0]["W0"],
    "train": lambda net, p: train(
        net, X, CODES, start=p, epochs=1, dtype="float64"
    ).params[0]["W0"],
}  # fmt: skip


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_offsets_as_columns_and_numbers_as_lists_are_the_same_weights(use: Any) -> None:
    """Notation 269: W₀ is n×1 in the notes and (n,) here; both are the same numbers."""
    with jax.enable_x64(True):
        wanted = np.asarray(use(NET, PARAMS))
        for params in (COLUMNS, LISTS):
            np.testing.assert_allclose(np.asarray(use(NET, params)), wanted, rtol=1e-12)


def _with(l: int, **own: Any) -> list[Any]:
    return [{**part, **own} if at == l else part for at, part in enumerate(PARAMS)]


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize(
    ("params", "says"),
    [
        (_with(0, W=PARAMS[0]["W"].T), r"Layer 1 \(Dense\): W is 2×3; .* 3×2. It looks transposed"),
        (_with(2, W0=np.zeros(3)), r"Layer 3 \(Dense\): W0 is 2 \(or 2×1\); this one is 3"),
        (_with(0, W0=np.zeros((1, 3))), r"W0 is 3 \(or 3×1\); this one is 1×3"),
        (_with(0, W0=0.0), "W0 is 3 .* this one is a single number"),
        (_with(0, W="words"), r"W is 2×3 numbers; this is a str"),
        (_with(0, W=[[1.0], [1.0, 2.0]]), "W is 2×3 numbers; this is a list of 2"),
        (_with(1, W=np.ones(1)), "Tanh. takes a dict with nothing in it; it has no 'W'"),
        ([{"W": PARAMS[0]["W"]}, *PARAMS[1:]], "takes a dict with 'W' and 'W0'; 'W0' is missing"),
        ([PARAMS[0]["W"], *PARAMS[1:]], r"Layer 1 \(Dense\) takes a dict .* this is a ndarray"),
        ([None, *PARAMS[1:]], "takes a dict .* this is a NoneType"),
        (PARAMS[:2], "4 layers, but params has 2 entries"),
        ("weights", "params is a list with one dict a layer"),
        ({"W": 1}, "this is a dict|checkpoint|theta"),
    ],
)  # fmt: skip
def test_other_weights_are_refused_by_name(use: Any, params: Any, says: str) -> None:
    if isinstance(params, dict) and use is USES["train"]:
        pytest.skip("a dict is a standing to go on from")
    with pytest.raises(ShapeError, match=says):
        use(NET, params)


def test_weights_inside_layers_of_layers_are_looked_at_too() -> None:
    net = Network([Residual([Dense(2)])], in_shape=2)
    params: Any = jax.tree.map(np.asarray, net.init(0))
    inner = jax.tree.leaves(params[0], is_leaf=lambda part: isinstance(part, dict) and "W" in part)
    inner[0]["W0"] = np.zeros(3)
    with pytest.raises(ShapeError, match=r"Layer 1 \(Residual\): .*W0 is 2"):
        net.predict(params, X)


@pytest.mark.parametrize(
    "y", [CODES, CODES.tolist(), CODES.astype(float), np.eye(2)[CODES], np.eye(2)[CODES].tolist()]
)
def test_class_numbers_are_one_hot_rows(y: Any) -> None:
    """Concept 286."""
    with jax.enable_x64(True):
        wanted = np.asarray(NET.losses(PARAMS, X, np.eye(2)[CODES]))
        np.testing.assert_allclose(np.asarray(NET.losses(PARAMS, X, y)), wanted)
        traced = jax.jit(lambda y: NET.losses(PARAMS, X, y))(np.asarray(y))
        np.testing.assert_allclose(np.asarray(traced), wanted)
    mean = float(wanted.mean())
    assert backward_pass(NET, X, y, PARAMS)["L"].value == pytest.approx(mean)
    one = backward_pass(NET, X[0], y[0], PARAMS)
    assert one["L"].value == pytest.approx(wanted[0])


@pytest.mark.parametrize(
    ("y", "error", "says"),
    [
        (["a", "b", "a", "b", "a"], FramingError, "truths are of type <U1. Number the classes"),
        ([[1, 0], [1]], FramingError, "of different lengths"),
        ([0, 1, 2, 0, 1], ShapeError, "from 0 to 1, for the network has 2 outputs"),
        ([0, 1, 0.5, 0, 1], ShapeError, "whole numbers from 0; 0.5 is none"),
        ([0, 1], ShapeError, "guesses are 5×2 but the truths are"),
        ([[0], [1], [1], [0], [1]], (ShapeError, FramingError), "guesses are 5×2|sums to 1"),
    ],
)
def test_other_truths_are_refused_in_words(y: Any, error: Any, says: str) -> None:
    for refused in (
        lambda: NET.losses(PARAMS, X, y),
        lambda: backward_pass(NET, X, y, PARAMS),
        lambda: NET.loss_and_gradient(PARAMS, X, y, Mode()),
    ):
        with pytest.raises(error, match=says):
            refused()


def test_points_that_are_no_numbers_or_too_large_are_refused() -> None:
    params = NET.init(0)
    with pytest.raises(ShapeError, match="of type <U1"):
        NET.predict(params, [["a", "b"]])
    with pytest.raises(ShapeError, match="different lengths"):
        NET.predict(params, [[1.0, 2.0], [1.0]])
    with pytest.raises(TableError, match=r"hold 1e\+300, more than float32 can"):
        NET.predict(params, [[1e300, 0.0]])
    assert np.isfinite(NET.predict(PARAMS, [[1e300, 0.0]])).all()


NETWORKS = [
    Network([Dense(3), Tanh(), Dense(1)], "square", in_shape=2, reduction="mean"),
    Network([Dense(3), Tanh(), Dense(1)], "absolute", in_shape=2),
    Network([Dense(3), BatchNorm(), Tanh(), Dense(1), Sigmoid()], "nll", 2, reduction="mean"),
    Network([Residual([Dense(2), BatchNorm()]), Dense(2), Softmax()], "nllm", 2),
    Network([Convolution(2, 2), Tanh(), Flatten(), Dense(1)], "square", (3, 1), reduction="mean"),
]


@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from(NETWORKS), st.integers(0, 9),
    st.lists(st.integers(0, 3), min_size=2, max_size=7).filter(lambda w: sum(w) > 1),
)  # fmt: skip
def test_a_weight_is_that_many_rows(net: Network, seed: int, counts: list[int]) -> None:
    """Any network × any weights and batch: the plain mean, or sum, over repeated rows."""
    rng = np.random.default_rng(seed)
    n, w = len(counts), np.array(counts, float)
    x, y = rng.normal(size=(n, *net.points[0])), rng.uniform(size=(n, *net.out_shape))
    if net.loss == "nllm":
        y = np.eye(2)[(y[:, 0] > 0.5).astype(int)]
    params, state = net.init(seed, "float64"), net.init_state("float64")
    mode = Mode(training=True, state=state)
    rows = np.repeat(np.arange(n), counts)
    with jax.enable_x64(True), jax.default_matmul_precision("highest"):
        way = jax.jit(lambda x, y, w=None: net.loss_and_gradient(params, x, y, mode, w))
        found, wanted, nothing = way(x, y, w), way(x[rows], y[rows]), way(x, y, 0 * w)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-7, atol=1e-9)
    assert all(np.abs(np.asarray(part)).max() == 0 for part in jax.tree.leaves(nothing[:2]))


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 5), st.integers(1, 4), st.sampled_from(NETWORKS[:3]))
def test_rows_that_weigh_nothing_are_as_if_they_were_not(
    seed: int, size: int, net: Network
) -> None:
    """A batch of only such rows moves nothing, whatever the rule remembers."""
    rng = np.random.default_rng(seed)
    w = (rng.random(9) < 0.5).astype(float)
    w[:2] = 1
    x, y = rng.normal(size=(9, 2)), rng.uniform(size=(9, 1))
    how: Any = {"epochs": 2, "batch_size": size, "dtype": "float64", "seed": 1}
    with warnings.catch_warnings(action="ignore", category=NetworkWarning):
        one = train(net, x, y, weights=w, **how)
        other = train(net, x[w > 0], y[w > 0], **how)
    assert one.history == other.history
    for mine, theirs in zip(
        jax.tree.leaves(one.params), jax.tree.leaves(other.params), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)
