"""The element form: every entry written out with its indices and sums.

Notes: C 466, Concept 481, (A.67)
"""

from __future__ import annotations

from pellucid.calculus.algebra.index_form import Tensor
from pellucid.calculus.render.entries import LETTERS, Entries
from pellucid.calculus.render.latex import latex as latex_text
from pellucid.calculus.render.text import unicode_text


def element_text(tensor: Tensor, letters: str = LETTERS, latex: bool = False) -> str:
    """The entry of the tensor at the first letters.

    Examples
    --------
    >>> from pellucid.calculus.language.reading import read
    >>> from pellucid.calculus.algebra.to_index_form import index_form
    >>> element_text(index_form(read("W' * a", "W: m×n, a: m")))
    'Σ_j W_ji a_j'

    Notes: (A.67)
    """
    entries = Entries(letters, latex, latex_text if latex else unicode_text)
    return entries.tensor(tensor, tuple(letters[: tensor.rank]), tensor.rank)


def letters_free_of(names: set[str]) -> str:
    """Index letters that are no symbol's name."""
    return "".join(letter for letter in LETTERS if letter not in names) or LETTERS


__all__ = ["LETTERS", "element_text", "letters_free_of"]
