"""`pellucid --version --verbose`: the versions that an answer depends on."""

from __future__ import annotations

import platform
import re
from importlib import metadata

from pellucid import __version__


def engines() -> dict[str, str]:
    """Version of each package that Pellucid stands on, as its own distribution lists them.

    Examples
    --------
    >>> "numpy" in engines()
    True
    """
    try:
        wanted = metadata.requires("pellucid") or []
    except metadata.PackageNotFoundError:  # run from the source tree, without an installation
        wanted = []
    plain = [line for line in wanted if "extra ==" not in line]
    names = [re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0] for line in plain]
    return {name: _version(name) for name in names or ("numpy", "scipy", "scikit-learn", "jax")}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def show_versions() -> None:
    """Print Pellucid, Python, the system, and the engines, one a line."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    print(f"pellucid {__version__}\npython {platform.python_version()}\nsystem {system}")
    for name, version in engines().items():
        print(f"{name} {version}")
