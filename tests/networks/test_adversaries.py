"""Adversarial examples: the ascent and its formula, the budget, the stop; training against it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid import NetworkClassifier, Ridge, RobustClassifier, adversarial_example
from pellucid.errors import FramingError, HyperparameterError, ShapeError
from pellucid.networks import ConvNetClassifier, Dense, Mode, Network, Softmax, Tanh, robustness
from pellucid.networks.adversarial.input_gradient_ascent import (
    AdversariallyTrainedNetwork,
    Ascent,
    ascend,
    loss_by_input,
)
from pellucid.pictures.images import images
from pellucid.storage import load_model, save_model


def rows(k: int, n: int = 240) -> tuple[Any, Any]:
    X = np.random.default_rng(0).normal(size=(n, 3)) * [1.0, 20.0, 0.1]
    score = X @ [1.0, 0.05, 10.0]
    return X, np.array(["a", "b", "c"])[np.digitize(score, [0.0] if k == 2 else [-0.8, 0.8])]


@cache
def fitted(k: int) -> NetworkClassifier:
    return NetworkClassifier(hidden=(16,), step_size=0.01, epochs=40).fit(*rows(k))


def small() -> tuple[Network, Any, Any, Any]:
    network = Network([Dense(5), Tanh(), Dense(3), Softmax()], "nllm", in_shape=4)
    x = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
    return network, network.init(0), x, np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]


def test_the_slope_by_the_input_is_that_of_jax() -> None:
    network, params, x, y = small()
    slope, wrong = jax.jit(lambda x: loss_by_input(network, params, x, y, Mode()))(x)
    oracle = jax.jit(jax.grad(lambda x: network.losses(params, x, y).sum()))(x)
    np.testing.assert_allclose(slope, oracle, rtol=1e-4, atol=1e-6)
    said = np.asarray(network.predict(params, x)).argmax(axis=1)
    assert (np.asarray(wrong) == (said != y.argmax(axis=1))).all()


def test_one_step_along_the_gradient_is_the_notes_formula() -> None:
    """8.5.2-adversarial-example: eq 8.9, x + η ∂L/∂x; and its loss is higher."""
    network, params, x, y = small()
    ascent = Ascent(1, "gradient", "budget")
    far, eta = jnp.full(4, 9.0), jnp.float32(0.05)
    moved, _, taken = ascend(network, ascent, params, x, y, x - far, x + far, eta, Mode())
    slope, _ = loss_by_input(network, params, x, y, Mode())
    np.testing.assert_allclose(moved, x + 0.05 * slope, rtol=1e-5)
    assert (np.asarray(taken) == 1).all()
    assert (network.losses(params, moved, y) > network.losses(params, x, y)).all()


@settings(max_examples=4, deadline=None)
@given(
    st.sampled_from([2, 3]), st.floats(0.01, 2.0), st.integers(1, 6),
    st.sampled_from(["sign", "gradient"]), st.sampled_from(["wrong", "budget"]),
)  # fmt: skip
def test_no_entry_moves_further_than_the_budget(
    k: int, budget: float, steps: int, direction: str, until: str
) -> None:
    """8.5.2-stop-obligatory: whatever is asked, the ascent ends within its budget and steps."""
    X, y = rows(k)
    h = fitted(k)
    found = adversarial_example(
        h, X, y, budget=budget, steps=steps, direction=direction, until=until, bounds=(-30, 30)
    )
    assert np.abs(found.X - X).max() <= budget + 1e-9
    assert (found.X.max() <= max(30, X.max())) & (found.X.min() >= min(-30, X.min()))
    assert (found.steps <= steps).all()
    np.testing.assert_array_equal(found.X[~found.right_before], X[~found.right_before])
    np.testing.assert_array_equal(found.predictions, h.predict(found.X))
    if until == "wrong":  # who is fooled was not led on: a step less would not have done
        still = found.right_before & ~found.fooled
        assert (found.steps[still] == steps).all()


def test_a_larger_budget_fools_more() -> None:
    X, y = rows(3)
    curve = robustness(fitted(3), X, y, [0.0, 0.02, 0.1, 0.5])
    assert curve[0] == fitted(3).score(X, y)
    assert (np.diff(curve) <= 0).all()
    assert curve[-1] < curve[0] - 0.1


def test_what_does_not_serve_is_refused() -> None:
    X, y = rows(2)
    h = fitted(2)
    for budget in (0.0, -1.0, np.inf):
        with pytest.raises(HyperparameterError, match="the most that an entry may move"):
            adversarial_example(h, X, y, budget=budget)
    with pytest.raises(HyperparameterError, match="needs an end"):
        adversarial_example(h, X, y, budget=1.0, steps=0)
    for bad in (-1.0, 0.0, np.inf, np.nan):
        with pytest.raises(HyperparameterError, match=r"step_size \(η\) is a number > 0"):
            adversarial_example(fitted(2), *rows(2), budget=0.5, step_size=bad)
    with pytest.raises(HyperparameterError, match=r"bounds are \(least, largest\)"):
        adversarial_example(h, X, y, budget=1.0, bounds=(1, 0))
    with pytest.raises(FramingError, match="'z' is not among the model's classes"):
        adversarial_example(h, X[:1], ["z"], budget=1.0)
    with pytest.raises(ShapeError, match="There are 240 rows and 3 labels"):
        adversarial_example(h, X, y[:3], budget=1.0)
    with pytest.raises(FramingError, match="A Ridge has no back-propagation"):
        adversarial_example(Ridge().fit(X, X[:, 0]), X, y, budget=1.0)
    with pytest.raises(HyperparameterError, match="RobustClassifier: model"):
        RobustClassifier(Ridge()).fit(X, y)


@pytest.mark.parametrize("how", ["replaced", "added"])
def test_training_against_the_adversary_is_training_on_moved_points(how: str) -> None:
    """8.5.2-adversarial-training: the gradient is that of the plain network on the moved batch."""
    network, params, x, y = small()
    hard = AdversariallyTrainedNetwork(
        network.layers, "nllm", 4, "mean", (0.2,) * 4, ((-1.0,) * 4, (1.0,) * 4), 2, how
    )
    mode = Mode(True, jax.random.key(0), network.init_state())

    def value_and_slope(network: Network) -> Any:
        return jax.jit(lambda params: network.loss_and_gradient(params, x, y, mode)[:2])(params)

    value, gradient = value_and_slope(hard)
    calm, expected = value_and_slope(Network(network.layers, "nllm", 4, "mean"))
    assert value > calm
    assert jax.tree.map(np.shape, gradient) == jax.tree.map(np.shape, params)
    # A budget of next to nothing leaves the plain network's gradient.
    none = AdversariallyTrainedNetwork(network.layers, "nllm", 4, "mean", (1e-7,) * 4, None, 1, how)
    for ours, theirs in zip(
        jax.tree.leaves(value_and_slope(none)[1]), jax.tree.leaves(expected), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_images_and_a_file(tmp_path: Path) -> None:
    """Images keep their shape; a robust classifier is saved without its adversary."""
    random = np.random.default_rng(0)
    X = random.uniform(size=(60, 6, 6))
    y = np.arange(60) % 2
    X[y == 1, :3] += 1.0
    model = RobustClassifier(
        ConvNetClassifier(filters=(2,), hidden=(), epochs=10, step_size=0.01), budget=0.1
    ).fit(X, y)
    found = adversarial_example(model, X, y, budget=0.1)
    assert found.X.shape == X.shape
    assert "ARTIFICIAL" in str(found)
    assert type(model.model_.network_) is Network
    assert "climbs its loss" in str(model.explain())
    save_model(model, tmp_path / "robust.pellucid")
    np.testing.assert_array_equal(
        load_model(tmp_path / "robust.pellucid").predict(X), model.predict(X)
    )


@pytest.mark.slow
def test_digits_before_and_after() -> None:
    """8.5.2-flip: a fast-gradient-sign budget takes a plain CNN below 30 %, the trained one stays
    above 70 %.
    """
    with np.load(Path(__file__).parents[2] / "examples" / "digits.npz") as held:
        X, y = held["images"] / 255.0, held["labels"].astype(int)
    seen, unseen = (X[:4000], y[:4000]), (X[-500:], y[-500:])
    cnn = ConvNetClassifier(
        hidden=(128,), epochs=20, batch_size=50, standardize="whole", step_size=1e-3
    )
    model = RobustClassifier(cnn, budget=0.2, steps=2, bounds=(0, 1)).fit(*seen)
    before = robustness(cnn.fit(*seen), *unseen, [0.0, 0.25], bounds=(0, 1))
    after = robustness(model, *unseen, [0.0, 0.25], bounds=(0, 1))
    assert before[0] > 0.95
    assert after[0] > 0.95
    assert before[1] < 0.3
    assert after[1] > 0.7


def test_a_relabelled_image_is_shown_beside_the_one_it_was() -> None:
    """8.5.2-adversarial-figure: two labels, and no entry of the images further apart than ε."""
    X = np.random.default_rng(0).uniform(0.3, 0.7, (80, 16))
    y = X[:, :8].sum(axis=1) > X[:, 8:].sum(axis=1)
    h = NetworkClassifier(hidden=(), step_size=0.05, epochs=60).fit(X, y)
    found = adversarial_example(h, X, y, budget=0.1, bounds=(0, 1))
    row = int(np.flatnonzero(found.fooled)[0])
    pair = [part[row].reshape(4, 4) for part in (X, found.X)]
    figure = images(pair, [str(y[row]), str(found.predictions[row])], numbers=False, shared=True)
    shown = [axes.images[0] for axes in figure.axes if axes.images]
    assert [each.axes.get_title("left") for each in shown] == [str(y[row]), str(not y[row])]
    before, after = (np.asarray(each.get_array(), float) for each in shown)
    assert 0 < np.abs(after - before).max() <= 0.1 + 1e-6
    assert shown[0].get_clim() == shown[1].get_clim()


@pytest.mark.parametrize(("steps", "usual"), [(1, 0.2), (4, 2.5 * 0.2 / 4)])
def test_the_usual_step_lets_each_row_reach_its_budget(steps: int, usual: float) -> None:
    X, y = rows(2)
    how = {"budget": 0.2, "steps": steps, "until": "wrong"}
    found = adversarial_example(fitted(2), X[:9], y[:9], **how)
    said = adversarial_example(fitted(2), X[:9], y[:9], step_size=usual, **how)
    np.testing.assert_array_equal(found.X, said.X)
