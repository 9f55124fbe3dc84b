"""Names of a package that are imported when first used, so that `import pellucid` stays light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from pellucid.former_names import PUBLIC, warn_renamed


def lazy_names(
    package: str, homes: Mapping[str, str], renamed: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """A package's `__getattr__` and `__dir__`.

    Parameters
    ----------
    package : str
        Its `__name__`.
    homes : dict of str to str
        Public name -> the module it lives in, whole or from the package on.
    renamed : dict of str to str
        Former name -> the name of today. The former one works for one version, with a warning.

    Examples
    --------
    >>> find, names = lazy_names("pellucid.linear", {"Ridge": "ridge"})
    >>> find("Ridge").__name__, names()
    ('Ridge', ['Ridge'])
    """
    former = renamed or {}
    PUBLIC[package] = former

    def find(name: str) -> Any:
        if name in former:
            warn_renamed(f"{package}.{name}", former[name])
            name = former[name]
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = homes[name]
        whole = home if home.startswith("pellucid.") else f"{package}.{home}"
        return getattr(import_module(whole), name)

    return find, lambda: sorted(homes)
