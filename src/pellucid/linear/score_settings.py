"""The hyperparameters that classifiers by scores share, each declared once.

Notes: Def 81, KE 152, KE 160
"""

from __future__ import annotations

from pellucid.hyperparameters import Hyperparameter

LAM = Hyperparameter(
    "lam", 1e-3, "float", "Weight of the regularizer ‖θ‖² beside the mean loss.", symbol="λ", low=0
)
FIT_INTERCEPT = Hyperparameter(
    "fit_intercept", True, "bool", "Whether there is an offset; it is never penalised.", symbol="θ₀"
)
MAX_ITER = Hyperparameter("max_iter", 300, "int", "Most iterations.", low=1)
TOL = Hyperparameter(
    "tol",
    1e-8,
    "float",
    "Stop when the Newton decrement √(∇Jᵀ H⁻¹ ∇J) is at most this; the excess of J is half its "
    "square. By descent: when ‖∇J‖ is at most this share of what it is at zero.",
    low=0,
    open_low=True,
)
CLASS_WEIGHT = Hyperparameter(
    "class_weight",
    None,
    "any",
    'How much a row of each class counts; "balanced": every class as much as any other.',
    choices=("balanced",),
    optional=True,
    accepts=lambda value: isinstance(value, dict),
    described='None, "balanced" or a dict from class to weight',
)
THRESHOLD = Hyperparameter(
    "threshold",
    0.5,
    "float",
    "The positive class is answered when its probability is above this.",
    symbol="σ_thresh",
    low=0,
    high=1,
    open_low=True,
    open_high=True,
)
