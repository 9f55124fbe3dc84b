"""Chapter 8.4-8.5: linear codes, curves, distributions, noise, claim by claim, each with a picture.

python examples/chapter_8/linear_and_beyond.py [FOLDER]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid import (
    Autoencoder,
    DenoisingAutoencoder,
    LinearAutoencoder,
    VariationalAutoencoder,
)
from pellucid.autoencoders import class_averages, generate_near
from pellucid.descent.step_sizes import Cosine
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.images import images
from pellucid.pictures.latent_space import (
    axes_of_cloud,
    cloud_reconstructions,
    originals_and_reconstructions,
    point_and_distribution,
)
from pellucid.pictures.training import bars

DIGITS = Path(__file__).parents[1] / "digits.npz"
NETWORK: dict[str, Any] = {
    "hidden": (64,), "standardize": False, "batch_size": 64, "epochs": 40, "step_size": 3e-3,
    "output_activation": "sigmoid",
}  # fmt: skip


def digits(n: int) -> tuple[Any, Any]:
    """The first n handwritten digits, averaged to 14×14, ink from 0 to 1; flat."""
    with np.load(DIGITS) as held:
        pixels, labels = held["images"][:n], held["labels"][:n]
    return pixels.reshape(n, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(n, -1) / 255, labels


def descent_reaches_the_closed_form() -> Figure:
    """A linear autoencoder trained by gradients reaches the plane and the loss of the SVD.

    8.4-gradient-reaches-closed-form
    """
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 6)) * [4, 3, 1, 0.7, 0.5, 0.3]
    X = X @ np.linalg.qr(random.normal(size=(6, 6)))[0] + 2.0
    exact = LinearAutoencoder(2).fit(X)
    trained = Autoencoder(
        2, hidden=(), standardize=False, linear_path=False, validation=0.0, epochs=1500,
        step_size=Cosine(0.02, 4500), batch_size=100,
    ).fit(X)  # fmt: skip
    best, found = float(exact.losses(X).mean()), float(trained.losses(X).mean())
    assert best <= found + 1e-9 < 1.01 * best
    plane = np.linalg.svd(trained.reconstruct(X) - X.mean(axis=0), full_matrices=False)[2][:2]
    angles = np.linalg.svd(plane @ exact.components_.T)[1]  # cosines between the two planes
    assert angles.min() > 0.999
    shown = {
        "by the SVD": {"lost": best},
        "by gradients": {"lost": found},
    }
    return bars(shown, "mean ‖x − x̃‖²")


def one_turned_axis_holds_the_variance() -> Figure:
    """Of two correlated variables one rotated axis holds nearly all variance.

    8.4.3-rotated-axis, 8.4.3-rotated-axes-figure, 8.4.4-ellipse-figure
    """
    random = np.random.default_rng(0)
    sold = random.gamma(4, 1, size=300)
    X = np.column_stack([sold, sold + 0.25 * random.normal(size=300)])
    shares = X.var(axis=0) / X.var(axis=0).sum()
    model = LinearAutoencoder(2, overcomplete=True).fit(X)
    assert shares.max() < 0.55  # neither variable alone can be dropped
    assert model.explained_variance_ratio_[0] > 0.98
    return axes_of_cloud(X, model.components_, model.explained_variance_, model.mean_)


def low_variance_can_go() -> Figure:
    """Where one variable is almost constant, the other tells nearly everything.

    8.4.2-low-variance-figure
    """
    random = np.random.default_rng(1)
    X = np.column_stack([random.uniform(0, 10, 300), 3 + 0.2 * random.normal(size=300)])
    model = LinearAutoencoder(2, overcomplete=True).fit(X)
    assert abs(model.components_[0, 0]) > 0.99
    kept = X.copy()
    kept[:, 1] = X[:, 1].mean()
    assert ((X - kept) ** 2).sum() < 0.01 * ((X - X.mean(axis=0)) ** 2).sum()
    return axes_of_cloud(X, model.components_, model.explained_variance_, model.mean_)


def curves_need_more_than_axes() -> Figure:
    """On curved data a non-linear autoencoder beats principal components of the same length.

    8.4.5-nonlinear-wins, 8.4.5-curved-figure
    """
    random = np.random.default_rng(0)
    t = random.uniform(0, 1.5 * np.pi, 400)
    X = np.column_stack([np.cos(t), np.sin(t)]) + 0.05 * random.normal(size=(400, 2))
    linear = LinearAutoencoder(1).fit(X)
    deep = Autoencoder(
        1, hidden=(32, 32), activation="tanh", standardize=False, epochs=300, step_size=5e-3
    ).fit(X)
    assert deep.losses(X).mean() < linear.losses(X).mean() / 5
    return cloud_reconstructions(
        X, {"one axis": linear.reconstruct(X), "autoencoder": deep.reconstruct(X)}
    )


def deep_codes_beat_components() -> Figure:
    """A deep code of 32 numbers loses less of digits never used than 32 principal components.

    8.4.5-nonlinear-wins
    """
    X, _ = digits(4600)
    train, test = X[:4000], X[4000:]
    linear = LinearAutoencoder(32).fit(train)
    deep = Autoencoder(32, **(NETWORK | {"hidden": (128,), "epochs": 30, "step_size": 2e-3}))
    deep.fit(train)
    lost = [float(((test - m.reconstruct(test)) ** 2).sum(axis=1).mean()) for m in (linear, deep)]
    assert lost[1] < lost[0]
    shown = {
        f"{name}: {loss:.2f}": m.reconstruct(test[:10]).reshape(-1, 14, 14)
        for name, loss, m in (("components", lost[0], linear), ("deep code", lost[1], deep))
    }
    return originals_and_reconstructions(test[:10].reshape(-1, 14, 14), shown)


def an_average_need_not_be_typical() -> Figure:
    """The average code of a class decodes to something, not always to something typical.

    8.4.5-class-average, 8.4.5-average-not-typical
    """
    X, y = digits(1200)
    model = Autoencoder(8, **NETWORK).fit(X)
    found = class_averages(model, X, y)
    assert len(found) == 10
    random = np.random.default_rng(0)
    t = random.uniform(0, 2 * np.pi, 200)
    ring = np.column_stack([np.cos(t), np.sin(t), 0.01 * random.normal(size=200)])
    (hole,) = class_averages(LinearAutoencoder(2).fit(ring), ring, np.zeros(200))
    assert not hole.typical  # the middle of a ring is like no point of it
    titles = [f"{each.label}{'' if each.typical else ', untypical'}" for each in found]
    return images([each.row.reshape(14, 14) for each in found], titles, columns=5, numbers=False)


def a_code_becomes_a_distribution() -> Figure:
    """Code 2: a point for the plain autoencoder, a normal centred at 2 for the variational one.

    8.5.1.1-code-two, 8.5.1.1-variational-figure, 8.5.1.1-output-differs
    """
    random = np.random.default_rng(0)
    t = random.uniform(-1, 1, 300)
    X = np.column_stack([t, -t, t])
    plain = Autoencoder(1, hidden=(), epochs=60, step_size=0.01).fit(X)
    assert (plain.encode(X[:1]) == plain.encode(X[:1])).all()
    model = VariationalAutoencoder(1, hidden=(16,), epochs=60, step_size=0.01).fit(X)
    m, s = model.distribution(X[:1])
    drawn = np.array([model.sample_codes(X[:1], seed)[0, 0] for seed in range(400)])
    assert abs(drawn.mean() - m[0, 0]) < 4 * s[0, 0] / 20
    assert 0.85 < drawn.std() / s[0, 0] < 1.15
    first, second = (model.decode(model.sample_codes(X[:1], seed)) for seed in (0, 1))
    assert (first != second).any()
    return point_and_distribution(2.0, float(s[0, 0]))


def variational_training_smooths_codes() -> Figure:
    """Training on draws makes nearby codes decode alike: rows made from moved codes stay close.

    8.5.1.1-nearby-decode-alike, 8.5.1-generative, 8.5.1-fictional
    """
    X, _ = digits(1500)
    train, test = X[:1200], X[1200:]
    settings = NETWORK | {"epochs": 60}
    models = {
        "autoencoder": Autoencoder(8, **settings).fit(train),
        "variational": VariationalAutoencoder(8, prior_weight=0.2, **settings).fit(train),
    }
    random = np.random.default_rng(0)
    moved = random.normal(size=(len(test), 8))
    shown, lines = {}, {}
    for name, model in models.items():
        codes = model.encode(test)
        still, nudged = model.decode(codes), model.decode(codes + 0.5 * codes.std(axis=0) * moved)
        change = ((still - nudged) ** 2).sum(axis=1).mean()
        spread = 2 * ((still - still.mean(axis=0)) ** 2).sum(axis=1).mean()
        shown[name] = {"nudged by half a deviation": float(change / spread)}
        made = generate_near(model, test, n=10, nudge=0.5)
        assert "GENERATED" in str(made)
        assert made.table()["generated"].all()
        lines[f"made by {name}"] = made.rows.reshape(-1, 14, 14)
        sources = test[made.sources].reshape(-1, 14, 14)
    plain, smooth = (own["nudged by half a deviation"] for own in shown.values())
    assert smooth < 0.9 * plain
    return originals_and_reconstructions(sources, lines)


def clean_targets_make_codes_bear_noise() -> Figure:
    """Trained from noisy to clean, codes bear noise, and decode to cleaner images.

    8.5.4-noise-resistant, 8.5.4-denoising, 8.5.4-denoising-figure
    """
    X, _ = digits(2000)
    train, test = X[:1700], X[1700:]
    noise = 0.3 * np.random.default_rng(0).normal(size=test.shape)
    settings = NETWORK | {"hidden": (128,)}
    plain = Autoencoder(16, **settings).fit(train)
    clean = DenoisingAutoencoder(16, input_noise=0.3, **settings).fit(train)
    lost, stirred = {}, {}
    for name, model in (("plain", plain), ("denoising", clean)):
        lost[name] = float(((model.reconstruct(test + noise) - test) ** 2).sum(axis=1).mean())
        codes = model.encode(test)
        apart = ((model.encode(test + noise) - codes) ** 2).sum(axis=1).mean()
        stirred[name] = float(apart / ((codes - codes.mean(axis=0)) ** 2).sum(axis=1).mean())
    assert lost["denoising"] < lost["plain"] < (noise**2).sum(axis=1).mean()
    assert stirred["denoising"] < stirred["plain"]
    shape = (-1, 14, 14)
    lines = {
        "clean": test[:10].reshape(shape),
        "plain": plain.reconstruct(test[:10] + noise[:10]).reshape(shape),
        "denoising": clean.reconstruct(test[:10] + noise[:10]).reshape(shape),
    }
    noisy = np.clip(test[:10] + noise[:10], 0, 1).reshape(shape)  # as a screen would show it
    return originals_and_reconstructions(noisy, lines, name="noisy")


CLAIMS = (
    descent_reaches_the_closed_form,
    one_turned_axis_holds_the_variance,
    low_variance_can_go,
    curves_need_more_than_axes,
    deep_codes_beat_components,
    an_average_need_not_be_typical,
    a_code_becomes_a_distribution,
    variational_training_smooths_codes,
    clean_targets_make_codes_bear_noise,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
