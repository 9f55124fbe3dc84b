"""Formulas of the documentation as SVG at build time, by the library's own typesetting.

No script of another host is asked for, and the same formula looks the same in a report, a notebook
and here.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from pellucid.typesetting import svg


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(f'<span class="formula">{svg(node.astext(), node.astext(), 16)}</span>')
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    lines = [line for line in node.astext().split("\\\\") if line.strip()]
    drawn = "".join(f"<div>{svg(line.strip(), line.strip(), 20)}</div>" for line in lines)
    writer.body.append(f'<div class="formula block">{drawn}</div>')
    raise nodes.SkipNode


def _text(writer: Any, node: nodes.Element) -> None:
    writer.add_text(escape(node.astext()))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("svg", (_inline, None), (_block, None))
    app.config.html_math_renderer = "svg"
    return {"parallel_read_safe": True}
