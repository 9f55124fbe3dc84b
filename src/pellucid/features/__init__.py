"""Features: transformations φ(x) that let a linear machine bend.

Notes: Def 178, Def 180, §5.2
"""

from __future__ import annotations

from typing import Any

__all__ = ["PolynomialBasis"]


def __getattr__(name: str) -> Any:
    if name == "PolynomialBasis":
        from pellucid.features.polynomial import PolynomialBasis

        return PolynomialBasis
    raise AttributeError(f"module 'pellucid.features' has no attribute {name!r}")
