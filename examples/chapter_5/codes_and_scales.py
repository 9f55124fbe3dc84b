"""Chapter 5.3: which code, which scale, and what the wrong one costs; each claim with its picture.

python examples/chapter_5/codes_and_scales.py [FOLDER]
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pellucid import (
    BinaryCode,
    Center,
    FactoredCode,
    LeastSquares,
    NumericCode,
    OneHotCode,
    Ridge,
    Standardize,
    ThermometerCode,
)
from pellucid.data.class_codes import (
    binary,
    evenly_spaced,
    from_thermometer,
    numeric,
    one_hot,
    thermometer,
)
from pellucid.errors import CodeWarning
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.codes import centered_column, code_tables, errors_against, targets_by_class

Array = NDArray[np.float64]
POLL = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]


def rows_of(means: Any, n: int, seed: int, noise: float = 1.0) -> tuple[NDArray[np.int32], Array]:
    """Rows of k equally likely classes, each answering its mean with noise."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, len(means), n).astype(np.int32)
    return classes, np.asarray(means)[classes] + noise * rng.normal(size=n)


def error(code: Array, classes: Any, y: Array, means: Array, lam: float = 0.0) -> float:
    """Squared error about the true mean of each class, of a linear model on a code book."""
    h = (Ridge(lam=lam) if lam else LeastSquares()).fit(code[classes], y)
    return float(np.mean((h.predict(code) - means) ** 2))


def each_step_a_weight_of_its_own() -> Figure:
    """One number forces a scale on an ordered class; a thermometer lets each step differ.

    5.3.1.2-steps-of-their-own
    """
    means = np.array([0.0, 5.0, 5.4, 6.0, 12.0])
    classes, y = rows_of(means, 400, seed=0)
    X = np.array(POLL, dtype=object)[classes][:, None]
    every = np.array(POLL, dtype=object)[:, None]
    fits = {}
    for name, code in (
        ("one number", NumericCode()),
        ("thermometer", ThermometerCode(include_constant=False)),
    ):
        fits[name] = LeastSquares().fit(code.fit_transform(X), y).predict(code.transform(every))
    wrong = {name: float(np.mean((g - means) ** 2)) for name, g in fits.items()}
    assert np.ptp(np.diff(fits["one number"])) < 1e-9  # every step the same
    assert np.abs(np.diff(fits["thermometer"]) - np.diff(means)).max() < 0.5
    assert wrong["thermometer"] < wrong["one number"] / 50
    return targets_by_class([p.replace(" ", "\n") for p in POLL], classes, y, fits)


def integers_impose_an_order() -> Figure:
    """Numbering unordered classes makes the answer depend on how they were numbered; one-hot no.

    5.3.1.1-false-scale, Concept 195
    """
    colours = ["red", "green", "blue", "tan"]
    means = np.array([4.0, 0.0, 3.0, 1.0])
    classes, y = rows_of(means, 400, seed=1)
    X = np.array(colours, dtype=object)[classes][:, None]
    every = np.array(colours, dtype=object)[:, None]
    said: dict[str, list[Array]] = {"number": [], "one-hot": []}
    for order in (colours, ["green", "tan", "blue", "red"]):
        for name, code in (("number", NumericCode([order])), ("one-hot", OneHotCode([order]))):
            h = Ridge(lam=1e-9).fit(code.fit_transform(X), y)
            said[name].append(h.predict(code.transform(every)))
    assert np.abs(said["one-hot"][0] - said["one-hot"][1]).max() < 1e-6
    assert np.abs(said["number"][0] - said["number"][1]).max() > 1
    fits = {
        "red 1, green 2, blue 3, tan 4": said["number"][0],
        "green 1, tan 2, blue 3, red 4": said["number"][1],
        "one-hot, either way": said["one-hot"][0],
    }
    return targets_by_class(colours, classes, y, fits)


def one_hot_carries_no_order() -> Figure:
    """A linear model does not mind where entries stand, so sorted one-hot entries say no order.

    5.3.1.4-order-of-entries, 5.3.1.4-codes-figure
    """
    rng = np.random.default_rng(2)
    order = np.array([2, 0, 3, 1])
    classes, y = rows_of([1.0, 4.0, 2.0, 8.0], 200, seed=2)
    for code in (one_hot, thermometer):
        book = code(np.arange(4, dtype=np.int32), 4)
        plain, shuffled = (
            Ridge(lam=0.01).fit(b[classes], y).predict(b) for b in (book, book[:, order])
        )
        assert np.abs(plain - shuffled).max() < 1e-9
    # One-hot cannot tell a renumbering from a shuffle; a thermometer can.
    renumbered = rng.permutation(4)
    ones = one_hot(np.arange(4, dtype=np.int32), 4)
    steps = thermometer(np.arange(4, dtype=np.int32), 4)
    same = {tuple(row) for row in ones[renumbered].T} == {tuple(row) for row in ones.T}
    assert same
    assert {tuple(row) for row in steps[renumbered].T} != {tuple(row) for row in steps.T}
    number = numeric(np.arange(4, dtype=np.int32), evenly_spaced(4))
    books = {
        "numeric": number,
        "thermometer": steps,
        "one-hot": ones,
        "binary": binary(np.arange(4, dtype=np.int32), 4),
        "thermometer, shuffled": steps[:, order],
        "one-hot, shuffled": ones[:, order],
    }
    return code_tables(books, ["1", "2", "3", "4"])


