"""Settings that several jobs have, checked once, in the words of their options.

Notes: §1.0.5
"""

from __future__ import annotations

from pellucid.errors import FramingError

MOST_SEED = 2**32 - 1  # of scikit-learn's generators


def require_seed(seed: int) -> None:
    """A seed that every algorithm takes.

    Raises
    ------
    FramingError
        For a number below 0, or above 2³² − 1.

    Notes: §2.1.6
    """
    if not 0 <= seed <= MOST_SEED:
        raise FramingError(f"--seed is a whole number from 0 to {MOST_SEED:,}; got {seed}.")


def require_share(test: float) -> None:
    """A share of test rows that leaves some on both sides.

    Raises
    ------
    FramingError
        For a number that is not between 0 and 1.

    Notes: §2.1.6
    """
    if not 0 < test < 1:
        raise FramingError(f"--test is a share of the rows between 0 and 1; got {test}.")
