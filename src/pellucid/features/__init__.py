"""Features: transformations φ(x) that let a linear machine bend, or read what is no number.

Notes: Def 178, Def 180, §5.2, §5.3
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "BagOfWords": "bag_of_words",
    "BinaryCode": "binary_code",
    "Bins": "bins",
    "Center": "standardize",
    "Dates": "dates",
    "FactoredCode": "factored_code",
    "NumericCode": "numeric_code",
    "OneHotCode": "one_hot",
    "PolynomialBasis": "polynomial",
    "RadialBasis": "radial",
    "RadiusFeature": "radius",
    "Standardize": "standardize",
    "ThermometerCode": "thermometer",
}

__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.features' has no attribute {name!r}")
    return getattr(import_module(f"pellucid.features.{HOMES[name]}"), name)
