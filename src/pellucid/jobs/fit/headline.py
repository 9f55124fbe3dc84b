"""How good a fit is, in one sentence in the target's own unit.

Notes: §1.0.7, KE 35
"""

from __future__ import annotations

import numpy as np

from pellucid.jobs.fit.fit_result import FitResult
from pellucid.wording import number


def headline(result: FitResult) -> str:
    """How far off, or how often right, on rows never used, beside the baseline."""
    found, base, target = result.errors, result.errors_baseline, result.framing.target
    rows = f"On {len(result.split.test):,} rows never used"
    if result.framing.problem != "regression":
        return (
            f"{rows}, {found['accuracy']:.1%} of the predictions of {target} are right. Always "
            f"giving the commonest answer is right {base['accuracy']:.1%} of the time."
        )
    off = np.abs(np.asarray(result.predictions) - np.asarray(result.truths))
    half, most = np.quantile(off, [0.5, 0.9])
    return (
        f"{rows}, half of the predictions of {target} are off by less than {number(float(half))}, "
        f"nine in ten by less than {number(float(most))}. The root mean square error is "
        f"{number(found['root mean square'])}; guessing the mean, it is "
        f"{number(base['root mean square'])}."
    )
