"""The hyperparameters of a regression with square loss; nothing heavy is imported here.

Notes: KE 70, Def 81
"""

from __future__ import annotations

from pellucid.hyperparameters import Hyperparameter

LAM = Hyperparameter(
    "lam", 1.0, "float", "Weight of the regularizer.", symbol="λ", low=0.0, open_high=True,
    high=float("inf"),
)  # fmt: skip
FIT_INTERCEPT = Hyperparameter(
    "fit_intercept", True, "bool", "Whether there is an offset.", symbol="θ₀"
)
