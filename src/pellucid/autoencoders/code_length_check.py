"""The sentence that refuses a code no shorter than the row it stands for.

Notes: §8.3.1
"""

from __future__ import annotations

from pellucid.errors import HyperparameterError


def code_too_long_message(owner: str, k: int, d: int, instead: str = "") -> HyperparameterError:
    """What is wrong with a code of k numbers for a row of d, k ≥ d, and what to do.

    Parameters
    ----------
    owner : str
        The estimator.
    k, d : int
        Numbers of a code, and of a row.
    instead : str
        Another way out than a shorter code.

    Examples
    --------
    >>> print(code_too_long_message("Autoencoder", 3, 2))
    Autoencoder: a code of code_length (k) = 3 is no shorter than a row of 2 feature(s). Take k < 2.

    Notes: §8.3.1
    """
    remedy = f"Take k < {d}" if d > 1 else "A single column cannot be shortened: give more columns"
    return HyperparameterError(
        f"{owner}: a code of code_length (k) = {k} is no shorter than a row of {d} feature(s). "
        f"{remedy}{instead and f', or {instead}'}."
    )
