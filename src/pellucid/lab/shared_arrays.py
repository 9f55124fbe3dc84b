"""Scenes laid out in a file: arrays that several share stand there once.

Notes: §1.0.3
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.lab.scene import Moving

HEAVY = 2_000  # numbers


class ArrayPool:
    """Arrays of many scenes; what several of them share stands there once."""

    def __init__(self) -> None:
        self.arrays: list[str] = []
        self._places: dict[bytes, int] = {}

    def put(self, array: np.ndarray[Any, Any]) -> dict[str, Any]:
        """The reference to an array."""
        raw = np.ascontiguousarray(array, "<f4").tobytes()
        key = hashlib.sha256(raw).digest()
        if key not in self._places:
            self._places[key] = len(self.arrays)
            self.arrays.append(base64.b64encode(raw).decode())
        return {"$": [self._places[key], list(array.shape)]}

    def held(self, value: Any) -> Any:
        """A scene with its arrays in the pool."""
        if isinstance(value, np.ndarray):
            return self.put(value)
        if isinstance(value, dict):
            return {k: self.held(v) for k, v in value.items()}
        return [self.held(v) for v in value] if isinstance(value, list) else value


def without_hover_marks(pictures: Mapping[str, Any]) -> dict[str, Any]:
    """Pictures without large marks that only hovering shows: of sixty scenes they weigh most."""

    def kept(mark: Mapping[str, Any]) -> bool:
        moving = [v.values for v in mark.values() if isinstance(v, Moving)]
        return not mark.get("only") or all(np.size(v) <= HEAVY for v in moving)

    return {
        name: {**p, "marks": [m for m in p["marks"] if kept(m)]} if "marks" in p else p
        for name, p in pictures.items()
    }
