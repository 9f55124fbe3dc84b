"""The hyperparameters of polynomial features, each declared once.

Notes: Def 81, Def 187
"""

from __future__ import annotations

from pellucid.hyperparameters import Hyperparameter

ORDER = Hyperparameter("order", 2, "int", "Highest total degree.", symbol="k", low=0)
INCLUDE_CONSTANT = Hyperparameter(
    "include_constant",
    True,
    "bool",
    "Whether the constant 1 is a feature; leave it out when the model has an offset.",
)
TERMS = Hyperparameter(
    "terms",
    "all",
    "str",
    "All monomials; products of different inputs only; or powers of single inputs only.",
    choices=("all", "interactions", "axes"),
)
TERM_ORDER = Hyperparameter(
    "term_order",
    "degree",
    "str",
    "By total degree, or with the exponent of the first input running fastest.",
    choices=("degree", "first fastest"),
)
DOMAIN = Hyperparameter(
    "domain",
    "raw",
    "str",
    "'scaled' maps each input's training range to [−1, 1] first, which keeps high orders exact.",
    choices=("raw", "scaled"),
)
