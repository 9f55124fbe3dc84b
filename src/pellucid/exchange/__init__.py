"""Models in the forms of others: ONNX out, weights trained in PyTorch in.

Notes: Concept 247
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "load_torch_weights": "pellucid.exchange.torch_weights",
    "to_onnx": "pellucid.exchange.onnx_file",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.exchange' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
