"""Losses: worked examples, derivatives against finite differences and jax.grad, safe tails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.losses import (
    LOSSES,
    asymmetric,
    nll_from_score,
    nllm_from_scores,
    sigmoid,
    softmax,
)

GUESSES = {
    "number": (np.array([-2.0, 0.3, 5.0]), np.array([1.0, 0.4, -5.0])),
    "probability": (np.array([0.2, 0.6, 0.9]), np.array([0.0, 1.0, 0.3])),
    "probabilities": (np.array([[0.2, 0.3, 0.5]]), np.array([[0.0, 0.0, 1.0]])),
    "class": (np.array([0.0, 1.0]), np.array([1.0, 1.0])),
}
scores = st.floats(-1e4, 1e4)


@pytest.mark.parametrize("name", [n for n, loss in LOSSES.items() if loss.guesses != "class"])
def test_derivative_equals_central_difference(name):
    loss = LOSSES[name]
    g, a = GUESSES[loss.guesses]
    step = 1e-6
    for at in np.ndindex(g.shape):
        e = np.zeros_like(g)
        e[at] = step
        slope = (loss(g + e, a).sum() - loss(g - e, a).sum()) / (2 * step)
        assert_allclose(loss.derivative(g, a)[at], slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", [n for n, loss in LOSSES.items() if loss.guesses == "class"])
def test_eq_4_17_losses_on_labels_are_flat(name):
    g, a = GUESSES["class"]
    assert not LOSSES[name].derivative(g, a).any()


def test_section_1_3_named_values():
    assert_allclose(LOSSES["zero-one"]([1, 2], [1, 3]), [0, 1])
    assert_allclose(LOSSES["zero-one"](["dog", "cat"], ["dog", "dog"]), [0, 1])
    assert_allclose(LOSSES["absolute"]([1, 2], [1, 5]), [0, 3])
    assert_allclose(LOSSES["square"]([1, 2], [1, 5]), [0, 9])
    assert_allclose(LOSSES["asymmetric"]([1, 0, 0, 1], [0, 1, 0, 1]), [1, 10, 0, 0])


def test_notation_16_swapping_the_arguments_changes_asymmetric_loss():
    assert LOSSES["asymmetric"](1, 0) != LOSSES["asymmetric"](0, 1)


def test_ke_159_and_171_values():
    assert_allclose(LOSSES["nll"]([0.6, 0.6, 0.5], [1, 0, 1]), [0.5108, 0.9163, 0.6931], atol=5e-5)
    assert_allclose(softmax([1, 2, 3]), [0.0900, 0.2447, 0.6652], atol=5e-5)
    assert_allclose(LOSSES["nllm"](softmax([1, 2, 3]), [0, 0, 1]), 0.4076, atol=5e-5)
    assert_allclose(sigmoid(10.0), 0.9999546, atol=5e-8)


@given(scores)
def test_eq_4_74_softmax_of_u_and_0_is_the_sigmoid(u):
    assert_allclose(softmax([u, 0.0]), [sigmoid(u), sigmoid(-u)], rtol=1e-12, atol=1e-300)
    assert_allclose(nllm_from_scores([u, 0.0], [1, 0]), nll_from_score(u, 1), rtol=1e-12)


def test_loss_from_scores_equals_loss_of_probabilities():
    u = np.linspace(-20, 20, 41)
    assert_allclose(nll_from_score(u, np.ones(41)), LOSSES["nll"](sigmoid(u), np.ones(41)))
    U = np.random.default_rng(0).normal(size=(9, 4)) * 5
    Y = np.eye(4)[np.arange(9) % 4]
    assert_allclose(nllm_from_scores(U, Y), LOSSES["nllm"](softmax(U), Y))


@given(scores, st.sampled_from([0.0, 1.0]))
def test_scores_never_overflow(u, y):
    assert np.isfinite(nll_from_score(u, y))
    assert softmax([u, -u]).sum() == pytest.approx(1)
    assert softmax([u, -u])[int(u < 0)] >= 0.5
    assert np.isfinite(nllm_from_scores([u, -u], [y, 1 - y]))
    assert np.isfinite(LOSSES["nll"](sigmoid(u), y))
    assert np.isfinite(LOSSES["nll"].derivative(sigmoid(u), y))


def test_certain_right_answers_cost_nothing_and_certain_wrong_ones_a_finite_sum():
    assert LOSSES["nll"](1.0, 1.0) == 0
    assert 700 < LOSSES["nll"](0.0, 1.0) < 720
    assert LOSSES["nllm"]([0.0, 1.0], [0.0, 1.0]) == 0


def test_derivatives_equal_jax_grad():
    import jax

    with jax.enable_x64(True):
        import jax.numpy as jnp

        def nll(u, y):
            return -(y * jax.nn.log_sigmoid(u) + (1 - y) * jax.nn.log_sigmoid(-u))

        for u, y in ((0.3, 1.0), (-4.0, 1.0), (30.0, 0.0)):
            assert_allclose(sigmoid(u) - y, jax.grad(nll)(u, y), rtol=1e-10)
        u, y = jnp.array([1.0, 2.0, 3.0]), jnp.array([0.0, 0.0, 1.0])
        slope = jax.grad(lambda v: -(y * jax.nn.log_softmax(v)).sum())(u)
        assert_allclose(softmax(u) - y, slope, rtol=1e-10)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_points_in_any_shape_have_the_loss_of_each_alone(shape):
    """Softmax and its losses take the last axis as the classes, whatever stands before it."""
    rng = np.random.default_rng(0)
    u = rng.normal(size=(*shape, 3)) * 4
    y = np.eye(3)[rng.integers(0, 3, shape)]
    g = softmax(u)
    assert g.shape == u.shape
    for at in np.ndindex(shape):
        odds = np.exp(u[at])
        assert_allclose(g[at], odds / odds.sum(), rtol=1e-13)
        loss = -np.log(g[at][y[at] > 0].item())
        assert_allclose(nllm_from_scores(u, y)[at], loss, rtol=1e-12)
        assert_allclose(LOSSES["nllm"](g, y)[at], loss, rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_one_guess_stands_against_many_truths(name):
    loss = LOSSES[name]
    many, one = GUESSES[loss.guesses][1], GUESSES[loss.guesses][0][0]
    if loss.guesses == "probabilities":  # its last axis is that of the classes
        return
    assert_allclose(loss(one, many), [loss(one, a) for a in many])
    assert_allclose(loss(many, one), [loss(a, one) for a in many])
    assert loss.derivative(one, many).shape == many.shape


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_section_1_3_huber_is_the_square_near_and_a_line_beyond(g, a):
    r = abs(g - a)
    assert_allclose(LOSSES["huber"](g, a), r * r if r < 1 else 2 * r - 1, atol=1e-12)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(sum), st.floats(-5, 5))
def test_concept_17_the_expected_loss_is_the_mean_over_as_many_draws(counts, g):
    outcomes = np.repeat(np.arange(len(counts)), counts)
    chances = {a: count / len(outcomes) for a, count in enumerate(counts)}
    mean = LOSSES["square"](np.full(len(outcomes), g), outcomes).mean()
    assert_allclose(LOSSES["square"].expected(g, chances), mean, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("chances", [[0.5, 0.4], [0.5, 0.6], [1.5, -0.5], [1.0, 1.0], [], [-1.0]])
def test_concept_17_what_is_no_distribution_is_refused(chances):
    with pytest.raises(HyperparameterError, match="Chances are 0 or more and sum to 1"):
        LOSSES["square"].expected(0.0, dict(enumerate(chances)))


@pytest.mark.parametrize("price", [0.0, 0.5, 1e300])
def test_any_price_from_0_on_is_a_cost(price):
    assert asymmetric({("a", "b"): price})(["a", "b", "a"], ["b", "a", "a"]).tolist() == [
        price,
        0,
        0,
    ]


@pytest.mark.parametrize("pair", ["ab", (1,), (1, 2, 3), 1, frozenset({1, 2})])
def test_a_cost_is_named_by_a_pair(pair):
    with pytest.raises(HyperparameterError, match="named by a pair"):
        asymmetric({pair: 1.0})


@pytest.mark.parametrize("price", [-1e-9, np.inf, np.nan])
def test_a_price_is_a_number(price):
    with pytest.raises(HyperparameterError, match="must be a number ≥ 0"):
        asymmetric({(0, 1): price})


@pytest.mark.parametrize("outside", [-1e-9, 1 + 1e-9, np.nan])
@pytest.mark.parametrize("what", ["guess", "truth"])
@pytest.mark.parametrize("name", ["nll", "nllm"])
def test_a_probability_lies_from_0_to_1(name, what, outside):
    g, y = np.array([0.25, 0.75]), np.array([0.0, 1.0])
    (g if what == "guess" else y)[1] = outside
    with pytest.raises(HyperparameterError, match=f"needs each {what} as a probability"):
        LOSSES[name](g, y)


def test_bad_input_is_named():
    with pytest.raises(ShapeError, match=r"\(3,\) but the truths have shape \(2,\)"):
        LOSSES["square"]([1, 2, 3], [1, 2])
    with pytest.raises(HyperparameterError, match=r"truth as a probability .* -1"):
        LOSSES["nll"]([0.5], [-1])
    with pytest.raises(HyperparameterError, match="must be a number ≥ 0"):
        asymmetric({(0, 1): -3})
