"""Settings of the types that they declare: what a person wrote, in a file or in Python, is checked.

Notes: §1.0.5
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from numbers import Integral, Real
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from pellucid.errors import HyperparameterTypeError

WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def with_declared_types(settings: Any) -> None:
    """Check each field of a frozen dataclass; a single text stands for a list of one.

    Parameters
    ----------
    settings : dataclass of plain values
        Its lists become tuples, in place.

    Raises
    ------
    HyperparameterTypeError
        For the first field that holds something else; names it and says what it holds.

    Examples
    --------
    >>> from pellucid.data.reading_options import ReadingOptions
    >>> ReadingOptions(drop="island").drop
    ('island',)

    Notes: §1.0.5
    """
    hints = get_type_hints(type(settings))
    for field in fields(settings):
        value, hint = getattr(settings, field.name), hints[field.name]
        kinds = get_args(hint) if NoneType in get_args(hint) else (hint,)
        texts = tuple[str, ...] in kinds
        if texts and isinstance(value, str):
            value = (value,)
        if isinstance(value, list):
            value = tuple(value)
        if not any(_fits(value, kind) for kind in kinds):
            wanted = " or ".join(_said(kind) for kind in kinds if kind is not NoneType)
            raise HyperparameterTypeError(f"{field.name} is {wanted}; got {value!r}.")
        object.__setattr__(settings, field.name, value)


def _fits(value: Any, kind: Any) -> bool:
    if kind in (int, float):
        return isinstance(value, Integral if kind is int else Real) and not isinstance(value, bool)
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(_fits(each, get_args(kind)[0]) for each in value)
    if get_origin(kind) is dict:
        of, to = get_args(kind)
        if not isinstance(value, Mapping):
            return False
        return all(_fits(k, of) and _fits(v, to) for k, v in value.items())
    return isinstance(value, kind)


def _said(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"a list, each {_said(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        of, to = get_args(kind)
        return f"a table of {_said(of)} = {_said(to)}"
    return WORDS[kind]
