"""The names under which a term is looked up, from the words in which a list of terms prints it.

Lists print "Linear Logistic Classifier (LLC)", "Softmax function", "Order/Degree of a polynomial",
"Weight w": the map knows a term by its plain name, or by a short one.

Notes: §1.8, §2.8
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SYMBOL = re.compile(r"\s+(?:[a-z]|[a-z]_0|a\^ℓ|\$.*\$)$")
KINDS = re.compile(r"\s+(?:function|problem)s?$")


def names_of_term(words: str) -> Iterator[str]:
    """The names to try, the printed one first, then without what is beside the name.

    Examples
    --------
    >>> list(names_of_term("Linear Logistic Classifier (LLC)"))
    ['linear logistic classifier (llc)', 'linear logistic classifier', 'llc']

    Notes: §2.8, §4.7
    """
    printed = " ".join(words.lower().replace('"', " ").split())
    seen: set[str] = set()
    for form in _forms(printed):
        for name in (form, KINDS.sub("", form), form.removesuffix("s")):
            if name and name not in seen:
                seen.add(name)
                yield name


def _forms(printed: str) -> Iterator[str]:
    yield printed
    bare = SYMBOL.sub("", " ".join(re.sub(r"\(.*?\)", " ", printed).split()))
    yield bare
    yield from re.findall(r"\((.*?)\)", printed)
    if "/" in bare:
        yield from bare.split("/")
