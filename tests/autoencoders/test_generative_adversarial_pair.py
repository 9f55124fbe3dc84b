"""The adversarial pair: hand-written gradients, one half, and labels of what is made."""

from __future__ import annotations

import warnings
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import GenerativeAdversarialPair
from pellucid.autoencoders import gan_training, interpret_accuracy
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


def by_hand(params: Any, x: Any) -> Any:
    """A hidden layer whose negative numbers count a fifth, and one that leaves off before σ."""
    first, _, last, *_ = params
    z = x @ first["W"] + first["W0"]
    return np.where(z > 0, z, 0.2 * z) @ last["W"] + last["W0"]


ROWS = np.random.default_rng(0).normal([5.0, -1.0], [2.0, 0.1], size=(20, 2))
SMALL: dict[str, Any] = {"hidden": (2,), "noise_length": 3, "batch_size": 8, "step_size": 0.01}


def test_rows_are_made_and_judged_as_the_formulas_say() -> None:
    """8.5.3-adversarial-pair: in the units of the rows; the networks see standardised ones."""
    pair = GenerativeAdversarialPair(**SMALL, epochs=20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        pair.fit(ROWS)
    seen = pair._standardised_with_networks(ROWS)
    np.testing.assert_allclose([seen.mean(axis=0), seen.std(axis=0)], [[0, 0], [1, 1]], atol=1e-5)
    made = pair.generate(6, seed=4)
    np.testing.assert_array_equal(made.codes, np.random.default_rng(4).normal(size=(6, 3)))
    rows = by_hand(pair.generator_params_, made.codes) * ROWS.std(axis=0) + ROWS.mean(axis=0)
    np.testing.assert_allclose(made.rows, rows, rtol=1e-4)
    z = by_hand(pair.discriminator_params_, (ROWS - ROWS.mean(axis=0)) / ROWS.std(axis=0))
    np.testing.assert_allclose(pair.chance_of_real(ROWS), 1 / (1 + np.exp(-z[:, 0])), rtol=1e-4)
    others = pair.chance_of_real(pair.generate(20, seed=7).rows) <= 0.5
    right = (pair.chance_of_real(ROWS) > 0.5).mean() + others.mean()
    assert pair.discriminator_accuracy(ROWS, seed=7) == right / 2
    with pytest.raises(ValueError, match="3 features"):
        pair.chance_of_real(np.ones((2, 3)))


def test_a_turn_moves_its_learners_by_the_step_size_and_nobody_else() -> None:
    """8.5.3-adversarial-pair: the first step of Adam is η in every direction that has a slope."""
    pair = GenerativeAdversarialPair(**SMALL)
    path = pair.fit_by_turns(ROWS, ["D", "", "GD"], steps=1)
    assert path[-1] is pair
    kinds = ("discriminator_params_", "generator_params_")
    weights = [[np.concatenate([*map(np.ravel, jax.tree.leaves(getattr(each, kind)))])
                for kind in kinds] for each in path]  # fmt: skip
    moved = [[float(np.abs(b - a).max()) for a, b in zip(*ends, strict=True)]
             for ends in pairwise(weights)]  # fmt: skip
    np.testing.assert_allclose(moved[:2], [[0.01, 0], [0, 0]], rtol=1e-2)
    assert moved[2][1] == pytest.approx(0.01, rel=1e-2)
    assert moved[2][0] > 0


def test_what_is_explained_is_the_last_tenth_of_the_epochs() -> None:
    pair = GenerativeAdversarialPair(epochs=20)
    pair.n_features_in_, pair.warnings_ = 2, []
    pair.trace_ = {"generator_loss": [3, 1.5], "discriminator_loss": [2, 0.25]}
    pair.trace_["accuracy"] = [0.9] * 18 + [0.6, 0.7]
    happened = dict(pair.explain().happened)
    assert list(happened.values()) == ["20", interpret_accuracy(0.65), "1.5", "0.25"]
    pair.trace_["accuracy"] = [0.1, 0.8]
    assert interpret_accuracy(0.8) in dict(pair.explain().happened).values()


def test_an_epoch_goes_through_its_rows_once_and_the_step_size_falls_to_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each row at most once, in batches of K; η (1 − share of the steps that are done)."""

    def alternate(G: Any, D: Any, carry: Any, real: Any, key: Any, eta: Any) -> Any:
        step, seen = carry
        return (step + 1, seen.at[step].set(real[:, 0])), (eta, eta * step, real.sum())

    monkeypatch.setattr(gan_training, "alternate", alternate)
    run = gan_training.compiled_epoch.__wrapped__(None, None, 3)
    X, key = np.arange(1.0, 8.0, dtype=np.float32)[:, None], jax.random.key(0)
    carry: Any = (0, jnp.zeros((6, 3)))
    etas = []
    for epoch in range(3):
        carry, (eta, _, _) = run(carry, X, key, 0.6, epoch, 3)
        etas.append(float(eta))
    np.testing.assert_allclose(etas, [0.55, 0.35, 0.15], rtol=1e-5)  # means of two steps
    assert carry[0] == 6
    epochs = np.asarray(carry[1]).reshape(3, 6)
    assert [len({*rows} & {*X[:, 0].tolist()}) for rows in epochs.tolist()] == [6, 6, 6]
    assert (epochs[0] != epochs[1]).any()
