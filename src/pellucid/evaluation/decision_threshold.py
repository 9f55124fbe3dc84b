"""The prediction threshold: costs decide it.

Notes: Def 151, KE 152, §1.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import FramingError


def choose_threshold(costs: Mapping[str, float], classes: Sequence[str]) -> float:
    """The probability of the second class above which saying it is the cheaper guess.

    Saying the second class when the first is true costs c₁₂ a time, and the reverse c₂₁: the
    expected costs are equal at P = c₁₂ / (c₁₂ + c₂₁).

    Parameters
    ----------
    costs : mapping of "actual:predicted" to float
        Cost of each mistake; a mistake not named costs 1.
    classes : sequence of two str
        The negative class, then the positive one.

    Returns
    -------
    float
        The threshold, strictly between 0 and 1.

    Raises
    ------
    FramingError
        For names that are not classes, or costs that are not positive.

    Examples
    --------
    >>> round(choose_threshold({"sick:well": 10, "well:sick": 1}, ["well", "sick"]), 4)
    0.0909

    Notes: Def 151, §1.3
    """
    first, second = (str(c) for c in classes)
    known = {f"{first}:{second}", f"{second}:{first}"}
    for name, cost in costs.items():
        if name not in known:
            raise FramingError(
                f"The cost {name!r} does not name a mistake here; write "
                f"{' or '.join(sorted(known))} (actual:predicted)."
            )
        if not (np.isfinite(cost) and cost > 0):
            raise FramingError(f"The cost of {name!r} must be a positive number; got {cost}.")
    false_alarm = costs.get(f"{first}:{second}", 1.0)
    miss = costs.get(f"{second}:{first}", 1.0)
    return float(false_alarm / (false_alarm + miss))


def balanced_weights(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.float64]:
    """What a mistake on a row of each class costs, so that every class counts the same in all.

    Parameters
    ----------
    labels : ndarray, shape (n,)
        Targets of the training rows.
    classes : ndarray, shape (k,)

    Returns
    -------
    ndarray, shape (k,)
        n / (k · rows of the class). Saying the class of the largest probability × weight is the
        cheapest guess; of two classes, the second above its own share of the rows.

    Examples
    --------
    >>> balanced_weights(np.array(["a", "b", "b", "b"]), np.array(["a", "b"])).round(3).tolist()
    [2.0, 0.667]

    Notes: Def 9, §1.3, KE 152
    """
    counts = np.array([np.sum(labels == name) for name in classes], dtype=np.float64)
    return np.asarray(len(labels) / (len(classes) * np.maximum(counts, 1.0)))


def expected_costs(
    probabilities: NDArray[np.float64],
    positive: NDArray[Any],
    thresholds: NDArray[np.float64],
    false_alarm: float,
    miss: float,
) -> NDArray[np.float64]:
    """Mean cost a row at each threshold, on rows with known targets.

    Parameters
    ----------
    probabilities : ndarray, shape (m,)
        Probability of the positive class.
    positive : ndarray of bool, shape (m,)
        Whether the row is positive.
    thresholds : ndarray, shape (t,)
        Thresholds to try.
    false_alarm, miss : float
        Cost of the two mistakes.

    Returns
    -------
    ndarray, shape (t,)
        Mean costs.

    Examples
    --------
    >>> import numpy as np
    >>> expected_costs(np.array([0.2, 0.8]), np.array([True, True]), np.array([0.5]), 1.0, 10.0)
    array([5.])

    Notes: §1.3, Def 151
    """
    says = probabilities[None, :] > thresholds[:, None]
    wrong = np.where(positive[None, :], miss * ~says, false_alarm * says)
    return np.asarray(wrong.mean(axis=1), dtype=np.float64)
