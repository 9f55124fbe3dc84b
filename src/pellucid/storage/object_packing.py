"""Objects to plain values and arrays, and back: what a model file can hold.

A packed value is JSON; each array becomes `{"$array": key}` and lives in the payload. Registered
objects become `{"$object": name, ...}`. Nothing that is read back can run code.

Notes: Def 19
"""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelFileError
from pellucid.storage.registry import FORMER_FIELDS, class_named, name_of

Arrays = dict[str, NDArray[Any]]
MAX_DEPTH = 32


def pack(value: Any, arrays: Arrays, depth: int = 0) -> Any:
    """Turn `value` into JSON, collecting its arrays."""
    if depth > MAX_DEPTH:
        raise ModelFileError("The model is nested more deeply than a model file can hold.")
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": repr(value)}
    if isinstance(value, np.generic):
        return {"$scalar": _keep(np.asarray(value), arrays)}
    if isinstance(value, np.ndarray):
        return _pack_array(value, arrays, depth)
    if isinstance(value, list):
        return [pack(item, arrays, depth + 1) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [pack(item, arrays, depth + 1) for item in value]}
    if isinstance(value, dict):
        pairs = [[pack(k, arrays, depth + 1), pack(v, arrays, depth + 1)] for k, v in value.items()]
        return {"$dict": pairs}
    return _pack_object(value, arrays, depth)


def _pack_array(value: NDArray[Any], arrays: Arrays, depth: int) -> Any:
    if value.dtype.kind in "biuf":
        return {"$array": _keep(value, arrays)}
    if value.dtype.kind in "OUST":
        items = [pack(_plain(item), arrays, depth + 1) for item in value.ravel().tolist()]
        return {"$objects": items, "shape": list(value.shape), "dtype": value.dtype.kind}
    if value.dtype.kind == "M":
        unit = np.datetime_data(value.dtype)[0]
        return {"$dates": _keep(value.astype(np.int64), arrays), "unit": unit}
    raise ModelFileError(f"A model file cannot hold an array of {value.dtype}.")


def _plain(item: Any) -> Any:
    return str(item) if isinstance(item, np.str_) else item


def _keep(value: NDArray[Any], arrays: Arrays) -> str:
    key = f"a{len(arrays)}"
    arrays[key] = np.array(value, order="C", copy=True)  # keeps the shape () of a scalar
    return key


def _pack_object(value: Any, arrays: Arrays, depth: int) -> Any:
    name = name_of(value)
    if hasattr(value, "to_state"):
        state = value.to_state()
    elif is_dataclass(value):
        state = {f.name: getattr(value, f.name) for f in fields(value)}
    else:
        state = {"params": value.get_params(deep=False), "fitted": _fitted(value)}
    return {"$object": name, "state": pack(state, arrays, depth + 1)}


def _fitted(estimator: Any) -> dict[str, Any]:
    params = estimator.get_params(deep=False)
    # Callbacks belong to a run, not to a model (scikit-learn keeps them on the estimator).
    skipped = {"callbacks", "_skl_callbacks", "_callback_fit_ctx", *params}
    return {k: v for k, v in vars(estimator).items() if k not in skipped and "callback" not in k}


def unpack(packed: Any, arrays: Arrays, depth: int = 0) -> Any:
    """The inverse of `pack`; refuses anything that `pack` does not make."""
    if depth > 2 * MAX_DEPTH:
        raise ModelFileError("The model file is nested too deeply.")
    if packed is None or isinstance(packed, bool | int | float | str):
        return packed
    if isinstance(packed, list):
        return [unpack(item, arrays, depth + 1) for item in packed]
    if isinstance(packed, dict):
        for mark, read in _READERS.items():
            if mark in packed:
                return read(packed, arrays, depth)
    raise ModelFileError(f"The model file holds an entry that cannot be read: {str(packed)[:80]}")


def _array(key: Any, arrays: Arrays) -> NDArray[Any]:
    if not isinstance(key, str) or key not in arrays:
        raise ModelFileError(f"The model file refers to an array {key!r} that it does not hold.")
    return arrays[key]


def _read_objects(packed: dict[str, Any], arrays: Arrays, depth: int) -> NDArray[Any]:
    items = [unpack(item, arrays, depth + 1) for item in packed["$objects"]]
    if packed.get("dtype") in ("U", "T", "S"):
        return np.asarray(items, dtype=str).reshape(packed["shape"])
    filled = np.empty(len(items), dtype=object)
    filled[:] = items
    return filled.reshape(packed["shape"])


def _read_dates(packed: dict[str, Any], arrays: Arrays, _: int) -> NDArray[Any]:
    if packed["unit"] not in ("D", "h", "m", "s", "ms", "us", "ns"):
        raise ModelFileError(f"The model file holds dates in an unknown unit {packed['unit']!r}.")
    return _array(packed["$dates"], arrays).astype(f"datetime64[{packed['unit']}]")


def _read_dict(packed: dict[str, Any], arrays: Arrays, depth: int) -> dict[Any, Any]:
    return {
        unpack(key, arrays, depth + 1): unpack(value, arrays, depth + 1)
        for key, value in packed["$dict"]
    }


def _read_object(packed: dict[str, Any], arrays: Arrays, depth: int) -> Any:
    cls = class_named(packed["$object"])
    state = unpack(packed["state"], arrays, depth + 1)
    if hasattr(cls, "from_state"):
        return cls.from_state(state)
    former = FORMER_FIELDS.get(cls.__name__, {})
    named = state if is_dataclass(cls) else state["params"]
    arguments = {former.get(name, name): value for name, value in named.items()}
    if is_dataclass(cls):
        return cls(**arguments)
    estimator = cls(**arguments)
    vars(estimator).update(state["fitted"])
    return estimator


_READERS = {
    "$array": lambda p, a, d: _array(p["$array"], a),
    "$scalar": lambda p, a, d: _array(p["$scalar"], a)[()],
    "$float": lambda p, a, d: float(p["$float"]),
    "$tuple": lambda p, a, d: tuple(unpack(i, a, d + 1) for i in p["$tuple"]),
    "$objects": _read_objects,
    "$dates": _read_dates,
    "$dict": _read_dict,
    "$object": _read_object,
}
