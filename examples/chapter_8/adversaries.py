"""Chapter 8.5.2-8.5.3: adversarial examples, training against them, and an adversarial pair.

python examples/chapter_8/adversaries.py [FOLDER]
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from pellucid.autoencoders import GenerativeAdversarialPair, interpret_accuracy
from pellucid.networks import (
    NetworkClassifier,
    RobustClassifier,
    adversarial_example,
    robustness,
)
from pellucid.pictures.adversarial import accuracy_by_budget, real_and_generated
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.images import images

Rows = tuple[Any, Any]
BOUNDS = (0.0, 1.0)


@cache
def digits() -> tuple[Rows, Rows]:
    """Digits of 8×8 pixels, brightness 0 to 1: 1200 to learn from, 400 to judge by."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    X, y = X[order] / 16, y[order]
    return (X[:1200], y[:1200]), (X[1200:1600], y[1200:1600])


def settings() -> NetworkClassifier:
    return NetworkClassifier(hidden=(64, 64), epochs=40, step_size=2e-3, standardize="whole")


@cache
def plain() -> NetworkClassifier:
    return settings().fit(*digits()[0])


@cache
def hardened() -> RobustClassifier:
    model = RobustClassifier(settings(), budget=0.15, steps=3, bounds=BOUNDS)
    return model.fit(*digits()[0])


def a_small_change_flips_the_label() -> Figure:
    """A change of each pixel by a tenth at most, uphill in the loss, flips most labels.

    8.5.2-flip, 8.5.2-adversarial-example, 8.5.2-adversarial-figure
    """
    X, y = digits()[1]
    h = plain()
    assert h.score(X, y) > 0.95
    found = adversarial_example(h, X, y, budget=0.1, bounds=BOUNDS)
    assert np.abs(found.X - X).max() <= 0.1 + 1e-9
    assert found.fooled.sum() > 0.5 * found.right_before.sum()
    # Noise of the same size, in no particular direction, does next to nothing.
    noise = 0.1 * np.random.default_rng(0).choice([-1, 1], X.shape)
    assert h.score(np.clip(X + noise, *BOUNDS), y) > 0.9
    chosen = np.flatnonzero(found.fooled)[:4]
    shown = [part[row].reshape(8, 8) for part in (X, found.X) for row in chosen]
    titles = [f"a {y[row]}" for row in chosen]
    titles += [f"moved: said {found.predictions[row]}" for row in chosen]
    return images(shown, titles, columns=4, numbers=False)


def training_against_them_helps() -> Figure:
    """Trained on moved points with their true labels, the network bears far larger budgets.

    8.5.2-flip, 8.5.2-adversarial-training
    """
    X, y = digits()[1]
    budgets = [0.0, 0.05, 0.1, 0.15, 0.2]
    before = robustness(plain(), X, y, budgets, bounds=BOUNDS)
    after = robustness(hardened(), X, y, budgets, bounds=BOUNDS)
    assert after[0] > 0.93
    assert after[3] > before[3] + 0.25
    return accuracy_by_budget(budgets, {"plain": before, "trained against them": after})


def too_long_an_ascent_changes_the_class() -> Figure:
    """Gone on with too long, the ascent really makes another digit: it has to stop.

    8.5.2-too-long, 8.5.2-stop-obligatory
    """
    X, y = digits()[1]
    (seen, labels) = digits()[0]
    judge = NetworkClassifier(hidden=(64,), epochs=40, random_state=7, standardize="whole")
    judge.fit(seen, labels)  # has no part in the ascent: it says what a row looks like
    rows = judge.predict(X) == y
    shares, shown = [], []
    budgets = [0.05, 0.1, 0.2, 0.4, 0.8]
    for budget in budgets:
        found = adversarial_example(
            hardened(), X[rows], y[rows], budget=budget, bounds=BOUNDS, until="budget"
        )
        shares.append(float(np.mean(judge.predict(found.X) == y[rows])))
        shown.append(found.X[3].reshape(8, 8))
    assert shares[0] > 0.9
    assert shares[-1] < 0.3
    first = X[rows][3].reshape(8, 8)
    titles = [f"a {y[rows][3]}", *(f"moved by up to {budget:g}" for budget in budgets)]
    return images([first, *shown], titles, columns=6, numbers=False)


