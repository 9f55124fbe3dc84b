"""Networks of chapters 7 and 9; names are imported when first used.

Notes: Def 246, Def 266, Def 445
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "Dense": "pellucid.networks.dense",
    "Flatten": "pellucid.networks.flatten",
    "GELU": "pellucid.networks.activations",
    "Identity": "pellucid.networks.activations",
    "Layer": "pellucid.networks.layer",
    "LeakyReLU": "pellucid.networks.activations",
    "Mode": "pellucid.networks.layer",
    "Network": "pellucid.networks.network",
    "OutputLoss": "pellucid.networks.heads",
    "ReLU": "pellucid.networks.activations",
    "Sigmoid": "pellucid.networks.activations",
    "Softmax": "pellucid.networks.softmax",
    "Step": "pellucid.networks.activations",
    "Tanh": "pellucid.networks.activations",
    "computing_in": "pellucid.networks.numbers",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.networks' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
