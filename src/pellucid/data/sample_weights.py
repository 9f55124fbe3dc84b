"""Sample weights and class weights, checked and brought to scale in one place.

Notes: Def 9
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from pellucid.errors import HyperparameterError, ShapeError, WeightError
from pellucid.formatting import label, labels

Array = NDArray[np.float64]
ORDINARY = 100  # a largest weight within 2^±100 leaves room for products of several


def checked_weights(sample_weight: Any, n: int) -> Array:
    """Weights as an array of n finite numbers ≥ 0, not all zero.

    Parameters
    ----------
    sample_weight : array of shape (n,), or a number for all rows
    n : int
        Rows.

    Raises
    ------
    ShapeError
        When there is not one weight for each row.
    WeightError
        For a weight that is no number, negative or infinite; or when all are zero.

    Examples
    --------
    >>> checked_weights([1, 0, 2], 3).tolist()
    [1.0, 0.0, 2.0]

    Notes: Def 9
    """
    if np.isscalar(sample_weight):
        sample_weight = np.full(n, sample_weight)
    try:
        weights = check_array(
            sample_weight, ensure_2d=False, ensure_all_finite=False, dtype=np.float64,
            ensure_min_samples=0, input_name="sample_weight",
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise WeightError(f"sample_weight must hold one number a row: {error}") from error
    if weights.ndim != 1:
        raise ShapeError("Sample weights must be 1D array or scalar: one weight a row.")
    if weights.shape != (n,):
        raise ShapeError(
            f"sample_weight.shape == {weights.shape}, expected ({n},): one weight for each row."
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise WeightError(
            f"sample_weight must be ≥ 0 and finite (no NaN, no infinity); that of row {wrong[0]} "
            f"is {weights[wrong[0]]:g}."
        )
    if not weights.any():
        raise WeightError("sample_weight must not be all zero: no row would count.")
    return np.asarray(weights, dtype=np.float64)


def relative_weights(sample_weight: Any, n: int) -> Array:
    """The same, for what asks for ratios only: huge or tiny ones divided by a power of two.

    Sums and products of weights of any size are then ordinary numbers, and no digit is lost.
    Weights of ordinary size come back as they are, since some of them are counts.

    Examples
    --------
    >>> relative_weights([1e200, 5e199], 2).round(3).tolist()
    [0.653, 0.327]

    Notes: Def 9
    """
    return _rescaled(checked_weights(sample_weight, n))


def _rescaled(weights: Array) -> Array:
    exponent = int(np.frexp(weights.max())[1])
    return weights if abs(exponent) <= ORDINARY else np.asarray(np.ldexp(weights, -exponent))


def class_weights(
    given: Any, classes: NDArray[Any], codes: NDArray[np.intp], weights: Array
) -> Array:
    """How much a row of each class counts, k numbers; the weights of rows enter "balanced".

    Parameters
    ----------
    given : None, "balanced" or a mapping from class to weight
        A class that the mapping does not name has weight 1.
    classes : array of shape (k,)
    codes : array of shape (n,)
        The place of each row's class.
    weights : array of shape (n,)

    Raises
    ------
    HyperparameterError
        Names the class whose weight is negative, no number or infinite; and a class that no row
        belongs to, where another is left without a weight (a misspelt name, most likely).

    Examples
    --------
    >>> class_weights({"b": 3}, np.array(["a", "b"]), np.array([0, 1, 1]), np.ones(3)).tolist()
    [1.0, 3.0]

    Notes: Def 9
    """
    if given is None:
        return np.ones(len(classes))
    if isinstance(given, str):
        held = np.bincount(codes, weights, minlength=len(classes))
        return np.asarray(held.sum() / (len(held) * np.where(held > 0, held, 1.0)))
    return _named_weights(given, classes)


def _named_weights(given: Mapping[Any, Any], classes: NDArray[Any]) -> Array:
    places = {name: at for at, name in enumerate(classes.tolist())}
    named = {name.item() if isinstance(name, np.generic) else name for name in given}
    found = np.ones(len(classes))
    for name, weight in given.items():
        plain = name.item() if isinstance(name, np.generic) else name
        if plain not in places and len(named & places.keys()) < len(places):
            raise HyperparameterError(
                f"class_weight names a class {label(name)} that no row belongs to; the classes are "
                f"{labels(classes)}."
            )
        number = isinstance(weight, numbers.Real) and not isinstance(weight, bool | np.bool_)
        if not (number and np.isfinite(float(weight)) and weight >= 0):
            raise HyperparameterError(
                f"class_weight must be ≥ 0 and finite for each class; that of {label(name)} is "
                f"{weight!r}."
            )
        if plain in places:
            found[places[plain]] = float(weight)
    if not found.any():
        raise HyperparameterError("class_weight is 0 for every class: no row would count.")
    return _rescaled(found)
