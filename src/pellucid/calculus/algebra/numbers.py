"""Numbers in formulas: exact fractions where they can be, within what a computer's number holds.

Notes: A.1
"""

from __future__ import annotations

from fractions import Fraction

Value = Fraction | float
_MOST_BITS = 997  # of 1e300


def folded_power(base: Value, exponent: Value) -> Value | None:
    """A number to a power, where the result is exact and can be written; else None."""
    if base == 0 or (isinstance(exponent, Fraction) and exponent.denominator != 1):
        return None
    if not -64 <= exponent <= 64 or not -1e12 <= base <= 1e12:
        return None
    if isinstance(exponent, Fraction):
        folded: Value = base ** int(exponent)
        return folded
    return None


def within_range(value: Value) -> bool:
    """Whether a number other than 0 lies within what a computer's number holds."""
    if isinstance(value, float):
        return 1e-300 <= abs(value) <= 1e300
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    return -_MOST_BITS < bits < _MOST_BITS
