"""Text that a model made, always labelled so; and the choice of one token of a distribution.

Notes: Def 383
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class GeneratedText:
    """Text that nobody wrote.

    Parameters
    ----------
    prompt : str
        What it goes on from.
    text : str
        What the model added.
    how : str
    apart : bool
        Whether it is a text of its own, rather than one that goes on from the prompt.

    Examples
    --------
    >>> print(GeneratedText("to b", "e or", "at temperature 1"))
    [GENERATED at temperature 1; the prompt was 'to b']
    to be or

    Notes: Def 383
    """

    prompt: str
    text: str
    how: str
    apart: bool = False

    def __str__(self) -> str:
        begun = "" if self.apart else self.prompt
        return f"[GENERATED {self.how}; the prompt was {self.prompt!r}]\n{begun}{self.text}"


def tempered(p: Any, temperature: float) -> Any:
    """p^(1/temperature) up to scale: below 1 sharper, above 1 flatter; at 0 the likeliest alone.

    Examples
    --------
    >>> tempered(np.array([0.2, 0.5, 0.3]), 0.0).tolist()
    [0.0, 1.0, 0.0]
    >>> tempered(np.array([0.2, 0.8]), 1.0).round(6).tolist()
    [0.2, 0.8]

    Notes: Def 383
    """
    p = np.asarray(p, np.float64)
    if temperature == 0:
        return np.eye(len(p))[p.argmax()]
    logs = np.log(np.maximum(p, np.finfo(float).tiny)) / temperature
    shares = np.exp(logs - logs.max())
    return shares / shares.sum()


def drawn_token(p: Any, temperature: float, random: np.random.Generator) -> int:
    """A token of a distribution, p^(1/temperature) up to scale; the likeliest at temperature 0.

    Examples
    --------
    >>> drawn_token(np.array([0.2, 0.5, 0.3]), 0.0, np.random.default_rng(0))
    1

    Notes: Def 383
    """
    if temperature == 0:
        return int(np.argmax(p))
    return int(random.choice(len(p), p=tempered(p, temperature)))
