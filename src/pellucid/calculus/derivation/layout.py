"""Where each derivative stands: rows follow the input, columns follow the output.

That is the notes' denominator layout; the numerator layout is its transpose.

Notes: Definition 463, Definition 465, Definition 467, Definition 471, Clarification 464
"""

from __future__ import annotations

from pellucid.calculus.algebra.canonical_tensors import permuted
from pellucid.calculus.algebra.index_form import Tensor
from pellucid.calculus.algebra.shapes import Shape, axes_of, is_scalar, kind_of, shape_text
from pellucid.errors import FormulaError

LAYOUTS = ("denominator", "numerator")


def derivative_shape(of: Shape, by: Shape, layout: str = "denominator") -> Shape:
    """The shape of ∂of/∂by.

    >>> derivative_shape(("n", 1), ("m", 1))
    ('m', 'n')
    >>> derivative_shape((1, 1), ("r", "k"))
    ('r', 'k')
    >>> derivative_shape(("r", "k"), (1, 1))
    ('k', 'r')

    Notes: Concept 458, Definition 467, Definition 471, Definition 472
    """
    if layout not in LAYOUTS:
        raise FormulaError(f"The layout is {' or '.join(LAYOUTS)}, not {layout!r}.")
    inputs, outputs = axes_of(by), axes_of(of)
    if len(inputs) + len(outputs) > 2:
        return inputs + outputs if layout == "denominator" else outputs + inputs
    if not outputs:
        shape = by
    elif not inputs:
        shape = (of[1], of[0])
    else:
        shape = (inputs[0], outputs[0])
    return shape if layout == "denominator" else (shape[1], shape[0])


def arranged_axes(tensor: Tensor, of: Shape, by: Shape, layout: str) -> Tensor:
    """Axes of the derivative (input, then output) in the order of the layout's shape."""
    inputs, outputs = len(axes_of(by)), len(axes_of(of))
    order = tuple(range(inputs + outputs))
    if inputs + outputs > 2:
        if layout == "numerator":
            order = order[inputs:] + order[:inputs]
    else:
        flip = outputs == 2
        if layout == "numerator":
            flip = not flip
        if flip and len(order) == 2:
            order = (1, 0)
    return permuted(tensor, order)


def layout_legend(of: Shape, by: Shape, layout: str = "denominator") -> str:
    """A sentence about rows and columns, with the definition in the notes."""
    shape = derivative_shape(of, by, layout)
    kind = f"{kind_of(of)}/{kind_of(by)}"
    total = len(axes_of(of)) + len(axes_of(by))
    if total > 2:
        return (
            f"A {kind} derivative has {total} axes {shape_text(shape)}: a tensor without an agreed "
            "layout (Clarification 479); here the input's axes come first."
            if layout == "denominator"
            else f"A {kind} derivative has {total} axes {shape_text(shape)}: a tensor; "
            "here the output's axes come first."
        )
    source = _SOURCES.get((_plain(of), _plain(by)), "A.1")
    if layout == "numerator":
        return (
            f"Numerator layout: the transpose of the notes' answer ({source}, Clarification 464)."
        )
    rule = "rows follow the input, columns the output"
    return f"{kind} derivative, {shape_text(shape)}: {rule} ({source})."


def _plain(shape: Shape) -> str:
    return "scalar" if is_scalar(shape) else "vector" if 1 in shape else "matrix"


_SOURCES = {
    ("scalar", "scalar"): "A.1.1",
    ("scalar", "vector"): "Definition 463",
    ("vector", "scalar"): "Definition 465",
    ("vector", "vector"): "Definition 467",
    ("matrix", "scalar"): "Definition 471",
    ("scalar", "matrix"): "Definition 472",
}
