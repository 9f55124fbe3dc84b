"""What a page shows for its settings: numbers of the terms, pictures, facts.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Moving:
    """A value that changes as the page is played: `values[t]` holds at step t.

    It may stand wherever a term, a mark or a sentence takes a value.

    Parameters
    ----------
    values : array of shape (T + 1, …), or a list of T + 1 texts or numbers
    """

    values: Any


@dataclass(frozen=True)
class Now:
    """What a term is now: its shape and its value.

    Parameters
    ----------
    value : str, number, small array, or Moving of these
    shape : str
        In the notes' layout, such as "2×1".
    text : str
        How the entries are written: "{0}·x {+1}" puts the first there, and the second with its
        sign. Entries stand side by side when nothing is said.
    digits : int
        Significant digits.
    """

    value: Any
    shape: str = "1×1"
    text: str = ""
    digits: int = 3


@dataclass(frozen=True)
class Scene:
    """What the browser draws.

    Parameters
    ----------
    terms : mapping of name to Now
        One for each `Term` of the page.
    pictures : mapping of name to picture
        Made by the functions of `pellucid.lab.marks`, one for each `Picture` of the page.
    facts : tuple of (words, value)
        What happened, in words and written numbers.
    numbers : mapping of variable to value
        What the page's program must give under these names: what is shown is taken from here.
    steps : int
        How many steps can be played; 0 is a still scene.
    summary : str
        One sentence for a screen reader, when the scene arrives.
    progress : str
        Of a stream: where the work stands, such as "epoch 12 of 200".
    count : str
        What a step is called: "t", "half-step", "window".
    labels : tuple of str
        Other words above pictures than the page's, by the name of the picture: (name, words), ….
    """

    terms: Mapping[str, Now]
    pictures: Mapping[str, Mapping[str, Any]]
    facts: tuple[tuple[str, str], ...]
    numbers: Mapping[str, Any]
    steps: int = 0
    summary: str = ""
    progress: str = ""
    count: str = "t"
    labels: Mapping[str, str] = field(default_factory=dict)

    def head(self) -> dict[str, Any]:
        """All but the numbers, ready to be packed into a frame."""
        return {
            "terms": {name: vars(now) for name, now in self.terms.items()},
            "pictures": dict(self.pictures),
            "facts": [list(fact) for fact in self.facts],
            "steps": self.steps,
            "said": self.summary,
            "progress": self.progress,
            "count": self.count,
            "labels": dict(self.labels),
        }


def nested_lists(values: Any) -> list[Any]:
    """An array as nested lists of floats: for small values inside a picture."""
    found: list[Any] = np.asarray(values, dtype=np.float64).tolist()
    return found
