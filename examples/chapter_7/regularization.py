"""Chapter 7.8.1-7.8.2: early stopping, weight decay, noise and dropout, claim by claim, drawn.

python examples/chapter_7/regularization.py [FOLDER]
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from pellucid.networks import (
    Convolution,
    Dense,
    Dropout,
    Flatten,
    InputNoise,
    Layer,
    MaxPool,
    Network,
    ReLU,
    Softmax,
    Tanh,
)
from pellucid.networks.training.train_network import train
from pellucid.networks.training.training_result import Trained
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.training import bars, fits, losses

Rows = tuple[Any, Any]


def wave(n: int, seed: int, noise: float = 0.35) -> Rows:
    """A noisy wave over one feature."""
    random = np.random.default_rng(seed)
    x = random.uniform(-2, 2, n).astype(np.float32)
    return x[:, None], np.sin(2.5 * x) + noise * random.normal(size=n)


@cache
def digits() -> tuple[Rows, Rows]:
    """Few digits to learn from, many to judge by; 8×8 images, brightness 0 to 1."""
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    X, y = (X[order] / 16).astype(np.float32), y[order]
    return (X[:150], y[:150]), (X[150:1150], y[150:1150])


def wide(*before: Layer) -> Network:
    """A network with far more weights than the wave needs."""
    layers = [*before, Dense(64), Tanh(), Dense(64), Tanh(), Dense(1)]
    return Network(layers, "square", in_shape=1, reduction="mean")


def square_error(run: Trained, rows: Rows) -> float:
    return float(np.mean((np.asarray(run.predict(rows[0]))[:, 0] - rows[1]) ** 2))


def error_rate(run: Trained, rows: Rows) -> float:
    return float(np.mean(np.asarray(run.predict(rows[0])).argmax(axis=1) != rows[1]))


def validation_turns_up() -> Figure:
    """Training loss keeps falling while validation loss turns up; early stopping catches it.

    7.8.1.1-validation-turns-up
    """
    few, held, unseen = wave(24, 0), wave(200, 1), wave(500, 2)
    setting = {"step_size": 0.01, "epochs": 600, "batch_size": 24, "validation": held}
    last = train(wide(), *few, **setting)
    stopped = train(wide(), *few, patience=40, **setting)
    training, validation = (last.history[name] for name in ("loss", "validation_loss"))
    assert training[-1] < 0.6 * training[stopped.best_epoch - 1]
    assert validation[-1] > 1.3 * min(validation)
    assert stopped.verdict == "early stop"
    assert square_error(stopped, unseen) < 0.8 * square_error(last, unseen)
    return losses(
        {"training": training, "validation": validation}, stop=stopped.best_epoch, log=True
    )


def decay_shrinks_weights() -> Figure:
    """With no gradient of the loss, each step multiplies a weight by 1 − 2λη.

    7.8.1.2-shrinks-weights
    """
    network = Network([Dense(3, offset=False)], in_shape=2)
    start = network.init(0)
    X, y = np.zeros((4, 2), np.float32), np.zeros((4, 3), np.float32)  # a loss of 0 whatever W is
    lam, eta, lengths = 0.1, 0.5, []
    for steps in range(1, 31):
        run = train(
            network, X, y, rule="gradient descent", step_size=eta, decay=lam, epochs=steps,
            batch_size=4, start=start,
        )  # fmt: skip
        shrunk = (1 - 2 * lam * eta) ** steps
        np.testing.assert_allclose(
            run.params[0]["W"], shrunk * np.asarray(start[0]["W"]), rtol=1e-5
        )
        lengths.append(float(np.linalg.norm(run.params[0]["W"])))
    return losses({"‖W‖": lengths}, x="step", y="length of W", log=True)


def noise_helps_until_it_hides() -> Figure:
    """A little input noise lowers overfitting; too much hides the pattern.

    7.8.1.3-noise-and-overfitting
    """
    few, unseen = wave(24, 0), wave(500, 2)
    runs = {
        f"deviation {s:g}": train(
            wide(InputNoise(s)), *few, step_size=0.01, epochs=600, batch_size=24
        )
        for s in (0.0, 0.15, 1.5)
    }
    none, some, much = (square_error(run, unseen) for run in runs.values())
    assert some < 0.8 * none
    assert much > 1.5 * some
    return fits(
        few[0][:, 0], few[1],
        {name: (lambda t, run=run: run.predict(t[:, None])[:, 0]) for name, run in runs.items()},
    )  # fmt: skip


def digit_network(p: float) -> Network:
    layers = [Dense(128), ReLU(), Dropout(p), Dense(10), Softmax()]
    return Network(layers, "nllm", in_shape=64, reduction="mean")


def dropout_lowers_overfitting() -> Figure:
    """Dropout lowers overfitting and spreads the work, so that lost neurons matter less.

    7.8.2-robust
    """
    seen, unseen = digits()
    runs = {
        name: train(digit_network(p), *seen, step_size=3e-3, epochs=200)
        for name, p in (("plain", 0.0), ("dropout 0.5", 0.5))
    }
    shown = {}
    for name, run in runs.items():
        params = [dict(own) for own in run.params]
        alive = np.random.default_rng(0).random((20, 128)) > 0.7  # most neurons are lost for good
        hurt = []
        for mask in alive:
            params[3] = {**run.params[3], "W": run.params[3]["W"] * mask[:, None] / 0.3}
            broken = np.asarray(run.network.predict(params, unseen[0], run.state))
            hurt.append(float(np.mean(broken.argmax(axis=1) != unseen[1])))
        shown[name] = {"unseen": error_rate(run, unseen), "70 % of neurons lost": np.mean(hurt)}
    plain, dropped = shown["plain"], shown["dropout 0.5"]
    assert dropped["unseen"] <= plain["unseen"]
    assert dropped["70 % of neurons lost"] < 0.85 * plain["70 % of neurons lost"]
    return bars(shown, "share of mistakes")


def dropout_helps_convolutions_little() -> Figure:
    """Dropout between convolutions helps little: few weights, and neighbours tell the same.

    7.8.2-little-help-with-convolutions
    """
    (X, y), (U, v) = digits()
    seen, unseen = (X.reshape(-1, 8, 8, 1), y), (U.reshape(-1, 8, 8, 1), v)
    shown = {}
    for name, p in (("plain", 0.0), ("dropout 0.3", 0.3)):
        layers = [
            Convolution(8, 3, padding=1), ReLU(), Dropout(p), MaxPool(2), Flatten(),
            Dense(10), Softmax(),
        ]  # fmt: skip
        network = Network(layers, "nllm", in_shape=(8, 8, 1), reduction="mean")
        run = train(network, *seen, step_size=5e-3, epochs=60, batch_size=50)
        shown[name] = {"training": error_rate(run, seen), "unseen": error_rate(run, unseen)}
    assert shown["dropout 0.3"]["unseen"] > 0.75 * shown["plain"]["unseen"]
    return bars(shown, "share of mistakes")


CLAIMS = (
    validation_turns_up,
    decay_shrinks_weights,
    noise_helps_until_it_hides,
    dropout_lowers_overfitting,
    dropout_helps_convolutions_little,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
