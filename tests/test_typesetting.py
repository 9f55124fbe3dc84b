"""Formulas as SVG: rows laid out once are the drawings of rows laid out twice."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.typesetting import svg

LEAVES = st.sampled_from(
    [
        "x", r"\theta", "3.5", r"A^{\top}", r"\sigma", r"\sum_{i=1}^{n} u_i", r"\hat{y}", "{-}",
        "|", r"\operatorname{softplus}", r"\int f", r"\overline{ab}", r"\mathrm{Pr}", r"\partial",
        "=",
    ]
)  # fmt: skip
SHAPES = (
    r"\frac{{{0}}}{{{1}}}", r"\left({0} + {1}\right)", r"\sqrt{{{0} {1}}}", "{{{0}}}_{{{1}}}",
    r"\left.{0}\right|_{{{1}}}", r"\lVert {0} \rVert^{{{1}}}", r"\left[{0}, -{1}\right]^2",
    r"\textcolor{{#fe0001}}{{{0}}} \cdot {1}", r"\underbrace{{{0}}}_{{{1}}}",
    r"\begin{{pmatrix}} {0} & {1} \\ 0 & 1 \end{{pmatrix}}",
)  # fmt: skip
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda shape, *parts: shape.format(*parts), st.sampled_from(SHAPES), inner, inner
    ),
    max_leaves=6,
)


@given(FORMULAS)
def test_a_row_in_which_nothing_stretches_is_laid_out_once(latex: str) -> None:
    ours = svg.__wrapped__(latex)
    nodes = sys.modules["ziamath.nodes.mnode"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(nodes._node_classes, "mrow", sys.modules["ziamath.nodes.mrow"].Mrow)
        assert svg.__wrapped__(latex) == ours
