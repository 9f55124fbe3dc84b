"""How the cells of a column are written, as plain values: what a model keeps to read new rows by.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pellucid.errors import HyperparameterError

DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'")
ORDERS = ("day first", "month first", "year first")


@dataclass(frozen=True)
class Notation:
    """How the cells of a column are written; the usual notation is that of Python.

    Parameters
    ----------
    decimal, thousands : str
        What stands before the decimals, and between groups of digits.
    mark : str
        A currency, a percent sign or a unit beside the number.
    scaled : bool
        Whether k, M and B after a number multiply it.
    order : str
        Of the parts of a date: "day first", "month first" or "year first"; of a length of time,
        "minutes first" where 1:30 is a minute and a half.
    date_format : str
        A format as `datetime.strptime` takes it, where one was said.
    zone : bool
        Whether times are written with their zone, and held in UTC.
    duration : bool
        Whether the numbers are seconds of a length of time.
    missing : tuple of str
        Cells that are no value although they hold something.

    Notes: §2.1.3
    """

    decimal: str = "."
    thousands: str = ""
    mark: str = ""
    scaled: bool = False
    order: str = ""
    date_format: str = ""
    zone: bool = False
    duration: bool = False
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What differs from the usual notation, as plain values."""
        if self == PLAIN_NOTATION:
            return {}
        found = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                found[field.name] = list(value) if isinstance(value, tuple) else value
        return found

    @classmethod
    def of(cls, entry: Mapping[str, Any] | None) -> Notation:
        """The inverse of `as_dict`; what a later version added is left out."""
        if not entry:
            return PLAIN_NOTATION
        known = {field.name for field in fields(cls)}
        told: dict[str, Any] = {k: v for k, v in (entry or {}).items() if k in known}
        told |= {k: tuple(v) for k, v in told.items() if isinstance(v, list)}
        return cls(**told)

    @property
    def plain_number(self) -> bool:
        """Whether its numbers are those of Python."""
        return self.decimal == "." and not (
            self.thousands or self.mark or self.scaled or self.duration
        )


PLAIN_NOTATION = Notation()


@dataclass(frozen=True)
class NotationHints:
    """What a person said about the notation of a column; empty where nothing was.

    `default_notation` is what the other columns of the table show: it decides where a column's own
    cells do not.
    """

    decimal: str = ""
    thousands: str = ""
    date_format: str = ""
    default_notation: Notation = PLAIN_NOTATION


NO_HINTS = NotationHints()


def per_column(option: str, value: Any, allowed: tuple[str, ...] = ()) -> Mapping[str, str]:
    """What was said of each column: "," of all (the empty name), "price=," of one, or a mapping.

    Raises
    ------
    HyperparameterError
        When it is none of the signs allowed.

    Examples
    --------
    >>> per_column("decimal", (",", "price=."), DECIMALS)
    {'': ',', 'price': '.'}

    Notes: §2.1.3
    """
    if isinstance(value, Mapping):
        found = {str(name): str(sign) for name, sign in value.items()}
    else:
        found = {}
        for each in (value,) if isinstance(value, str) else (value or ()):
            name, mark, sign = each.rpartition("=") if each != "=" else ("", "", each)
            found[name if mark else ""] = sign
    for name, sign in found.items():
        if allowed and sign not in allowed:
            of = f" of {name!r}" if name else ""
            raise HyperparameterError(
                f"{option}{of} is one of {', '.join(map(repr, allowed))}; got {sign!r}."
            )
    return found
