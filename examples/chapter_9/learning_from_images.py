"""Chapter 9.0, 9.1, 9.3: networks that learn from images, claim by claim, each with its picture.

python examples/chapter_9/learning_from_images.py [FOLDER]
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
    Flatten,
    Layer,
    MaxPool,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    train,
)
from pellucid.networks.training.training_result import Trained
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.images import confident_mistakes, images
from pellucid.pictures.training import bars, losses

Rows = tuple[Any, Any]
LEARNED, JUDGED, SIDE = 600, 800, 10
CROSS = np.array([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])


@cache
def digits() -> tuple[Rows, Rows]:
    """Digits of 8×8 pixels anywhere on 10×10: 600 to learn from, 800 to judge by."""
    X, y = load_digits(return_X_y=True)
    random = np.random.default_rng(0)
    order = random.permutation(len(y))[: LEARNED + JUDGED]
    wide = np.zeros((len(order), SIDE, SIDE, 1), np.float32)
    for image, digit in zip(wide, X[order].reshape(-1, 8, 8) / 16, strict=True):
        r, c = random.integers(0, SIDE - 7, 2)
        image[r : r + 8, c : c + 8, 0] = digit
    y = y[order]
    return (wide[:LEARNED], y[:LEARNED]), (wide[LEARNED:], y[LEARNED:])


def network(kind: str) -> Network:
    """A small convolutional network, a dense one of as many parameters, and a dense one of more."""
    first: list[Layer] = {
        "convolution": [Convolution(12, 5, padding=2), ReLU(), MaxPool(5), Flatten("row")],
        "dense, as many": [Flatten("row"), Dense(7), ReLU()],
        "dense, many more": [Flatten("row"), Dense(128), ReLU()],
    }[kind]
    layers = [*first, Dense(10), Softmax()]
    return Network(layers, "nllm", in_shape=(SIDE, SIDE, 1), reduction="mean")


def size(kind: str) -> int:
    return sum(int(np.prod(shape)) for own in network(kind).param_shapes for shape in own.values())


def trained(kind: str, seen: Rows, unseen: Rows) -> Trained:
    return train(network(kind), *seen, step_size=0.01, epochs=30, batch_size=50, validation=unseen)


@cache
def learned(kind: str) -> Trained:
    return trained(kind, *digits())


def error_rate(run: Trained, rows: Rows) -> float:
    return float(np.mean(np.asarray(run.predict(rows[0])).argmax(axis=1) != rows[1]))


def permuted(rows: Rows, order: Any) -> Rows:
    """The same permutation of the pixels in each image; or one an image, n×100."""
    flat = rows[0].reshape(len(rows[0]), -1)
    order = np.broadcast_to(order, flat.shape)
    return np.take_along_axis(flat, order, axis=1).reshape(rows[0].shape), rows[1]


def the_right_assumption_helps() -> Figure:
    """A model with the right assumption, shared weights, learns in fewer epochs and overfits less.

    9.0.2-right-assumption, 9.1.18-faster-less-overfitting
    """
    runs = {kind: learned(kind) for kind in ("convolution", "dense, as many", "dense, many more")}
    held = {kind: np.array(run.history["validation_loss"]) for kind, run in runs.items()}
    gap = {kind: held[kind][-1] - run.history["loss"][-1] for kind, run in runs.items()}
    for dense in ("dense, as many", "dense, many more"):
        assert held["convolution"].min() < 0.7 * held[dense].min()
        assert gap["convolution"] < gap[dense]
        best = held[dense].min()
        sooner = int(np.argmax(held["convolution"] <= best))
        assert sooner < int(np.argmax(held[dense] <= best))
    return losses(held, log=True, y="loss on unseen digits")


def one_permutation_ruins_a_convolution() -> Figure:
    """One fixed permutation of the pixels leaves a dense net unaffected and ruins convolution.

    9.0.4-permuted-pixels
    """
    order = np.random.default_rng(1).permutation(SIDE**2)
    seen, unseen = (permuted(rows, order) for rows in digits())
    shown = {}
    for kind in ("convolution", "dense, many more"):
        plain, mixed = learned(kind), trained(kind, seen, unseen)
        shown[kind] = {
            "as they are": error_rate(plain, digits()[1]), "permuted": error_rate(mixed, unseen),
        }  # fmt: skip
    conv, dense = shown["convolution"], shown["dense, many more"]
    assert conv["permuted"] > 3 * conv["as they are"]
    assert abs(dense["permuted"] - dense["as they are"]) < 0.03
    # And a dense net whose weights are permuted too is the very same function.
    run = learned("dense, many more")
    params = [dict(own) for own in run.params]
    params[1]["W"] = params[1]["W"][order]
    same = run.network.predict(params, unseen[0], run.state)
    np.testing.assert_allclose(same, run.predict(digits()[1][0]), atol=1e-5)
    return bars(shown, "mistakes on unseen digits")


def an_order_of_its_own_ruins_any_model() -> Figure:
    """When each example has an order of features of its own, no model learns.

    9.0.4-inconsistent-order
    """
    random = np.random.default_rng(2)
    seen, unseen = (
        permuted(rows, np.array([random.permutation(SIDE**2) for _ in rows[1]]))
        for rows in digits()
    )
    shown = {}
    for kind in ("convolution", "dense, many more"):
        run = trained(kind, seen, unseen)
        shown[kind] = {
            "one order": error_rate(learned(kind), digits()[1]),
            "each its own": error_rate(run, unseen),
        }
        assert shown[kind]["each its own"] > 0.6
    return bars(shown, "mistakes on unseen digits")


def crosses(n: int, seed: int, where: range) -> Rows:
    """Noise of 12×12; every other image holds a cross whose corner lies within `where`."""
    random = np.random.default_rng(seed)
    X = random.uniform(0, 0.5, (n, 12, 12, 1)).astype(np.float32)
    y = np.arange(n) % 2
    for image in X[y == 1]:
        r, c = random.choice(where, 2)
        image[r : r + 3, c : c + 3, 0] += CROSS
    for i in np.flatnonzero(y):
        r, c = random.choice(where, 2)
        X[i, r : r + 3, c : c + 3, 0] += 0.5 * CROSS
    return X, y


def a_moved_pattern_is_found_by_convolution() -> Figure:
    """A pattern seen at one place in training is missed elsewhere by a dense net, not by a filter.

    9.0.5-moved-pattern
    """
    seen, same, moved = (
        crosses(400, 0, range(3)),
        crosses(400, 1, range(3)),
        crosses(400, 2, range(6, 10)),
    )
    kinds: dict[str, list[Layer]] = {
        "convolution": [Convolution(4, 3), ReLU(), MaxPool(10), Flatten()],
        "dense": [Flatten(), Dense(32), ReLU()],
    }
    shown = {}
    for name, first in kinds.items():
        net = Network([*first, Dense(1), Sigmoid()], "nll", in_shape=(12, 12, 1), reduction="mean")
        run = train(net, seen[0], seen[1], step_size=0.02, epochs=40, batch_size=50)

        def missed(rows: Rows, run: Trained = run) -> float:
            return float(np.mean((np.asarray(run.predict(rows[0]))[:, 0] > 0.5) != rows[1]))

        shown[name] = {"same place": missed(same), "moved": missed(moved)}
    assert shown["convolution"]["moved"] < 0.1
    assert shown["dense"]["same place"] < 0.1
    assert shown["dense"]["moved"] > 0.3
    return bars(shown, "mistakes")


def filters_learn_edges() -> Figure:
    """Learned filters sometimes resemble edge detectors.

    9.1.17-edge-like-filters
    """
    W = learned("convolution").params[0]["W"][:, :, 0]
    ramp = np.tile([-1.0, -1.0, 0.0, 1.0, 1.0], (5, 1))  # bright on one side, dark on the other
    slanted = np.sign(np.add.outer(np.arange(-2, 3), np.arange(-2, 3)))
    edges = np.stack([ramp, ramp.T, slanted, np.fliplr(slanted)]).reshape(4, 25)

    def likeness(filters: Any) -> Any:
        """|cosine| of each filter, its mean apart, with the edge it is most like."""
        flat = filters.reshape(25, -1) - filters.reshape(25, -1).mean(axis=0)
        return np.abs(_unit(edges.T).T @ _unit(flat)).max(axis=0)

    found = likeness(W)
    chance = likeness(np.random.default_rng(0).normal(size=(5, 5, 5000)))
    assert found.max() > np.quantile(chance, 0.999)
    assert np.mean(found > np.quantile(chance, 0.9)) > 0.25  # one in ten, were it chance
    return images(
        list(np.moveaxis(W, -1, 0)), [f"edge-like {each:.0%}" for each in found],
        signed=True, numbers=False, columns=6, size=1.4,
    )  # fmt: skip


def _unit(columns: Any) -> Any:
    return columns / np.linalg.norm(columns, axis=0)


def convolutions_do_well_on_images() -> Figure:
    """Convolutional networks do well on images: better than dense ones of as many weights, or more.

    9.3-images
    """
    kinds = ("convolution", "dense, as many", "dense, many more")
    errors = {kind: error_rate(learned(kind), digits()[1]) for kind in kinds}
    assert abs(size("dense, as many") - size("convolution")) < 30
    assert size("dense, many more") > 10 * size("convolution")
    assert errors["convolution"] < 0.6 * min(errors["dense, as many"], errors["dense, many more"])
    X, y = digits()[1]
    return confident_mistakes(X, y, learned("convolution").predict(X), range(10))


CLAIMS = (
    the_right_assumption_helps,
    one_permutation_ruins_a_convolution,
    an_order_of_its_own_ruins_any_model,
    a_moved_pattern_is_found_by_convolution,
    filters_learn_edges,
    convolutions_do_well_on_images,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
