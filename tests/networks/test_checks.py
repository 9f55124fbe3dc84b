"""What a network does not take is refused in words, before JAX has a word to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.errors import (
    FramingError,
    HyperparameterError,
    NetworkWarning,
    ShapeError,
    TooFewRowsError,
)
from pellucid.networks import (
    Convolution,
    Dense,
    Embedding,
    Enlarge,
    Flatten,
    Identity,
    MaxPool,
    Network,
    Parallel,
    ReLU,
    Residual,
    Stretch,
    Tanh,
    Unflatten,
    collapse_linear,
    train,
)
from pellucid.networks.checks import refuse_ids, refuse_points
from pellucid.networks.linear_collapse import as_matrix
from pellucid.networks.training.steps import compiled_outputs
from pellucid.networks.training.validation import HeldOutRows

NET = Network([Dense(2), Tanh(), Dense(1)], in_shape=3)
PARAMS = NET.init(0)
OF_TOKENS = Network([Embedding(7, 2), Flatten(), Dense(1)], in_shape=4)


@pytest.mark.parametrize("shape", [(2, 7), (2, 3, 1), (), (3,)])
def test_points_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    X = np.zeros(shape)
    with pytest.raises(ShapeError, match=r"batches of shape n×3"):
        NET.predict(PARAMS, X)
    with pytest.raises(ShapeError, match=r"batches of shape n×3"):
        HeldOutRows(NET, X, np.zeros(2))
    with pytest.raises(ShapeError, match=r"batches of shape n×3"):
        refuse_points(NET.points[0], shape)
    refuse_points(NET.points[0], (5, 3))


def test_one_point_is_told_how_to_be_a_batch() -> None:
    with pytest.raises(ShapeError, match=r"this one is 3. Write one point .* X\[None\]"):
        NET.predict(PARAMS, np.zeros(3))
    assert NET.predict(PARAMS, np.zeros(3)[None]).shape == (1, 1)
    assert NET.predict(PARAMS, np.zeros((0, 3))).shape == (0, 1)


def test_layers_that_would_take_any_shape_are_no_excuse() -> None:
    with pytest.raises(ShapeError, match="n×3"):
        Network([Tanh()], in_shape=3).predict([{}], np.zeros((2, 7)))
    images = Network([Convolution(2, 3), ReLU(), MaxPool(2)], in_shape=(8, 8, 1))
    with pytest.raises(ShapeError, match=r"n×8×8×1, .* is 2×9×9×1"):
        images.predict(images.init(0), np.zeros((2, 9, 9, 1)))


def test_a_trained_network_refuses_too() -> None:
    trained = train(NET, np.eye(3), np.arange(3.0), epochs=1)
    with pytest.raises(ShapeError, match="n×3"):
        trained.predict(np.zeros((2, 7)))


def test_held_out_rows_have_one_answer_and_weight_each() -> None:
    with pytest.raises(TooFewRowsError, match="no held-out rows"):
        HeldOutRows(NET, np.zeros((0, 3)), np.zeros(0))
    with pytest.raises(ShapeError, match="2 held-out rows, but their answers are 3"):
        HeldOutRows(NET, np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(ShapeError, match="2 held-out rows, but their weights are 1"):
        HeldOutRows(NET, np.zeros((2, 3)), np.zeros(2), np.ones(1))


@pytest.mark.parametrize("strange", [99, 7, 1.5, -2, np.nan])
def test_ids_that_are_no_tokens_are_refused(strange: float) -> None:
    X = np.zeros((3, 4))
    X[1, 2] = strange
    with pytest.raises(FramingError, match=r"from 0 to 6, or −1 .* row 1, place 2 holds"):
        OF_TOKENS.predict(OF_TOKENS.init(0), X)
    with pytest.raises(FramingError, match="row 1, place 2"):
        HeldOutRows(OF_TOKENS, X, np.zeros(3))


def test_empty_places_and_ids_in_branches() -> None:
    """−1 marks an empty place; each branch looks at the ids that it reads."""
    X = np.array([[0.0, -1.0, 6.0, 1.0]])
    assert OF_TOKENS.predict(OF_TOKENS.init(0), X).shape == (1, 1)
    first = Stretch([Embedding(2, 3), Flatten()], 0, 2, rest="drop")
    last = Stretch([Embedding(7, 3), Flatten()], 2, rest="drop")
    refuse_ids([Parallel([[first], [last], [], [Identity()]])], X)
    with pytest.raises(FramingError, match=r"from 0 to 1, .* row 0, place 1 holds 6"):
        refuse_ids([Parallel([[last], [first]])], X[:, ::-1])
    X[0, 3] = 7
    with pytest.raises(FramingError, match=r"from 0 to 6, .* row 0, place 3 holds 7"):
        refuse_ids([Parallel([[first], [last]])], X)


def test_compiling_looks_at_no_ids() -> None:
    """Rows are unknown then: whoever lays them out checks them before."""
    found = compiled_outputs(OF_TOKENS)(OF_TOKENS.init(0), [{}, {}, {}], np.full((1, 4), 6.0))
    assert np.shape(found) == (1, 1)


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ([Dense], r"Layer 1 is no Layer: Dense is a class\. Call it"),
        ([Dense(2), "relu"], "Layer 2 is no Layer: it is 'relu'"),
        (Dense(2), "takes a list of layers"),
        ([Residual([Tanh(), ReLU])], "Layer 2 is no Layer: ReLU is a class"),
        ([Parallel([["relu"]])], "no Layer: it is 'relu'"),
    ],
)
def test_what_is_no_layer(layers: Any, says: str) -> None:
    with pytest.raises(FramingError, match=says):
        Network(layers, in_shape=3)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Dense(1.5), "Dense: units and inputs are whole numbers ≥ 1; got 1.5"),
        (lambda: Dense("a"), "got 'a'"),
        (lambda: Dense(True), "got True"),
        (lambda: Dense(2, inputs=0), "got 2, 0"),
        (lambda: Convolution(2.5), "filters is a whole number ≥ 1; got 2.5"),
        (lambda: Convolution(3, 2.5), "Convolution: size is a whole number, .* got 2.5"),
        (lambda: Convolution(3, (2.5, 3)), r"size is a whole number, .* got \(2.5, 3\)"),
        (lambda: Convolution(3, "3"), "size is a whole number, .* got '3'"),
        (lambda: Convolution(3, ()), r"size is a whole number, .* got \(\)"),
        (lambda: Convolution(3, stride=0), "at least 1"),
        (lambda: MaxPool(1.5), "MaxPool: size is a whole number"),
        (lambda: MaxPool(2, stride="a"), "MaxPool: stride is a whole number"),
        (lambda: Enlarge(2), "Enlarge: size is two whole numbers"),
        (lambda: Enlarge((2, 2.5)), "Enlarge: size is two whole numbers"),
        (lambda: Unflatten(2.5), "Unflatten: shape is whole numbers"),
        (lambda: Embedding(7, 1.5), "Embedding: count and width are whole numbers"),
    ],
)
def test_settings_are_whole_numbers(make: Callable[[], Any], says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        make()


@pytest.mark.parametrize("given", [2.5, (2.5,), (3, 0), "3"])
def test_in_shape_is_whole_numbers(given: Any) -> None:
    with pytest.raises(ShapeError, match="in_shape is a whole number"):
        Network([Dense(1)], in_shape=given)


@pytest.mark.parametrize(("size", "padding"), [(3, 1), ((3, 3), 1), ((3, 5), (1, 2))])
def test_the_padding_advised_serves(size: Any, padding: Any) -> None:
    """On an image: one number where all axes agree, whatever the number of axes."""
    with pytest.raises(HyperparameterError) as refused:
        Convolution(3, size, padding="same", stride=2)
    assert f"write padding={padding} if" in str(refused.value)
    net = Network([Convolution(3, size, padding=padding, stride=2)], in_shape=(8, 8, 1))
    assert net.out_shape == (4, 4, 3)


def test_params_are_one_dict_a_layer() -> None:
    for refused in (
        lambda: NET.predict(PARAMS[:2], np.zeros((2, 3))),
        lambda: collapse_linear(NET, PARAMS[:2]),
        lambda: NET.collapse_linear(PARAMS[:2]),
    ):
        with pytest.raises(ShapeError, match="3 layers, but params has 2 entries"):
            refused()
    with pytest.raises(ShapeError, match="this is a dict"):
        NET.predict({}, np.zeros((2, 3)))


def test_a_network_collapses_itself() -> None:
    """Concept 282."""
    with pytest.warns(NetworkWarning, match="together they are one linear layer"):
        deep = Network([Dense(4), Identity(), Dense(1)], in_shape=3, reduction="mean")
    params = deep.init(0, "float64")
    one, found = deep.collapse_linear(params)
    other, same = collapse_linear(deep, params)
    assert one == other
    assert len(one.layers) == 1
    np.testing.assert_array_equal(found[0]["W"], same[0]["W"])
    X = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(one.predict(found, X), deep.predict(params, X), rtol=1e-12)


def test_the_matrix_of_a_convolution_asks_for_what_belongs_together() -> None:
    own = {"W": np.ones((2, 1, 1))}
    with pytest.raises(FramingError, match="for a Convolution; this is Dense"):
        as_matrix(Dense(2), own, (3,))  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match=r"For points of 4×2 W is 2×2×1 .* this one is 2×1×1"):
        as_matrix(Convolution(1, 2), own, (4, 2))
    with pytest.raises(ShapeError, match="length×channels"):
        as_matrix(Convolution(1, 2), own, 4)  # type: ignore[arg-type]
