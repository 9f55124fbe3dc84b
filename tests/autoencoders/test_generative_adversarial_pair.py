"""The adversarial pair: hand-written gradients, one half, and labels of what is made."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import GenerativeAdversarialPair
from pellucid.autoencoders import interpret_accuracy
from pellucid.autoencoders.gan_training import (
    discriminator_accuracy,
    discriminator_gradient,
    generator_gradient,
)
from pellucid.errors import ConvergenceWarning, HyperparameterError
from pellucid.networks import Dense, Mode, Network, Sigmoid, Tanh, computing_in
from pellucid.storage import load_model, save_model


def waves(n: int, seed: int) -> Any:
    """Two lumps on one line: no normal distribution has them."""
    random = np.random.default_rng(seed)
    return (random.choice([-2.0, 2.0], n) + 0.5 * random.normal(size=n))[:, None] + 10


@cache
def fitted() -> GenerativeAdversarialPair:
    return GenerativeAdversarialPair(hidden=(32, 32), epochs=150).fit(waves(640, 0))


def test_both_gradients_are_those_of_jax() -> None:
    """8.5.3-adversarial-pair: back through the discriminator to the generator's own weights."""
    random = np.random.default_rng(0)
    with computing_in("float64"):
        G = Network([Dense(5), Tanh(), Dense(2)], in_shape=3)
        D = Network([Dense(4), Tanh(), Dense(1), Sigmoid()], "nll", 2, "mean")
        params, judge = G.init(0, "float64"), D.init(1, "float64")
        z, real = random.normal(size=(6, 3)), random.normal(size=(6, 2))

        def fooled(params: Any) -> Any:
            made = G.forward(params, z, Mode())[0]
            return -jnp.log(D.forward(judge, made, Mode())[0]).mean()

        def unmasked(judge: Any) -> Any:
            made = G.forward(params, z, Mode())[0]
            yes, no = (D.forward(judge, x, Mode())[0] for x in (real, made))
            return -(jnp.log(yes).mean() + jnp.log(1 - no).mean()) / 2

        @jax.jit  # one program is compiled sooner than each of the hundred operations
        def ours_and_theirs(params: Any, judge: Any) -> Any:
            made = G.forward(params, z, Mode())[0]
            return (
                (generator_gradient(G, D, params, judge, z), jax.value_and_grad(fooled)(params)),
                (
                    discriminator_gradient(D, judge, real, made),
                    jax.value_and_grad(unmasked)(judge),
                ),
            )

        for (value, gradient), (expected, oracle) in ours_and_theirs(params, judge):
            assert float(value) == pytest.approx(float(expected), rel=1e-10)
            for ours, theirs in zip(
                jax.tree.leaves(gradient), jax.tree.leaves(oracle), strict=True
            ):
                np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-12)


def test_a_line_of_two_lumps_is_learnt_until_the_discriminator_is_unsure() -> None:
    """8.5.3-tends-to-half, 8.5.3-fifty-percent"""
    h, X = fitted(), waves(1000, 1)
    made = h.generate(1000).rows
    assert abs(h.discriminator_accuracy(X) - 0.5) < 0.1
    places = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
    apart = np.quantile(made, places) - np.quantile(X, places)
    assert np.abs(apart[[0, 1, 3, 4]]).max() < 0.6
    assert np.mean(np.abs(made - 10) < 0.7) < 0.2  # hardly anything between the lumps


def test_what_is_made_says_so_and_comes_again() -> None:
    """8.5.1-fictional"""
    h = fitted()
    made = h.generate(5, seed=2)
    assert "GENERATED (by an adversarial pair): not observed data" in str(made)
    assert made.table()["generated"].all()
    np.testing.assert_array_equal(made.rows, h.generate(5, seed=2).rows)
    assert np.abs(made.rows - h.generate(5, seed=3).rows).max() > 0.01
    with pytest.raises(HyperparameterError, match="n is a whole number ≥ 1"):
        h.generate(0)


