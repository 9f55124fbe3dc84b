"""Which rule makes a local derivative, in words, and where the notes have it.

Notes: Notation 485, Notation 487, KE 450, KE 452, KE 453
"""

from __future__ import annotations

from pellucid.calculus.algebra import expression as ex
from pellucid.calculus.algebra.expression import Expression
from pellucid.calculus.algebra.functions import TABLE
from pellucid.calculus.algebra.shapes import axes_of, is_scalar

WORDS: dict[str, tuple[str, str]] = {
    "square": ("Squared length: d(xᵀx)/dx = 2x", "Definition 463"),
    "norm2": ("Length: d‖x‖/dx = x/‖x‖", "Definition 463"),
    "norm1": ("Sum of absolute values: the sign of each entry", "Definition 463"),
    "power": ("Power: d(u^c)/du = c·u^(c−1)", "A.1.2"),
    "softmax": ("Softmax: diag(s) − s sᵀ with s = softmax(u)", "Definition 467"),
    "logsumexp": ("Log-sum-exp: its gradient is softmax(u)", "Definition 463"),
    "inv": ("Inverse: d(U⁻¹) = −U⁻¹ (dU) U⁻¹", "§A.8.3"),
    "det": ("Determinant: det(U)·U⁻ᵀ", "Definition 472"),
    "logdet": ("Log-determinant: U⁻ᵀ", "Definition 472"),
    "max": ("Maximum: 1 at the largest entry, 0 elsewhere", "KE 453"),
    "onehot": ("The position of the largest entry does not move: 0", "KE 453"),
    "conv": ("Convolution: weight j meets X_{i+j−1}, the windows of the signal", "KE 452"),
    "tr": ("Trace: d tr(AM)/dM = Aᵀ", "Definition 472"),
    "unknown": ("An unknown scalar function: its gradient has the input's shape", "Notation 480"),
    "diag": ("A diagonal matrix multiplies entry by entry", "Concept 488"),
}


def rules_between(expression: Expression, name: Expression) -> tuple[str, str]:
    """The rules on the way from `name` to the whole, and their sources."""
    found: dict[str, str] = {}
    affected = {node for node in ex.walk(expression) if ex.depends_on(node, name)}
    squared = {
        node.arguments[0]
        for node in affected
        if node.operation == "power" and ex.is_number(node.arguments[1], 2)
    }
    for node in ex.walk(expression):
        inside_square = node.operation == "norm2" and node in squared
        if node in affected and node != name and not inside_square:
            rule = _rule_of(node, affected)
            if rule is not None:
                found.setdefault(*rule)
    if not found:
        return _linear(expression, name)
    if expression.operation == "add" and sum(a in affected for a in expression.arguments) > 1:
        found = {"Sum rule: each term alone": "Definition 456"} | found
    kept = list(found.items())[:4]
    sources = dict.fromkeys(source for _, source in kept)
    return "; ".join(words for words, _ in kept) + ".", ", ".join(sources)


def _rule_of(node: Expression, affected: set[Expression]) -> tuple[str, str] | None:
    if node.operation == "power":
        base, exponent = node.arguments
        if base.operation == "norm2" and ex.is_number(exponent, 2):
            return WORDS["square"]
        return WORDS["power"]
    if node.operation in {"multiply", "hadamard", "dot"}:
        if sum(a in affected for a in node.arguments) > 1:
            return "Product rule: each factor changes in turn, the others stay", "Definition 457"
        return None
    if node.operation in TABLE:
        slope = TABLE[node.operation].slope_text
        words = f"{node.operation} works entry by entry, slope {slope}"
        if is_scalar(node.shape):
            return words, "Notation 301"
        return words + ": a diagonal", "Notation 487"
    if node.operation == "norm2":
        return WORDS["norm2"]
    if node.operation in WORDS:
        return WORDS[node.operation]
    unknown = len(node.arguments) == 1 and node.operation not in _STRUCTURE
    if unknown and node.arguments[0] in affected:
        return f"{node.operation} works entry by entry: diag({node.operation}')", "Notation 487"
    return None


_STRUCTURE = {"transpose", "sum", "mean", "diagonal", "diag", "windows", "band", "slope"}


def _linear(expression: Expression, name: Expression) -> tuple[str, str]:
    inputs, outputs = len(axes_of(name.shape)), len(axes_of(expression.shape))
    if inputs == 1 and outputs == 1:
        return (
            "Linear: d(Aᵀx)/dx = A, and what does not hold the variable drops out.",
            "Notation 485",
        )
    if inputs == 1 and outputs == 0:
        return "Linear: d(aᵀx)/dx = a, a constant.", "Clarification 461"
    if inputs == 2 and outputs == 1:
        return (
            "Linear: write single entries; each output meets one column or row of the matrix.",
            "Concept 482, Notation 484",
        )
    if inputs == 2 and outputs == 0:
        return "Linear: collect the coefficient of each entry.", "Definition 472"
    return "Linear: every entry has a constant slope.", "Clarification 461"
