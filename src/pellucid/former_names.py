"""Public names that have changed: the former one works for one version, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

# What has been renamed, filled as packages and classes are imported: a package's names, former ->
# today's; and (class, former attribute, today's).
PUBLIC: dict[str, Mapping[str, str]] = {}
ATTRIBUTES: list[tuple[type, str, str]] = []


def warn_renamed(former: str, today: str, category: type[Warning] = DeprecationWarning) -> None:
    """Warn whoever called the caller that a former name was used."""
    warnings.warn(
        f"{former} is called {today} now; the old name goes with the next version.",
        category,
        stacklevel=3,
    )


class FormerName:
    """A method, property or field under its former name.

    Examples
    --------
    >>> class Point:
    ...     def norm(self):
    ...         return 5.0
    ...     size = FormerName("norm")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     Point().size()
    5.0
    """

    def __init__(self, today: str) -> None:
        self.today = today

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        ATTRIBUTES.append((owner, name, self.today))

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        # scikit-learn's category: `dir` of an estimator looks at every name, and ignores it.
        warn_renamed(f"{owner.__name__}.{self.name}", self.today, FutureWarning)
        return getattr(instance, self.today)
