"""Public names that have changed: the former one works for one version, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

# What has been renamed, filled as packages and classes are imported: a package's names, former ->
# today's; (class, former attribute, today's); and (function, former argument, today's).
PUBLIC: dict[str, Mapping[str, str]] = {}
ATTRIBUTES: list[tuple[type, str, str]] = []
ARGUMENTS: list[tuple[Callable[..., Any], str, str]] = []


def warn_renamed(former: str, today: str) -> None:
    """Warn whoever called the caller that a former name was used."""
    warnings.warn(
        f"{former} is called {today} now; the old name goes with the next version.",
        DeprecationWarning,
        stacklevel=3,
    )


def renamed(**former: str) -> Callable[[type[T]], type[T]]:
    """A class whose methods, properties or fields also answer to their former names.

    They are found only by name: `dir`, which looks at every attribute of a scikit-learn estimator,
    does not list them and so warns of nothing. A dataclass takes its fields by the former names.

    Parameters
    ----------
    **former : str
        Former name = the name of today.

    Examples
    --------
    >>> @renamed(size="norm")
    ... class Point:
    ...     def norm(self):
    ...         return 5.0
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     Point().size()
    5.0
    """

    def add(cls: type[T]) -> type[T]:
        def find(self: T, name: str) -> Any:
            if name not in former:
                return object.__getattribute__(self, name)  # raises what it raised before
            warn_renamed(f"{cls.__name__}.{name}", former[name])
            return getattr(self, former[name])

        ATTRIBUTES.extend((cls, old, new) for old, new in former.items())
        cls.__getattr__ = find  # type: ignore[attr-defined]
        if is_dataclass(cls):
            cls.__init__ = _passing_on(cls.__init__, former, cls.__name__)  # type: ignore[method-assign]
        return cls

    return add


def _passing_on(function: F, former: Mapping[str, str], owner: str) -> F:
    """The function, which passes on what it is given by a former name as what it is called now."""

    @wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        for old in former.keys() & named.keys():
            warn_renamed(f"{owner}({old}=…)", f"{former[old]}=")
            if former[old] in named:
                raise TypeError(f"{owner}() got {old}= and {former[old]}=.")
            named[former[old]] = named.pop(old)
        return function(*args, **named)

    return call  # type: ignore[return-value]


def renamed_arguments(**former: str) -> Callable[[F], F]:
    """A function whose keyword arguments may also be given by their former names.

    Parameters
    ----------
    **former : str
        Former name = the name of today.

    Examples
    --------
    >>> @renamed_arguments(size="length")
    ... def double(length):
    ...     return 2 * length
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     double(size=3)
    6
    """

    def add(function: F) -> F:
        ARGUMENTS.extend((function, old, new) for old, new in former.items())
        return _passing_on(function, former, function.__qualname__)

    return add
