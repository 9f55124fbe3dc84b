"""Pellucid: machine learning you can see through.

Names are imported when first used, so that `import pellucid` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "Explanation": "pellucid.explanation",
    "PellucidError": "pellucid.errors",
    "PellucidWarning": "pellucid.errors",
}

__all__ = [*HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