def a_thermometer_is_decoded_by_counting() -> Figure:
    """The number of ones tells the class of a thermometer, under any permutation of its entries.

    5.3.1.4-decode-by-count
    """
    rng = np.random.default_rng(3)
    classes = np.arange(5, dtype=np.int32)
    steps, ones = thermometer(classes, 5), one_hot(classes, 5)
    for _ in range(100):
        order = rng.permutation(5)
        assert (steps[:, order].sum(axis=1) == classes + 1).all()
        assert (from_thermometer(steps[:, order]) == classes).all()
        assert (ones[:, order].sum(axis=1) == 1).all()  # counting tells nothing of a one-hot
    books = {"thermometer": steps, "shuffled": steps[:, order], "one-hot, shuffled": ones[:, order]}
    counted = {
        title: [f"{int(n)} one{'s' if n > 1 else ''}" for n in book.sum(axis=1)]
        for title, book in books.items()
    }
    return code_tables(books, ["1", "2", "3", "4", "5"], counted)


def three_codes_of_an_order() -> Figure:
    """With few rows of an ordered class a thermometer beats one-hot; with many, one number alone.

    5.3.1.2-steps-of-their-own, Clar 199
    """
    means = np.array([0.0, 0.3, 0.6, 4.0, 4.3, 4.6, 4.9, 8.0])
    k = len(means)
    index = np.arange(k, dtype=np.int32)
    books = {
        "numeric": numeric(index, evenly_spaced(k)),
        "thermometer": thermometer(index, k)[:, 1:],
        "one-hot": one_hot(index, k),
    }
    sizes = (16, 32, 64, 128, 512)
    lams = np.geomspace(1e-3, 0.3, 5)
    found = {
        name: [
            min(
                np.mean([error(book, *rows_of(means, n, s, 1.5), means, lam) for s in range(12)])
                for lam in lams
            )
            for n in sizes
        ]
        for name, book in books.items()
    }
    assert found["thermometer"][0] < 0.85 * found["one-hot"][0]
    assert found["numeric"][-1] > 10 * found["thermometer"][-1]
    return errors_against(
        sizes, found, "training rows", "squared error, λ the best", logarithmic=("x", "y")
    )


def factoring_helps() -> Figure:
    """Where parts have effects of their own, factoring learns them from fewer rows.

    5.3.1.5-factoring-helps
    """
    makes, models = [f"make{i}" for i in range(8)], [f"model{j}" for j in range(8)]
    rng = np.random.default_rng(4)
    means = (3 * rng.normal(size=8)[:, None] + 3 * rng.normal(size=8)).ravel()
    cars = np.array([f"{a} {b}" for a in makes for b in models], dtype=object)[:, None]
    books = {"one-hot": OneHotCode(), "factored": FactoredCode(delimiter=" ")}
    coded = {name: code.fit_transform(cars) for name, code in books.items()}
    sizes = (64, 128, 256, 512, 1024)
    found = {
        name: [
            float(np.mean([error(book, *rows_of(means, n, s), means, 1e-3) for s in range(4)]))
            for n in sizes
        ]
        for name, book in coded.items()
    }
    assert all(f < o / 3 for f, o in zip(found["factored"], found["one-hot"], strict=True))
    return errors_against(
        sizes, found, "training rows of 64 cars", "squared error", logarithmic=("x", "y")
    )


