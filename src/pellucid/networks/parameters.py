"""Parameters as a network takes them: each named by its layer, and of its own shape.

Notes: Def 267, Notation 269, Notation 304
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from pellucid.errors import ShapeError, TableError
from pellucid.networks.engine.device_array import device_array
from pellucid.networks.layers.layer import Layer, shape_text


def checked_params(layers: Sequence[Layer], shapes: Sequence[Any], params: Any) -> list[Any]:
    """One dict of arrays a layer, every array of the shape that its layer has.

    Offsets come as (n,), or as n×1 as the notes write them; lists of numbers become arrays. Inside
    `jit` shapes alone are looked at.

    Parameters
    ----------
    layers : sequence of Layer
    shapes : sequence of dict
        Of each layer's parameters, as `Network.param_shapes`.
    params : list of dict

    Raises
    ------
    ShapeError
        For anything else, with the layer, the parameter, both shapes and what to do.

    Examples
    --------
    >>> from pellucid.networks import Dense, Network
    >>> net = Network([Dense(2, inputs=1)])
    >>> column = [{"W": [[1.0, 2.0]], "W0": [[3.0], [4.0]]}]
    >>> checked_params(net.layers, net.param_shapes, column)[0]["W0"].tolist()
    [3.0, 4.0]

    Notes: Notation 269, Notation 304
    """
    if isinstance(params, Mapping | str) or not isinstance(params, Sequence):
        raise ShapeError(
            "params is a list with one dict a layer, as network.init() gives it; this is a "
            f"{type(params).__name__}."
        )
    if len(params) != len(layers):
        raise ShapeError(
            f"The network has {len(layers)} layers, but params has {len(params)} entries: give one "
            "dict a layer, {} where a layer has no parameters."
        )
    return [
        _part(own, wanted, f"Layer {l + 1} ({type(layer).__name__})", "")
        for l, (layer, wanted, own) in enumerate(zip(layers, shapes, params, strict=True))
    ]


def as_numbers(params: Any, dtype: Any) -> Any:
    """The parameters in that dtype, whole numbers too."""
    return jax.tree.map(lambda leaf: device_array(leaf, dtype), params)


def points_in(X: Any, dtype: Any) -> Any:
    """Points as an array of that dtype.

    Raises
    ------
    ShapeError
        For points of different lengths, or that are no numbers.
    """
    array = X if hasattr(X, "shape") and hasattr(X, "dtype") else _numbers(X)
    if array is None or np.dtype(array.dtype).kind not in "biuf":
        found = "rows of different lengths" if array is None else f"of type {array.dtype}"
        raise ShapeError(
            f"A network takes points as one array of numbers, one row a point; these are {found}."
        )
    if isinstance(array, np.ndarray) and array.dtype == np.float64 and dtype == np.float32:
        largest = np.abs(array[np.isfinite(array)]).max(initial=0)
        if largest > np.finfo(np.float32).max:
            raise TableError(
                f"The points hold {largest:.3g}, more than float32 can: divide them first, or take "
                'parameters of float64, network.init(seed, dtype="float64").'
            )
    return device_array(array, dtype)


def _part(given: Any, expected: Any, owner: str, name: str) -> Any:
    """What stands at one place of the tree of parameters."""
    place = f"{owner}: {name}" if name else owner
    if isinstance(expected, dict):
        if not isinstance(given, Mapping):
            raise ShapeError(
                f"{place} takes a dict with {_names(expected)}; this is a {type(given).__name__}."
            )
        absent = [key for key in expected if key not in given]
        strange = [key for key in given if key not in expected]
        if absent or strange:
            lacks = f"{absent[0]!r} is missing" if absent else f"it has no {strange[0]!r}"
            raise ShapeError(f"{place} takes a dict with {_names(expected)}; {lacks}.")
        return {key: _part(given[key], expected[key], owner, _at(name, key)) for key in expected}
    if isinstance(expected, list):
        if not isinstance(given, Sequence) or len(given) != len(expected):
            raise ShapeError(
                f"{place} takes a list of {len(expected)} parts, one for each layer inside; this "
                f"is {_kind(given)}."
            )
        parts = zip(given, expected, strict=True)
        return [_part(own, inner, owner, _at(name, i)) for i, (own, inner) in enumerate(parts)]
    return _array(given, expected, owner, name)


def _array(given: Any, expected: tuple[int, ...], owner: str, name: str) -> Any:
    array = given if hasattr(given, "shape") and hasattr(given, "dtype") else _numbers(given)
    if array is None or np.dtype(array.dtype).kind not in "biuf":
        raise ShapeError(
            f"{owner}: {name} is {shape_text(expected)} numbers; this is {_kind(given)}."
        )
    shape = tuple(array.shape)
    if shape == expected:
        return array
    if len(expected) == 1 and shape == (*expected, 1):  # the notes' column
        return array.reshape(expected)
    turned = len(expected) == 2 and shape == expected[::-1]
    cure = f" It looks transposed: give its transpose, {name}.T." if turned else ""
    column = f" (or {expected[0]}×1)" if len(expected) == 1 else ""
    raise ShapeError(
        f"{owner}: {name} is {shape_text(expected)}{column}; this one is {shape_text(shape)}.{cure}"
    )


def _numbers(given: Any) -> Any:
    try:
        return np.asarray(given)
    except ValueError:  # rows of different lengths
        return None


def _at(name: str, key: Any) -> str:
    return f"{name}.{key}" if name else str(key)


def _names(expected: Mapping[str, Any]) -> str:
    return " and ".join(repr(key) for key in expected) or "nothing in it"


def _kind(given: Any) -> str:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return f"a {type(given).__name__} of {len(given)}"
    return f"a {type(given).__name__}"
