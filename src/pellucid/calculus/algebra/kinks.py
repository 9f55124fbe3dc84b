"""Where a formula has no derivative, and what is taken there instead.

Notes: KE 450, KE 453, §9.4.7
"""

from __future__ import annotations

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE

ELSEWHERE = {
    "max": "where several entries tie for the maximum, the first counts (KE 453)",
    "onehot": "where several entries tie for the maximum, the first counts (KE 453)",
    "norm1": "norm1 has a kink wherever an entry is 0; there the slope is taken as 0",
}


def kink_warnings(of: Expression, by: Expression) -> tuple[str, ...]:
    """A sentence for each kink of the formula in this variable."""
    found: dict[str, None] = {}
    for node in ex.walk(of):
        if not ex.depends_on(node, by):
            continue
        squared = node.operation == "power" and node.arguments[0].operation == "norm2"
        if squared and not ex.is_number(node.arguments[1], 2):
            _length_warning(found)
        if node.operation in TABLE and TABLE[node.operation].kink:
            found[TABLE[node.operation].kink] = None
        if node.operation in ELSEWHERE:
            found[ELSEWHERE[node.operation]] = None
    if _bare_length(of, by):
        _length_warning(found)
    return tuple(found)


def _length_warning(found: dict[str, None]) -> None:
    found["norm2 has no derivative where its argument is 0; the formula divides by 0 there"] = None


def _bare_length(of: Expression, by: Expression) -> bool:
    """A norm2 that is not squared."""
    squared = {
        node.arguments[0]
        for node in ex.walk(of)
        if node.operation == "power" and ex.is_number(node.arguments[1], 2)
    }
    return any(
        node.operation == "norm2" and node not in squared and ex.depends_on(node, by)
        for node in ex.walk(of)
    )
