"""The types that skops may load for a model of ours: published, so that nobody trusts by guessing.

Notes: Def 19
"""

from __future__ import annotations

from pellucid.storage.registry import REGISTRY


def trusted_types() -> list[str]:
    """Full names of every class that a model of Pellucid may hold, for `skops.io.load`.

    Returns
    -------
    list of str
        In order of the alphabet; the classes of a model file, no others.

    Examples
    --------
    >>> "pellucid.linear.ridge.Ridge" in trusted_types()
    True

    With skops: ``skops.io.load("model.skops", trusted=pellucid.trusted_types())``.

    Notes: Def 19
    """
    return sorted(home.replace(":", ".") for home in REGISTRY.values())
