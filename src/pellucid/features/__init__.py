"""Features: transformations φ(x) that let a linear machine bend, or read what is no number.

Notes: Def 178, Def 180, §5.2, §5.3
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

HOMES = {
    "BagOfWords": "bag_of_words",
    "BinaryCode": "binary_code",
    "Bins": "bins",
    "Center": "standardize",
    "Dates": "dates",
    "FactoredCode": "factored_code",
    "NumericCode": "numeric_code",
    "OneHotCode": "one_hot_code",
    "PolynomialBasis": "polynomial_basis",
    "RadialBasis": "radial_basis",
    "RadiusFeature": "radius_feature",
    "Standardize": "standardize",
    "StrongestMonomials": "strongest_monomials",
    "ThermometerCode": "thermometer_code",
}

__all__ = sorted(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES)
