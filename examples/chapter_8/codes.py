"""Chapter 8.0-8.3: what codes keep and what they are good for, claim by claim, each with a picture.

python examples/chapter_8/codes.py [FOLDER]
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid import Autoencoder, FewLabelClassifier, LinearAutoencoder, NearestNeighborClassifier
from pellucid.autoencoders import decoded_grid, downstream_accuracy, traversal
from pellucid.autoencoders.downstream import balanced_sample
from pellucid.errors import NetworkWarning
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.codes import errors_against
from pellucid.pictures.latent_space import (
    decoded_images,
    latent_map,
    originals_and_reconstructions,
    traversals,
)
from pellucid.pictures.training import bars

DIGITS = Path(__file__).parents[1] / "digits.npz"


def digits(n: int, side: int = 14, only: tuple[int, ...] = ()) -> tuple[Any, Any]:
    """The first n handwritten digits (of some classes), averaged to side×side, ink 0 to 1; flat."""
    with np.load(DIGITS) as held:
        images, labels = held["images"], held["labels"]
    if only:
        chosen = np.isin(labels, only)
        images, labels = images[chosen], labels[chosen]
    block = 28 // side
    small = images[:n].reshape(-1, side, block, side, block).mean(axis=(2, 4)) / 255
    return small.reshape(len(small), -1), labels[:n]


def in_plane(X: Any, **settings: Any) -> Autoencoder:
    """A deep autoencoder with a code of two numbers."""
    given: dict[str, Any] = {
        "hidden": (64, 32), "activation": "leaky relu", "standardize": False, "batch_size": 64,
        "epochs": 40, "step_size": 3e-3, "output_activation": "sigmoid",
    }  # fmt: skip
    return Autoencoder(2, **(given | settings)).fit(X)


def right(train: tuple[Any, Any], test: tuple[Any, Any]) -> float:
    """Share of rows whose nearest neighbour has their label."""
    h = NearestNeighborClassifier(n_neighbors=1).fit(*train)
    return float((h.predict(test[0]) == test[1]).mean())


def codes_need_fewer_labels() -> Figure:
    """On learned codes, a classifier with few labels does better than on the rows, on less to read.

    8.0.3-downstream-faster
    """
    X, y = digits(2400)
    train, test = np.arange(1800), np.arange(1800, 2400)
    model = LinearAutoencoder(20).fit(X[train])
    A = model.encode(X)
    counts, shares = (20, 50, 100, 200), {"code of 20 numbers": [], "196 pixels": []}
    for count in counts:
        found: list[list[float]] = [[], []]
        for seed in range(8):
            known = balanced_sample(y, train, count, seed)
            for at, Z in enumerate((A, X)):
                found[at].append(right((Z[known], y[known]), (Z[test], y[test])))
        for name, values in zip(shares, found, strict=True):
            shares[name].append(1 - float(np.mean(values)))
    coded, whole = shares.values()
    assert all(a < b for a, b in zip(coded, whole, strict=True))
    # The work of a comparison goes with the length of what is compared.
    assert A.shape[1] * 9 < X.shape[1]
    return errors_against(
        counts, shares, "labelled rows", "share of wrong predictions", logarithmic=("x",)
    )


def binary_codes_hide_what_matters() -> Figure:
    """Packing bits into numbers loses nothing, and is worse to learn from than a learned code.

    8.0.3-binary-worse
    """
    X, y = digits(3000, side=7)
    bits = X > 0.25
    padded = np.pad(bits, ((0, 0), (0, 7)))  # 56 bits: 8 whole numbers from 0 to 127
    packed = padded.reshape(len(X), 8, 7) @ (1 << np.arange(7))
    assert (((packed[:, :, None] >> np.arange(7)) & 1).reshape(len(X), -1)[:, :49] == bits).all()
    learned = LinearAutoencoder(8).fit(bits[:2400].astype(float))
    codes = {
        "49 bits": bits.astype(float),
        "packed in 8": packed / 127,
        "code of 8": learned.encode(bits.astype(float)),
    }
    found = {
        name: {"right": right((Z[:2400], y[:2400]), (Z[2400:], y[2400:]))}
        for name, Z in codes.items()
    }
    shares = {name: own["right"] for name, own in found.items()}
    assert shares["packed in 8"] < shares["code of 8"] - 0.06
    return bars(found, "share of right predictions")


def equal_digits_lie_together() -> Figure:
    """A code of two numbers groups equal digits; that near codes mean like rows is not guaranteed.

    8.1.1-digits-group, 8.1.1-latent-scatter-figure, 8.1.1-nearness-not-guaranteed
    """
    X, y = digits(1500)
    model = in_plane(X)
    A = model.encode(X)
    grouped = right((A[:1000], y[:1000]), (A[1000:], y[1000:]))
    assert grouped > 0.4  # guessing is right a tenth of the time
    # A code that loses nothing and groups nothing: each row's place in a shuffled list.
    places = np.random.default_rng(0).permutation(len(X))[:, None].astype(float)
    listed = X[np.argsort(places[:, 0])]
    assert (listed[places[:, 0].astype(int)] == X).all()
    assert right((places[:1000], y[:1000]), (places[1000:], y[1000:])) < 0.2
    return latent_map(A, y, images=X.reshape(-1, 14, 14))


def longer_codes_rebuild_better() -> Figure:
    """Larger k reconstructs better, smaller k worse.

    8.3.1-longer-is-better, 8.1.4-reconstruction-figure
    """
    X, _ = digits(1300)
    train, test = X[:1000], X[1000:]
    rebuilt, lost = {}, []
    for k in (1, 4, 16):
        model = Autoencoder(
            k, hidden=(64,), standardize=False, step_size=3e-3, epochs=40, batch_size=64
        ).fit(train)
        lost.append(float(model.losses(test).mean()))
        rebuilt[f"k = {k}"] = model.reconstruct(test[:10]).reshape(-1, 14, 14)
    assert lost[0] > lost[1] > lost[2]
    return originals_and_reconstructions(test[:10].reshape(-1, 14, 14), rebuilt)


def long_codes_copy() -> Figure:
    """With k ≥ d the network learns to copy, rows unlike all others too; a short code cannot.

    8.3.1-identity-when-long
    """
    random = np.random.default_rng(0)
    plane = random.normal(size=(400, 2)) @ random.normal(size=(2, 8))
    X = (plane - plane.mean(axis=0)) / plane.std(axis=0) + 0.4 * random.normal(size=(400, 8))
    rows = {"rows like those of training": X, "rows unlike them": random.normal(size=(400, 8))}
    lost: dict[str, list[float]] = {name: [] for name in rows}
    lengths = (2, 5, 8)
    for k in lengths:
        with warnings.catch_warnings(action="ignore", category=NetworkWarning):  # of copying
            model = Autoencoder(
                k, hidden=(), overcomplete=k == 8, standardize=False, epochs=400, step_size=0.01,
                batch_size=100,
            ).fit(X)  # fmt: skip
        for name, given in rows.items():
            lost[name].append(float(model.losses(given).mean()))
    like, unlike = lost.values()
    assert like[0] > 0.5
    assert unlike[0] > 4 * like[0]
    assert max(like[-1], unlike[-1]) < 0.01
    return errors_against(lengths, lost, "numbers in a code of 8 columns", "mean ‖x − x̃‖²")


def three_labels_label_many() -> Figure:
    """Three labels and a good code of two numbers label most digits of three kinds.

    8.3.3-three-labels, 8.3.3-three-labels-figure
    """
    X, y = digits(1200, only=(0, 1, 7))
    encoder = Autoencoder(
        2, hidden=(64, 32), activation="leaky relu", standardize=False, batch_size=64, epochs=40,
        step_size=3e-3,
    )  # fmt: skip
    codes = encoder.fit(X).encode(X)
    shares, best = [], None
    for seed in range(20):
        known = balanced_sample(y, np.arange(len(y)), 3, seed)
        others = np.setdiff1d(np.arange(len(y)), known)
        h = FewLabelClassifier().fit(codes[known], y[known])
        shares.append(float((h.predict(codes[others]) == y[others]).mean()))
        best = known if shares[-1] == max(shares) else best
    # Which three were labelled matters: the middle one of twenty draws is judged, and the worst.
    assert np.median(shares) > 0.75
    assert max(shares) > 0.9
    return latent_map(codes, y, images=X.reshape(-1, 14, 14), labelled_rows=best)


def a_number_of_a_code_does_something() -> Figure:
    """One number of a code varied, the others kept, changes what is decoded in one way.

    8.3.2-traversal, 8.3.2-traversal-figure, 8.3.2-grid
    """
    X, _ = digits(1200)
    model = in_plane(X)
    found = [traversal(model, X, entry) for entry in (0, 1)]
    for each in found:
        assert (np.ptp(each.codes, axis=0) > 0).sum() == 1
        assert np.abs(each.effect).max() > 0.1
    rows = [each.rows.reshape(-1, 14, 14) for each in found]
    return traversals(rows, ["a1", "a2"], [each.values for each in found])


def the_plane_of_codes_is_a_map() -> Figure:
    """Walking a grid of codes, decoded digits pass into one another.

    8.3.2-latent-figures, 8.3.2-latent-scatter
    """
    X, _ = digits(1200)
    codes, rows = decoded_grid(in_plane(X), X, 10)
    steps = np.linalg.norm(np.diff(rows, axis=1), axis=2)
    across = np.linalg.norm(rows[:, -1] - rows[:, 0], axis=1)
    assert np.median(steps) < np.median(across) / 2
    return decoded_images(rows.reshape(10, 10, 14, 14), codes)


def accuracy_grows_with_the_code() -> Figure:
    """Accuracy on codes grows with their length, and soon is that on the rows themselves.

    8.3.3-downstream
    """
    X, y = digits(1500)
    lengths = (1, 2, 4, 8, 16, 32)
    *found, whole = downstream_accuracy(X, y, lengths)
    shares = [1 - each.accuracy for each in found]
    assert shares[0] > shares[2] > shares[4]
    assert shares[-1] <= 1 - whole.accuracy + 0.01
    return errors_against(
        lengths, {"codes": shares, "196 pixels": [1 - whole.accuracy] * len(lengths)},
        "numbers in a code", "share of wrong predictions", logarithmic=("x",),
    )  # fmt: skip


CLAIMS = (
    codes_need_fewer_labels,
    binary_codes_hide_what_matters,
    equal_digits_lie_together,
    longer_codes_rebuild_better,
    long_codes_copy,
    three_labels_label_many,
    a_number_of_a_code_does_something,
    the_plane_of_codes_is_a_map,
    accuracy_grows_with_the_code,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
