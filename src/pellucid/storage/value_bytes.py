"""Nested values as bytes and back, without a pickle: arrays beside one text that lays them out.

Plain values, arrays, tables of Arrow, and dataclasses of this library: reading them back runs
no code of the file's.

Notes: §1.0.3
"""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import numpy as np

from pellucid.errors import ModelFileError

LAYOUT = "layout"
OURS = "pellucid."


class NotPlainError(TypeError):
    """A value that is not stored."""


def as_bytes(value: Any) -> bytes:
    """A value as bytes.

    Raises
    ------
    NotPlainError
        When something in it is of a kind that is not stored.

    Examples
    --------
    >>> from_bytes(as_bytes({"a": (1, None, 2.5), 3.0: np.arange(2)}))
    {'a': (1, None, 2.5), 3.0: array([0, 1])}

    Notes: §1.0.3
    """
    arrays: dict[str, Any] = {}
    layout = json.dumps(_to_layout(value, arrays))
    sink = io.BytesIO()
    told = np.frombuffer(layout.encode(), np.uint8)
    np.savez(sink, allow_pickle=False, **{LAYOUT: told, **arrays})
    return sink.getvalue()


def from_bytes(raw: bytes) -> Any:
    """The value again.

    Raises
    ------
    ModelFileError
        When the bytes are damaged.
    """
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            layout = json.loads(arrays[LAYOUT].tobytes())
            return _from_layout(layout, arrays)
    except (OSError, ValueError, KeyError, EOFError, AttributeError, TypeError) as error:
        raise ModelFileError(f"What a pass left cannot be read: {error}.") from error


def _to_layout(value: Any, arrays: dict[str, Any]) -> Any:
    """The value as JSON has it, each part a pair of its kind and content."""
    import pyarrow as pa

    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return _to_layout(value.item(), arrays)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcMmUS":
        return ["array", _put(value, arrays)]
    if isinstance(value, pa.Table):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as stream:
            stream.write_table(value)
        return ["table", _put(np.frombuffer(sink.getvalue(), np.uint8), arrays)]
    if isinstance(value, dict):
        kind = "counter" if isinstance(value, Counter) else "dict"
        pairs = [[_to_layout(k, arrays), _to_layout(v, arrays)] for k, v in value.items()]
        return [kind, pairs]
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return [kind, [_to_layout(each, arrays) for each in value]]
    module = type(value).__module__
    if is_dataclass(value) and module.startswith(OURS):
        held = {f.name: _to_layout(getattr(value, f.name), arrays) for f in fields(value)}
        return [f"{module}:{type(value).__name__}", held]
    raise NotPlainError(f"A {type(value).__name__} is not stored.")


def _put(array: Any, arrays: dict[str, Any]) -> str:
    name = f"a{len(arrays)}"
    arrays[name] = array
    return name


def _from_layout(layout: Any, arrays: Any) -> Any:
    import pyarrow as pa

    if not isinstance(layout, list):
        return layout
    kind, held = layout
    if kind == "array":
        return arrays[held]
    if kind == "table":
        return pa.ipc.open_stream(pa.py_buffer(arrays[held].tobytes())).read_all()
    if kind in ("dict", "counter"):
        found = {_from_layout(k, arrays): _from_layout(v, arrays) for k, v in held}
        return Counter(found) if kind == "counter" else found
    if kind in ("tuple", "list"):
        parts = [_from_layout(each, arrays) for each in held]
        return tuple(parts) if kind == "tuple" else parts
    module, _, name = kind.partition(":")
    if not module.startswith(OURS):
        raise ValueError(f"{kind} is none of this library's")
    found = getattr(import_module(module), name)
    if not is_dataclass(found):
        raise ValueError(f"{kind} holds no plain data")
    make: Any = found
    return make(**{key: _from_layout(each, arrays) for key, each in held.items()})