def mixture(n: int, seed: int) -> Any:
    """Rows of two features on a bent band."""
    random = np.random.default_rng(seed)
    t = random.uniform(-1.5, 1.5, n)
    return np.c_[3 + 2 * t, t**2 + 0.25 * random.normal(size=n)]


@cache
def grown(epochs: int) -> GenerativeAdversarialPair:
    return GenerativeAdversarialPair(epochs=epochs).fit(mixture(1000, 0))


def pair() -> GenerativeAdversarialPair:
    return grown(300)


def told_by_a_fresh_judge(pair: GenerativeAdversarialPair) -> float:
    """How often a classifier trained afterwards names unseen rows rightly, real or made."""
    rows = [np.vstack([mixture(1000, s), pair.generate(1000, seed=s).rows]) for s in (2, 3)]
    truths = np.repeat([True, False], 1000)
    judge = NetworkClassifier(hidden=(32, 32), epochs=15, step_size=3e-3).fit(rows[0], truths)
    return float(judge.score(rows[1], truths))


def accuracy_tends_to_half() -> Figure:
    """Discriminators' accuracy tends to one half: made rows can no longer be told from real ones.

    8.5.3-tends-to-half, 8.5.3-adversarial-pair
    """
    h = pair()
    accuracy = np.array(h.trace_["accuracy"])
    assert abs(accuracy[-50:].mean() - 0.5) < 0.04
    assert abs(h.discriminator_accuracy(mixture(1000, 1)) - 0.5) < 0.05
    # Its own discriminator may be unsure for want of skill: a fresh judge is a harder test.
    ages = [1, 10, 300]
    told = [told_by_a_fresh_judge(grown(age)) for age in ages]
    assert told[0] > 0.8
    assert told[-1] < 0.57
    return accuracy_by_budget(
        ages, {"a fresh judge": told, "its own discriminator": accuracy[np.array(ages) - 1]},
        x="epochs of the pair", y="share named rightly", log=True,
    )  # fmt: skip


def made_rows_look_real() -> Figure:
    """Generated rows spread like the observed ones, and say that they are generated.

    8.5.1-fictional, 8.5.3-adversarial-pair
    """
    X, made = mixture(1000, 1), pair().generate(1000, seed=4)
    assert "GENERATED" in str(made)
    assert made.table()["generated"].all()
    np.testing.assert_allclose(made.rows.mean(axis=0), X.mean(axis=0), atol=0.3)
    np.testing.assert_allclose(np.cov(made.rows.T), np.cov(X.T), atol=0.9)
    return real_and_generated(X, made.rows)


def always_wrong_is_as_good_as_always_right() -> Figure:
    """A discriminator at 0 % is as informative as one at 100 %: do the opposite of what it says.

    8.5.3-fifty-percent, 8.5.3-zero-is-informative
    """
    h = pair()
    real, far = mixture(500, 1), mixture(500, 1) + [0.0, 12.0]
    guess = np.r_[h.chance_of_real(real), h.chance_of_real(far)] > 0.5
    truth = np.repeat([True, False], 500)
    right = float(np.mean(guess == truth))
    assert abs(np.mean(~guess == truth) - (1 - right)) < 1e-12
    shares = np.linspace(0, 1, 101)
    best = np.maximum(shares, 1 - shares)  # with the opposite answer where that is better
    assert best.min() == best[50] == 0.5
    assert "as informative as 100 %" in interpret_accuracy(0.0)
    assert "cannot tell" in interpret_accuracy(0.5)
    return accuracy_by_budget(
        shares, {"as it answers": shares, "or its opposite, the better": best},
        x="share that the discriminator names rightly", y="share that one can name rightly",
        marks=False,
    )  # fmt: skip


CLAIMS = (
    a_small_change_flips_the_label,
    training_against_them_helps,
    too_long_an_ascent_changes_the_class,
    accuracy_tends_to_half,
    made_rows_look_real,
    always_wrong_is_as_good_as_always_right,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
