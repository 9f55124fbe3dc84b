"""Experiments on a code: vary one number, walk a grid, decode zero, decode a class's average.

Each takes any fitted autoencoder with `encode` and `decode`.

Notes: Concept 362, Concept 363, Concept 364, §8.3.2, §8.4.5
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from pellucid.errors import HyperparameterError, ShapeError
from pellucid.formatting import number
from pellucid.former_names import renamed
from pellucid.hyperparameters import is_whole

Array = NDArray[np.float64]
CENTRED = 1e-6  # share of a code's spread below which its mean is 0
MOST_ROWS = 1_000  # of a class that distances are measured among


@dataclass(frozen=True)
class Traversal:
    """One number of a code varied, the others kept, and what each code decodes to.

    Parameters
    ----------
    entry : int
        Which number, from 0.
    values : ndarray, shape (m,)
    codes : ndarray, shape (m, k)
    rows : ndarray, shape (m, d)
    effect : ndarray, shape (d,)
        How far each column moves from the first value to the last: what the entry stands for, if
        it stands for anything one can name.

    Notes: Concept 362
    """

    entry: int
    values: Array
    codes: Array
    rows: Array
    effect: Array


def traversal(model: Any, X: Any, entry: int = 0, *, row: int = 0, steps: int = 7) -> Traversal:
    """Vary one number of one row's code over the range it has among all rows.

    Parameters
    ----------
    model : fitted autoencoder
    X : array, shape (n, d)
        Rows; from their 5th to their 95th percentile the number goes.
    entry : int
        Which number of the code, from 0.
    row : int
        Whose code the others are.
    steps : int
        Values tried, at least 2.

    Returns
    -------
    Traversal

    Raises
    ------
    HyperparameterError
        When there is no such number, no such row, or fewer than two steps.

    Examples
    --------
    >>> from pellucid.autoencoders import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]])
    >>> traversal(LinearAutoencoder(1).fit(X), X, steps=3).rows.round(1).tolist()
    [[0.1, 0.2], [1.0, 2.0], [1.9, 3.8]]

    Notes: Concept 362
    """
    codes = np.asarray(model.encode(X))
    n, k = codes.shape
    if not 0 <= entry < k or not -n <= row < n or steps < 2:
        raise HyperparameterError(
            f"traversal: entry goes from 0 to {k - 1}, row from 0 to {n - 1}, and steps from 2; "
            f"got {entry}, {row}, {steps}."
        )
    low, high = np.quantile(codes[:, entry], [0.05, 0.95]).tolist()
    values = np.linspace(low, high, steps)
    varied = np.repeat(codes[[row]], steps, axis=0)
    varied[:, entry] = values
    rows = np.asarray(model.decode(varied))
    return Traversal(entry, values, varied, rows, rows[-1] - rows[0])


def decoded_grid(
    model: Any, X: Any, steps: int = 8, entries: tuple[int, int] = (0, 1)
) -> tuple[Array, Array]:
    """Codes on a grid over the ranges that the rows' codes have, and the rows they decode to.

    Parameters
    ----------
    model : fitted autoencoder
    X : array, shape (n, d)
    steps : int
        Of each side.
    entries : tuple of two int
        Which numbers vary, along and upwards; the others stay at their means.

    Returns
    -------
    codes : ndarray, shape (steps, steps, k)
        First row highest, as in a picture.
    rows : ndarray, shape (steps, steps, d)

    Raises
    ------
    ShapeError
        When a code has fewer than two numbers.
    HyperparameterError
        For entries that are not two different numbers of a code, or steps < 1.

    Notes: Concept 363
    """
    codes = np.asarray(model.encode(X))
    k = codes.shape[1]
    if k < 2:
        raise ShapeError(
            f"decoded_grid varies two numbers of a code, and this model's has {k}: take a model "
            "with code_length ≥ 2, or look along one number with `traversal`."
        )
    places = tuple(entries) if isinstance(entries, Iterable) else ()
    apart = len(places) == 2 and places[0] != places[1]
    if not apart or not all(is_whole(entry, 0) and entry < k for entry in places):
        raise HyperparameterError(
            f"decoded_grid: entries are two different places of a code, from 0 to {k - 1}; "
            f"got {entries!r}."
        )
    if not is_whole(steps):
        raise HyperparameterError(f"decoded_grid: steps is a whole number ≥ 1; got {steps!r}.")
    along, up = places
    low, high = np.quantile(codes, [0.03, 0.97], axis=0)
    grid = np.tile(codes.mean(axis=0), (steps, steps, 1))
    grid[:, :, along] = np.linspace(low[along], high[along], steps)[None, :]
    grid[:, :, up] = np.linspace(high[up], low[up], steps)[:, None]
    rows = np.asarray(model.decode(grid.reshape(-1, k)))
    return grid, rows.reshape(steps, steps, -1)


@renamed(said="conclusion")
@dataclass(frozen=True)
class ZeroAndMean:
    """What the code 0 decodes to, what the mean code does, and whether either is the mean row.

    Parameters
    ----------
    zero, of_mean_code, mean : ndarray, shape (d,)
        decode(0), decode(mean of a), mean of x.
    linear, centred : bool
        Whether the decoder is linear; whether codes have mean 0.
    conclusion : str
        What follows.

    Notes: Concept 364
    """

    zero: Array
    of_mean_code: Array
    mean: Array
    linear: bool
    centred: bool
    conclusion: str


def zero_and_mean(model: Any, X: Any) -> ZeroAndMean:
    """Decode 0, where only the offsets speak, and the mean code.

    For a linear decoder at its optimum decode(0) = mean(x) − W²ᵀ mean(a): the mean row only where
    codes have mean 0. The mean code decodes to the mean row for any linear one.

    Parameters
    ----------
    model : fitted autoencoder
    X : array, shape (n, d)
        The rows averaged.

    Examples
    --------
    >>> from pellucid.autoencoders import LinearAutoencoder
    >>> X = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    >>> zero_and_mean(LinearAutoencoder(1).fit(X), X).zero.tolist()
    [2.0, 4.0]

    Notes: Concept 364
    """
    rows = np.asarray(X, dtype=np.float64)
    rows = rows.reshape(len(rows), -1)
    codes = np.asarray(model.encode(X))
    middle = codes.mean(axis=0)
    spread = float(np.abs(codes).max()) or 1.0
    linear = is_linear(model)
    centred = bool(np.abs(middle).max() <= CENTRED * spread)
    decoded = np.asarray(model.decode(np.vstack([np.zeros_like(middle), middle])))
    mean = rows.mean(axis=0)
    gap = number(float(np.linalg.norm(decoded[0] - mean)))
    if not linear:
        said = f"Not linear: decode(0) need not be the mean row; it is {gap} away from it."
    elif centred:
        said = f"Linear, and codes have mean 0: decode(0) is the mean row (apart by {gap})."
    else:
        said = (
            f"Linear, but codes do not have mean 0: decode(0) is {gap} away from the mean row. "
            "Decode the mean code, or centre the rows."
        )
    return ZeroAndMean(decoded[0], decoded[1], mean, linear, centred, said)


def is_linear(model: Any) -> bool:
    """Whether decoding is W²ᵀa + W₀² and nothing else.

    Notes: §8.4
    """
    if hasattr(model, "decoder_weights_"):
        return True
    network = getattr(model, "network_", None)
    if network is None or model.loss_.binary or model.loss_.categories:
        return False
    plain = model.output_activation == "identity" and not model.filters
    names = (model.activation,) if isinstance(model.activation, str) else model.activation
    return bool(plain and (not model.hidden or set(names) == {"identity"}))


@dataclass(frozen=True)
class ClassAverage:
    """The average code of a class, decoded.

    Parameters
    ----------
    label : object
    code : ndarray, shape (k,)
    row : ndarray, shape (d,)
        What it decodes to.
    to_nearest : float
        Its distance to the nearest observed row of the class.
    usual : float
        Median distance of an observed row of the class to its nearest other.
    rows : int
        Of the class.

    Notes: §8.4.5
    """

    label: Any
    code: Array
    row: Array
    to_nearest: float
    usual: float
    rows: int

    @property
    def typical(self) -> bool:
        """Whether it lies as near to an observed row as observed rows do to one another."""
        return self.to_nearest <= self.usual


def class_averages(model: Any, X: Any, y: Any) -> list[ClassAverage]:
    """Decode the average code of each class, and measure whether it looks like one of them.

    It need not: where a class forms a ring in code space, its average lies in the hole.

    Parameters
    ----------
    model : fitted autoencoder
    X : array, shape (n, d)
    y : array, shape (n,)
        Labels.

    Raises
    ------
    ShapeError
        When there is not one label a row.

    Notes: §8.4.5, Concept 364
    """
    labels, codes = np.asarray(y), np.asarray(model.encode(X))
    rows = np.asarray(X, dtype=np.float64).reshape(len(codes), -1)
    if labels.shape != (len(rows),):
        raise ShapeError(f"class_averages: {len(rows)} rows but labels of shape {labels.shape}.")
    found = []
    for label in np.unique(labels):
        own = labels == label
        code = codes[own].mean(axis=0)
        row = np.asarray(model.decode(code[None]))[0]
        seen = rows[own][:MOST_ROWS]
        between = cdist(seen, seen)
        np.fill_diagonal(between, np.inf)
        usual = float(np.median(between.min(axis=1))) if len(seen) > 1 else 0.0
        nearest = float(cdist(row[None], seen).min())
        found.append(ClassAverage(label, code, row, nearest, usual, int(own.sum())))
    return found