def binary_loses_to_one_hot() -> Figure:
    """Binary code loses to one-hot on the same task: a linear model cannot decode it.

    5.3.1.6-binary-loses
    """
    counts = (3, 4, 6, 8, 16, 32)
    found: dict[str, list[float]] = {"binary": [], "one-hot": [], "binary, as foretold": []}
    for k in counts:
        index = np.arange(k, dtype=np.int32)
        wrong: dict[str, list[float]] = {"binary": [], "one-hot": []}
        for seed in range(15):
            means = np.random.default_rng(100 + seed).normal(size=k)
            means = (means - means.mean()) / means.std()
            classes, y = rows_of(means, 60 * k, seed, 0.5)
            wrong["binary"].append(error(binary(index, k), classes, y, means, 1e-3))
            wrong["one-hot"].append(error(one_hot(index, k), classes, y, means, 1e-3))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CodeWarning)
            followed = BinaryCode().fit(index[:, None]).followed_[0]
        for name, values in wrong.items():
            found[name].append(float(np.mean(values)))
        found["binary, as foretold"].append(1 - followed)
    assert all(one < 0.02 for one in found["one-hot"])
    assert found["binary"][counts.index(6)] > 0.3
    assert found["binary"][-1] > 0.75
    foretold = np.array(found["binary, as foretold"])
    assert np.abs(np.array(found["binary"]) - foretold).max() < 0.12
    return errors_against(
        counts, found, "classes", "squared error (1: knows nothing)", logarithmic=("x",)
    )


def people(n: int, seed: int, stretch: float = 1.0) -> tuple[Array, Array]:
    """Income and age, which count alike; income is stretched by its unit."""
    rng = np.random.default_rng(seed)
    income, age = rng.uniform(10, 100, n), rng.uniform(20, 100, n)
    z = np.column_stack([(income - 55) / 26, (age - 60) / 23])
    return np.column_stack([stretch * income, age]), z.sum(axis=1) + 0.3 * rng.normal(size=n)


def judged(stretch: float, lam: float, scaled: bool) -> tuple[float, Array]:
    """Test error and the answer's change per deviation of each column."""
    X, y = people(200, 5, stretch)
    X_new, y_new = people(2_000, 6, stretch)
    scale = Standardize().fit(X) if scaled else Center().fit(X)
    h = Ridge(lam=lam).fit(scale.transform(X), y)
    parts = h.coef_ * scale.transform(X).std(axis=0)
    return float(np.mean((h.predict(scale.transform(X_new)) - y_new) ** 2)), parts


def the_larger_scale_dominates() -> Figure:
    """The column of larger numbers rules the answer, and λ punishes the other one more.

    5.3.3.1-large-scale-dominates
    """
    lams = np.geomspace(1e-3, 1e4, 15)
    shares: dict[str, list[float]] = {"as measured": [], "standardised": []}
    for lam in lams:
        for name, scaled in (("as measured", False), ("standardised", True)):
            _, (income, age) = judged(1_000.0, lam, scaled)
            shares[name].append(abs(age) / abs(income))
    assert min(shares["standardised"]) > 0.8  # alike, as they are
    assert shares["as measured"][0] > 0.8
    assert shares["as measured"][-1] < 0.1  # age is punished away
    # With equal weights, 10 % more income moves the answer more than twice the age does.
    assert 0.10 * 4_000 > 1.00 * 7
    return errors_against(
        [float(lam) for lam in lams],
        shares,
        "λ",
        "weight of age ÷ weight of income\n(per standard deviation)",
        logarithmic=("x",),
    )


def standardising_undoes_a_stretch() -> Figure:
    """Stretching a column changes a penalised fit; standardised, the fit does not notice.

    5.3.3.1-stretch-figure, Concept 206, Def 207
    """
    stretches = np.geomspace(1e-3, 1e3, 13)
    found = {
        name: [judged(float(s), 0.03, scaled)[0] for s in stretches]
        for name, scaled in (("as measured", False), ("standardised", True))
    }
    assert np.ptp(found["standardised"]) < 1e-9
    assert max(found["as measured"]) > 5 * max(found["standardised"])
    return errors_against(
        [float(s) for s in stretches],
        found,
        "income stretched by",
        "test error, λ = 0.03",
        logarithmic=("x",),
    )


def the_sign_tells_above_from_below() -> Figure:
    """Centred at zero, the sign tells above from below the average; the shape stays.

    5.3.3.1-sign-about-mean
    """
    ages = np.random.default_rng(7).uniform(20, 100, 24).round()
    centred = Center().fit_transform(ages[:, None])[:, 0]
    assert abs(centred.mean()) < 1e-12
    assert ((centred > 0) == (ages > ages.mean())).all()
    assert np.allclose(np.diff(np.sort(centred)), np.diff(np.sort(ages)))
    return centered_column(ages, centred, "age (years)")


CLAIMS = (
    each_step_a_weight_of_its_own,
    integers_impose_an_order,
    one_hot_carries_no_order,
    a_thermometer_is_decoded_by_counting,
    three_codes_of_an_order,
    factoring_helps,
    binary_loses_to_one_hot,
    the_larger_scale_dominates,
    standardising_undoes_a_stretch,
    the_sign_tells_above_from_below,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
