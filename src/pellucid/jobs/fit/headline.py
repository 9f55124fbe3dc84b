"""How good a fit is, in one sentence in the target's own unit.

Notes: §1.0.7, KE 35
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.framing import Framing
from pellucid.formatting import number


def headline(
    framing: Framing,
    targets: NDArray[Any],
    predictions: NDArray[Any],
    found: Mapping[str, float],
    base: Mapping[str, float],
) -> str:
    """How far off, or how often right, on rows never used, beside the baseline.

    Parameters
    ----------
    framing : Framing
        The problem.
    targets, predictions : ndarray, shape (m,) or (m, k)
        Of the test rows.
    found, base : mapping of str to float
        Measures of the model and of the baseline, by name.
    """
    target, rows = framing.target, f"On {len(targets):,} rows never used"
    if framing.problem != "regression":
        return (
            f"{rows}, {found['accuracy']:.1%} of the predictions of {target} are right. Always "
            f"giving the commonest label is right {base['accuracy']:.1%} of the time."
        )
    off = np.abs(np.asarray(predictions) - np.asarray(targets))
    half, most = np.quantile(off, [0.5, 0.9])
    return (
        f"{rows}, half of the predictions of {target} are off by less than {number(float(half))}, "
        f"nine in ten by less than {number(float(most))}. The root mean square error is "
        f"{number(found['root mean square'])}; guessing the mean, it is "
        f"{number(base['root mean square'])}."
    )
