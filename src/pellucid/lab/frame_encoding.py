"""A scene on its way to the browser: one length-prefixed frame, JSON first, then float32 arrays.

Notes: §1.0.3
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.lab.scene import Moving

FAR = 1e30  # float32 holds it, and no picture tells it from infinity
SMALL = 24  # entries that travel as JSON, where they keep all their digits


def pack_frame(head: Mapping[str, Any]) -> bytes:
    """One frame: two lengths, JSON padded to four bytes, then the arrays, one after the other.

    An array stands in the JSON as `{"$": [offset, shape]}`, a `Moving` one as `{"moving": …}`.

    Examples
    --------
    >>> frame = pack_frame({"x": np.zeros(100), "y": 1.5})
    >>> struct.unpack("<II", frame[:8])[1]
    400
    """
    body: list[bytes] = []
    text = json.dumps(_plain(head, body), allow_nan=False, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    whole = b"".join(body)
    return struct.pack("<II", len(text), len(whole)) + text + whole


def _plain(value: Any, body: list[bytes]) -> Any:
    if isinstance(value, Moving):
        return {"moving": _plain(value.values, body)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v, body) for k, v in value.items() if v is not None}
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.size > SMALL:
        at = sum(map(len, body))
        body.append(_clipped(value))
        return {"$": [at, list(value.shape)]}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist(), body)
    if isinstance(value, list | tuple):
        return [_plain(v, body) for v in value]
    if isinstance(value, np.generic):
        return _plain(value.item(), body)
    if isinstance(value, float) and not math.isfinite(value):
        return None if value != value else math.copysign(FAR, value)
    return value


def _clipped(values: np.ndarray[Any, Any]) -> bytes:
    far = np.nan_to_num(values.astype(np.float64), nan=np.nan, posinf=FAR, neginf=-FAR)
    return np.ascontiguousarray(np.clip(far, -FAR, FAR), dtype="<f4").tobytes()


def unpack_frame(frame: bytes) -> dict[str, Any]:
    """The JSON of a frame with its arrays in place: what the browser sees."""
    length, _ = struct.unpack("<II", frame[:8])
    body = frame[8 + length :]

    def revived(value: Any) -> Any:
        if isinstance(value, dict) and "$" in value:
            at, shape = value["$"]
            return np.frombuffer(body, "<f4", math.prod(shape), at).reshape(shape)
        if isinstance(value, dict):
            return {k: revived(v) for k, v in value.items()}
        return [revived(v) for v in value] if isinstance(value, list) else value

    found: dict[str, Any] = revived(json.loads(frame[8 : 8 + length]))
    return found
