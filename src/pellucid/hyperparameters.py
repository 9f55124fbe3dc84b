"""Hyperparameters, each declared once.

A declaration holds the range, default, unit, meaning and the notes' symbol. Validation, docstrings,
the command line, the lab's sliders and `explain()` all read it.

Notes: Def 81, Concept 82
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.errors import HyperparameterError, HyperparameterTypeError

KINDS: dict[str, tuple[type, ...]] = {
    "float": (numbers.Real,),
    "int": (numbers.Integral,),
    "bool": (bool,),
    "str": (str,),
}
SCALES = ("linear", "log")


@dataclass(frozen=True)
class Hyperparameter:
    """One adjustable setting of an algorithm.

    Parameters
    ----------
    name : str
        The keyword by which the constructor takes it.
    default : object
        Value used when nothing is said.
    kind : {"float", "int", "bool", "str", "any"}
        Type of the value; "any" is checked by `accepts` alone.
    meaning : str
        One sentence for a person.
    symbol : str
        The letter in the notes, when there is one.
    unit : str
        Unit of the value, when it has one.
    low, high : float or None
        Bounds, included unless `open_low` or `open_high`.
    choices : tuple of str
        The admitted words (beside values of `kind`, if `kind` is not "str").
    optional : bool
        Whether None is admitted.
    accepts : callable, optional
        A further test of the value.
    described : str
        The type as a docstring prints it; made from the other fields when empty.
    shown : (float, float) or None
        The range that a slider or a picture goes through, inside `low` and `high`.
    scale : {"linear", "log"}
        How that range is divided.

    Examples
    --------
    >>> LAM = Hyperparameter("lam", 1.0, "float", "Weight of the regularizer.", symbol="λ", low=0)
    >>> LAM.check(-1, owner="Ridge")
    Traceback (most recent call last):
    ...
    pellucid.errors.HyperparameterError: Ridge: lam (λ) must be a number ≥ 0; got -1.

    Notes: Def 81
    """

    name: str
    default: Any
    kind: str
    meaning: str
    symbol: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    optional: bool = False
    accepts: Callable[[Any], bool] | None = None
    described: str = ""
    shown: tuple[float, float] | None = None
    scale: str = "linear"

    def __post_init__(self) -> None:
        """Refuse a shown range that leaves the declared one."""
        if self.scale not in SCALES:
            raise HyperparameterError(f"{self.name}: scale is one of {SCALES}; got {self.scale!r}.")
        if self.shown is None:
            return
        first, last = self.shown
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not low <= first < last <= high or (self.scale == "log" and first <= 0):
            raise HyperparameterError(
                f"{self.name}: the shown range {first:g}…{last:g} must rise, lie within the "
                f"declared one, and be above 0 on a log scale."
            )

    def check(self, value: Any, owner: str) -> None:
        """Raise `HyperparameterError` unless `value` lies in the declared range."""
        if value is None and self.optional:
            return
        if isinstance(value, str) and value in self.choices:
            return
        if not self._has_kind(value):
            raise HyperparameterTypeError(self._complaint(value, owner))
        if not self._in_range(value):
            raise HyperparameterError(self._complaint(value, owner))

    def _has_kind(self, value: Any) -> bool:
        if type(value).__name__ == "bool":  # Python's and NumPy's: never a number here
            return self.kind in ("bool", "any")
        return isinstance(value, KINDS.get(self.kind, (object,)))

    def _in_range(self, value: Any) -> bool:
        if self.kind == "str" and self.choices:
            return value in self.choices
        if self.kind in ("float", "int"):
            low = -math.inf if self.low is None else self.low
            high = math.inf if self.high is None else self.high
            if not low <= value <= high:  # also refuses NaN
                return False
            if (self.open_low and value == low) or (self.open_high and value == high):
                return False
        try:
            return self.accepts is None or bool(self.accepts(value))
        except (TypeError, ValueError, AttributeError):  # a value that the test cannot read
            return False

    def _complaint(self, value: Any, owner: str) -> str:
        named = f"{self.name} ({self.symbol})" if self.symbol else self.name
        return f"{owner}: {named} must be {self.admitted()}; got {value!r}."

    def admitted(self) -> str:
        """What the value may be, in words: for messages and docstrings."""
        if self.described:
            return self.described
        words = {"float": "a number", "int": "a whole number", "bool": "True or False"}
        parts = [words[self.kind] + self._bounds()] if self.kind in words else []
        if self.choices:
            parts.append(" or ".join(repr(c) for c in self.choices))
        if self.optional:
            parts.append("None")
        return ", or ".join(parts) or "a suitable value"

    def _bounds(self) -> str:
        low = "" if self.low is None else f" {'>' if self.open_low else '≥'} {self.low:g}"
        high = "" if self.high is None else f" {'<' if self.open_high else '≤'} {self.high:g}"
        return f"{low} and{high}" if low and high else low + high

    def documented(self) -> str:
        """The entry of a NumPy-style `Parameters` section, indented for a class docstring."""
        unit = f" Unit: {self.unit}." if self.unit else ""
        symbol = f" Written {self.symbol} in the notes." if self.symbol else ""
        return (
            f"{self.name} : {self.admitted()}, default={self.default!r}\n"
            f"        {self.meaning}{unit}{symbol}"
        )


def is_whole(value: Any, minimum: int = 1) -> bool:
    """Whether a setting is a whole number of at least so much; True and False are none.

    Examples
    --------
    >>> is_whole(2), is_whole(0), is_whole(1.5), is_whole(True)
    (True, False, False, False)
    """
    return (
        not isinstance(value, bool)
        and isinstance(value, numbers.Integral)
        and int(value) >= minimum
    )
