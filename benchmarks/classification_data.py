"""The tables of the classification jobs: easy, ill-conditioned, and images of digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom
from sklearn.datasets import load_digits

Array = NDArray[np.float64]


def gaussian(n: int = 200_000, d: int = 200) -> tuple[Array, NDArray[np.intp]]:
    """Independent columns: the case that L-BFGS likes best."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, d))
    return X, _answers(random, X @ random.normal(size=d) * 2 / np.sqrt(d))


def one_hot_like(n: int = 100_000) -> tuple[Array, NDArray[np.intp]]:
    """Ten categories of 25 levels, some rare, and 50 columns in units from 10⁻³ to 10³."""
    random = np.random.default_rng(0)
    chance = 1 / np.arange(1, 26) ** 1.5
    levels = [np.eye(25)[random.choice(25, size=n, p=chance / chance.sum())] for _ in range(10)]
    Z = random.normal(size=(n, 50))
    Z[:, 1:] += 0.9 * Z[:, :-1]
    units = np.logspace(-3, 3, 50)
    X = np.hstack([*levels, Z * units])
    theta = random.normal(size=300)
    theta[250:] /= 3 * units
    scores = X @ theta
    return X, _answers(random, scores - scores.mean())


def digits(n: int = 60_000) -> tuple[Array, NDArray[np.intp]]:
    """scikit-learn's real digits at 28×28, each drawn at random, moved by up to two pixels and
    dotted with a little noise.
    """
    random = np.random.default_rng(0)
    held, labels = load_digits(return_X_y=True)
    large = [np.clip(zoom(image, 3.5, order=1), 0, 16) / 16 for image in held.reshape(-1, 8, 8)]
    picked, moves = random.integers(len(labels), size=n), random.integers(-2, 3, size=(n, 2))
    images = [np.roll(large[i], move, axis=(0, 1)) for i, move in zip(picked, moves, strict=True)]
    X = np.stack(images).reshape(n, -1)
    X += 0.05 * random.normal(size=X.shape) * (X > 0)
    return X, labels[picked].astype(int)


def _answers(random: np.random.Generator, scores: Array) -> NDArray[np.intp]:
    return (random.random(len(scores)) < 1 / (1 + np.exp(-scores))).astype(int)