def test_zero_percent_is_as_informative_as_a_hundred() -> None:
    """8.5.3-zero-is-informative"""
    assert "as informative as 90 %" in interpret_accuracy(0.1)
    assert "cannot tell" in interpret_accuracy(0.45)
    assert "it tells made rows from real ones" in interpret_accuracy(0.9)
    for no_share in (2, -0.1, np.nan):
        with pytest.raises(HyperparameterError, match="a share from 0 to 1"):
            interpret_accuracy(no_share)


def test_it_explains_itself_and_survives_a_file(tmp_path: Path) -> None:
    h = fitted()
    said = str(h.explain())
    assert "−log D(G(z))" in said
    assert "cannot tell made rows" in said
    save_model(h, tmp_path / "pair.pellucid")
    again = load_model(tmp_path / "pair.pellucid")
    np.testing.assert_array_equal(again.generate(4).rows, h.generate(4).rows)


def test_who_does_not_learn_in_a_turn_stays_as_it_was() -> None:
    """8.5.3-adversarial-pair"""
    X = np.random.default_rng(0).normal(size=(64, 2))
    pair = GenerativeAdversarialPair(hidden=(8,), step_size=0.01)
    turns = ["D", "G", "", "DG"]
    path = pair.fit_by_turns(X, turns, steps=5)
    assert path[-1] is pair
    assert len(path) == len(turns) + 1
    for before, after, learners in zip(path, path[1:], turns, strict=False):
        for letter, name in (("D", "discriminator_params_"), ("G", "generator_params_")):
            pairs = zip(getattr(before, name), getattr(after, name), strict=True)
            same = all(np.array_equal(a[k], b[k]) for a, b in pairs for k in a)
            assert same == (letter not in learners), (learners, letter)
    again = GenerativeAdversarialPair(hidden=(8,), step_size=0.01).fit_by_turns(X, turns, steps=5)
    assert np.array_equal(again[-1].generate(5).rows, pair.generate(5).rows)


def test_learners_of_a_turn_are_checked() -> None:
    """8.5.3-adversarial-pair"""
    X = np.zeros((4, 1))
    for turns, steps in ((["X"], 5), (["D"], 0)):
        with pytest.raises(HyperparameterError, match="fit_by_turns"):
            GenerativeAdversarialPair().fit_by_turns(X, turns, steps=steps)


@pytest.mark.parametrize(("early", "late", "warns"), [(1.0, 0.5, False), (0.5, 1.0, True)])
def test_the_last_tenth_of_the_epochs_tells_whether_it_is_unsure(
    monkeypatch: pytest.MonkeyPatch, early: float, late: float, warns: bool
) -> None:
    """What came before does not count."""

    def alternate(model: GenerativeAdversarialPair, _: object) -> None:
        model.warnings_ = []
        model.trace_ = {"accuracy": np.r_[np.full(18, early), np.full(2, late)]}

    monkeypatch.setattr(GenerativeAdversarialPair, "_standardised_with_networks", lambda _, X: X)
    monkeypatch.setattr(GenerativeAdversarialPair, "_alternate", alternate)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        GenerativeAdversarialPair(epochs=20).fit(np.zeros((4, 2)))
    assert [each.category for each in seen] == [ConvergenceWarning] * warns


def test_the_accuracy_is_the_mean_of_the_shares_of_real_and_of_generated_rows() -> None:
    """Def 375: as many of each, however many rows stand for either; one half is no "real"."""
    network = Network([Sigmoid()], "nll", 1)
    params = network.init()
    chances = [np.array([[0.9], [0.8], [0.6], [0.1]]), np.array([[0.2], [0.5], [0.9]])]
    real, generated = (np.log(p / (1 - p)) for p in chances)
    found = discriminator_accuracy(network, params, real, generated)
    assert float(found) == pytest.approx((3 / 4 + 2 / 3) / 2)
