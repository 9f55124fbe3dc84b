"""Shapes: what may stand beside what, and what to say when it may not.

A size is a number or a name (`d`, `n`). A shape has two sizes, rows × columns; a scalar is 1×1
and a vector d×1. A c-tensor has c ≥ 3 sizes.

Notes: A.3, Definition 473, Definition 477
"""

from __future__ import annotations

from pellucid.errors import ShapeError

Size = int | str
Shape = tuple[Size, ...]

SCALAR: Shape = (1, 1)


def shape_text(shape: Shape) -> str:
    """`(d×1)`: a shape as the notes write it.

    >>> shape_text(("d", 1))
    '(d×1)'
    """
    return "(" + "×".join(str(size) for size in shape) + ")"


def axes_of(shape: Shape) -> Shape:
    """The sizes one can vary an index over: a scalar has none, a vector one (Definition 473)."""
    return tuple(size for size in shape if size != 1)


def is_scalar(shape: Shape) -> bool:
    """Whether the shape is 1×1."""
    return not axes_of(shape)


def kind_of(shape: Shape) -> str:
    """The notes' word: scalar, vector, matrix or c-tensor."""
    if is_scalar(shape):
        return "scalar"
    if len(shape) > 2:
        return f"{len(shape)}-tensor"
    return "matrix" if 1 not in shape else "vector" if shape[1] == 1 else "row vector"


def transposed(shape: Shape) -> Shape:
    """The shape of the transpose."""
    if len(shape) > 2:
        raise ShapeError(
            f"A {kind_of(shape)} of shape {shape_text(shape)} has no transpose: "
            "a transpose swaps exactly two axes."
        )
    return (shape[1], shape[0])


def shape_of_sum(left: Shape, right: Shape, word: str = "added") -> Shape:
    """Shape of `left + right`; a scalar is added to every entry."""
    if left == right or is_scalar(right):
        return left
    if is_scalar(left):
        return right
    hint = "Entries are paired one by one, so both need the same shape."
    if len(left) == 2 and len(right) == 2 and transposed(right) == left:
        hint = "The shapes agree once one of them is transposed: did you mean `'` on one side?"
    raise ShapeError(f"{shape_text(left)} and {shape_text(right)} cannot be {word}. {hint}")


def shape_of_product(left: Shape, right: Shape) -> Shape:
    """Shape of the matrix product `left * right`; a scalar multiplies every entry."""
    if is_scalar(left):
        return right
    if is_scalar(right):
        return left
    if len(left) > 2 or len(right) > 2:
        raise ShapeError(
            f"{shape_text(left)} times {shape_text(right)}: the matrix product takes matrices. "
            "For tensors use dot(A, B), or .* entry by entry."
        )
    if left[1] != right[0]:
        raise ShapeError(
            f"{shape_text(left)} times {shape_text(right)} does not conform: the inner sizes "
            f"{left[1]} and {right[0]} differ. {_product_hint(left, right)}"
        )
    return (left[0], right[1])


def _product_hint(left: Shape, right: Shape) -> str:
    hints = []
    if left[0] == right[0]:
        result = shape_text((left[1], right[1]))
        hints.append(f"A' * B conforms and gives {result}")
    if left[1] == right[1]:
        hints.append(f"A * B' conforms and gives {shape_text((left[0], right[0]))}")
    if left[0] == right[1]:
        hints.append(f"B * A conforms and gives {shape_text((right[0], left[1]))}")
    if left == right:
        hints.append(f"A .* B multiplies entry by entry and gives {shape_text(left)}")
    if not hints:
        return "No transpose or swap makes these two conform: is a factor missing between them?"
    return "With A and B for the two: " + "; ".join(hints[:3]) + "."
