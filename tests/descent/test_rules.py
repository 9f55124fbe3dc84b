"""Every update rule: the closed goldens, the peers where definitions coincide, `jit`, nesting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.descent import RULES, Rule, adadelta, adagrad, adam, lion, momentum, true_adadelta
from pellucid.descent.rules import gradient_descent, rule_named
from pellucid.descent.rules.running_average import bias_corrected, update_average
from pellucid.errors import HyperparameterError

every = pytest.mark.parametrize("name", RULES)


def three_steps(rule: Rule, eta: float = 0.1) -> list[float]:
    """On J(W) = W² from 1."""
    W, state, out = 1.0, rule.init(1.0), []
    for _ in range(3):
        W, state = rule.step(2 * W, state, W, eta)
        out.append(W)
    return out


@pytest.mark.parametrize(
    ("rule", "golden"),
    [
        (gradient_descent(), [0.8, 0.64, 0.512]),
        (momentum(0.9), [0.98, 0.9424, 0.889712]),
        (adadelta(0.9), [0.683772, 0.498871, 0.369181]),
        (adadelta(0.9, epsilon_place="inside"), [0.683772, 0.498871, 0.369181]),
        (adagrad(), [0.9, 0.833104, 0.780456]),
        (adam(), [0.9, 0.800412, 0.701586]),
        (adam(epsilon_place="outside"), [0.9, 0.800412, 0.701586]),
        (lion(), [0.9, 0.8, 0.7]),  # η a step, wherever the slope is not 0
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_three_steps_on_the_square(rule: Rule, golden: list[float]) -> None:
    """§7.7: the closed goldens of each rule."""
    assert three_steps(rule) == pytest.approx(golden, abs=6e-7)


def test_the_running_average_begins_deflated_and_the_correction_mends_it() -> None:
    """Concept 331: [1, 1, 1] with γ = 0.1: 0.9, 0.99, 0.999; divided by 1 − γᵗ: 1."""
    A = 0.0
    for t, found in enumerate((0.9, 0.99, 0.999), 1):
        A = update_average(A, 1.0, 0.1)
        assert pytest.approx(found) == A
        assert bias_corrected(A, 0.1, t) == pytest.approx(1)


@given(st.integers(0, 999), st.floats(0, 0.99), st.floats(0, 0.99))
def test_lion_moves_every_number_by_the_step_size_against_the_sign(
    seed: int, beta_1: float, beta_2: float
) -> None:
    """Def 323: θ ← θ − η sign(β₁ M + (1 − β₁) g), and 0 where that is 0."""
    rng = np.random.default_rng(seed)
    rule, theta, M = lion(beta_1, beta_2), rng.normal(size=5), np.zeros(5)
    state = rule.init(theta)
    for _ in range(4):
        g = rng.normal(size=5) * [1, 1, 1e-9, 1e9, 0]
        expected = theta - 0.1 * np.sign(beta_1 * M + (1 - beta_1) * g)
        theta, state = rule.step(g, state, theta, 0.1)
        M = beta_2 * M + (1 - beta_2) * g
        np.testing.assert_allclose(theta, expected)


@given(st.floats(0, 0.99), st.integers(1, 12))
def test_an_item_k_steps_old_weighs_gamma_to_the_k(gamma: float, T: int) -> None:
    """Concept 322, eq 7.42 mended: A = Σ γ^(T−t)(1 − γ)gₜ."""
    g = np.random.default_rng(T).normal(size=T)
    A = 0.0
    for item in g:
        A = update_average(A, item, gamma)
    ages = np.arange(T)[::-1]
    assert pytest.approx(float(np.sum(gamma**ages * (1 - gamma) * g)), abs=1e-12) == A


def test_momentum_without_a_past_is_gradient_descent() -> None:
    """Def 323."""
    assert three_steps(momentum(0.0)) == three_steps(gradient_descent())


def test_a_corrected_first_step_is_a_whole_one() -> None:
    assert three_steps(momentum(0.9, correct=True))[0] == pytest.approx(0.8)


def gradients(n: int = 25) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=5) * rng.choice([0.01, 1.0, 30.0]) for _ in range(n)]


def walked(rule: Rule, eta: float) -> np.ndarray:
    theta = np.linspace(-1, 1, 5)
    state = rule.init(theta)
    for g in gradients():
        theta, state = rule.step(g, state, theta, eta)
    return theta


@pytest.mark.parametrize(
    ("rule", "peer"),
    [
        (gradient_descent(), lambda o: o.sgd(0.03)),
        (momentum(0.8, form="sum"), lambda o: o.sgd(0.03, momentum=0.8)),
        (adam(epsilon_place="outside"), lambda o: o.adam(0.03)),
        (adam(epsilon=1e-6), lambda o: o.adam(0.03, eps=0.0, eps_root=1e-6)),
        (adadelta(0.8), lambda o: o.rmsprop(0.03, decay=0.8, eps=1e-8, eps_in_sqrt=False)),
        (
            adadelta(0.8, epsilon_place="inside"),
            lambda o: o.rmsprop(0.03, decay=0.8, eps=1e-8, eps_in_sqrt=True),
        ),
        (adagrad(epsilon=1e-7, epsilon_place="inside"), lambda o: o.adagrad(0.03, 0.0, 1e-7)),
        (true_adadelta(0.85), lambda o: o.adadelta(0.03, rho=0.85, eps=1e-6)),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "optax",
)
def test_equals_optax(rule: Rule, peer: Any) -> None:
    import jax
    import optax

    with jax.enable_x64(True):
        import jax.numpy as jnp

        chain, theta = peer(optax), jnp.linspace(-1, 1, 5)
        state = chain.init(theta)
        for g in gradients():
            move, state = chain.update(jnp.asarray(g), state, theta)
            theta = optax.apply_updates(theta, move)
        np.testing.assert_allclose(walked(rule, 0.03), theta, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("rule", "peer"),
    [
        (momentum(0.8, form="sum"), lambda o, p: o.SGD(p, lr=0.03, momentum=0.8)),
        (momentum(0.8), lambda o, p: o.SGD(p, lr=0.03 * 0.2, momentum=0.8)),
        (adam(epsilon_place="outside"), lambda o, p: o.Adam(p, lr=0.03)),
        (adadelta(0.8), lambda o, p: o.RMSprop(p, lr=0.03, alpha=0.8)),
        (adagrad(epsilon=1e-10), lambda o, p: o.Adagrad(p, lr=0.03)),
        (true_adadelta(0.85), lambda o, p: o.Adadelta(p, lr=0.03, rho=0.85)),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "torch",
)
def test_equals_torch(rule: Rule, peer: Any) -> None:
    torch = pytest.importorskip("torch")
    theta = torch.linspace(-1, 1, 5, dtype=torch.float64, requires_grad=True)
    optimizer = peer(torch.optim, [theta])
    for g in gradients():
        theta.grad = torch.as_tensor(g)
        optimizer.step()
    np.testing.assert_allclose(walked(rule, 0.03), theta.detach(), rtol=1e-9, atol=1e-12)


@every
def test_under_jit_the_same_as_on_numpy(name: str) -> None:
    import jax

    rule = rule_named(name)
    with jax.enable_x64(True):
        import jax.numpy as jnp

        step = jax.jit(lambda g, state, theta: rule.step(g, state, theta, 0.03))
        theta = jnp.linspace(-1, 1, 5)
        state = rule.init(theta)
        for g in gradients():
            theta, state = step(jnp.asarray(g), state, theta)
        np.testing.assert_allclose(walked(rule, 0.03), theta, rtol=1e-9, atol=1e-12)


@every
def test_nested_parameters_move_as_flat_ones_do(name: str) -> None:
    rule = rule_named(name)
    theta = {"w": np.linspace(-1, 0.5, 4).reshape(2, 2), "b": [np.array(1.0)]}
    state = rule.init(theta)
    for g in gradients():
        nested = {"w": g[:4].reshape(2, 2), "b": [g[4]]}
        theta, state = rule.step(nested, state, theta, 0.03)
    flat = np.append(theta["w"].ravel(), theta["b"][0])
    np.testing.assert_allclose(flat, walked(rule, 0.03), rtol=1e-12)


@every
def test_steps_are_pure(name: str) -> None:
    rule = rule_named(name)
    theta, g = np.ones(3), np.full(3, 2.0)
    state = rule.init(theta)
    one, _ = rule.step(g, state, theta, 0.1)
    again, _ = rule.step(g, state, theta, 0.1)
    assert (one == again).all()
    assert (theta == 1).all()
    assert (g == 2).all()


@settings(deadline=None, max_examples=20)
@given(st.floats(-8, 8), st.floats(0.01, 100))
def test_steps_by_steepness_do_not_depend_on_the_scale_of_an_axis(start: float, c: float) -> None:
    """Def 327: the rule equalises steep and flat axes; J = cW² gives the same walk for any c."""
    for rule in (adadelta(), adagrad(), adam()):
        if abs(start) < 0.1:
            continue
        walks = []
        for scale in (1.0, c):
            W, state = start, rule.init(start)
            for _ in range(5):
                W, state = rule.step(2 * scale * W, state, W, 0.05)
            walks.append(W)
        assert walks[0] == pytest.approx(walks[1], rel=1e-4, abs=1e-4 * abs(start))


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: momentum(1.0), "gamma"),
        (lambda: adam(beta_2=-0.1), "beta_2"),
        (lambda: adadelta(epsilon=0.0), "epsilon"),
        (lambda: adagrad(epsilon_place="under"), "inside"),
        (lambda: momentum(form="heavy"), "'average' or 'sum'"),
        (lambda: rule_named("sgd"), "gradient descent, momentum"),
    ],
)
def test_bad_settings_are_named(made: Any, says: str) -> None:
    with pytest.raises(HyperparameterError, match=says):
        made()
