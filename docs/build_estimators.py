"""Builds docs/estimators.html, where the notebook view of each estimator links to, from the code.

Run: .venv/bin/python docs/build_estimators.py
"""

from __future__ import annotations

import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import docstring_parser
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from sklearn.utils import get_tags

import pellucid
from pellucid.report.page import escape, page

PAGE = Path(__file__).with_name("estimators.html")
STYLE = """<style>
nav ul{columns:16rem;padding-left:1.1rem;margin:.6rem 0}
dl{margin:.4rem 0}dt{margin-top:.7rem}
dt b{font-family:ui-monospace,Menlo,"DejaVu Sans Mono",monospace}
dt span{color:var(--soft)}dd{margin:.1rem 0 .1rem 1.2rem;max-width:46rem}
a{color:var(--blue)}article{border-top:1px solid var(--line);margin-top:2.5rem}
article h2{border:0;margin:1em 0 .2em;padding:0}dt,dd{overflow-wrap:anywhere}
</style>"""


def estimators() -> list[type]:
    """All public ones, in the order of the alphabet."""
    public = (getattr(pellucid, name) for name in sorted(pellucid.HOMES))
    return [o for o in public if inspect.isclass(o) and issubclass(o, BaseEstimator)]


def built(formulas: bool = True) -> str:
    """The whole page; without the formulas, which ask for fits, where that is enough."""
    found = estimators()
    links = "".join(f'<li><a href="#{anchor(E)}">{E.__name__}</a></li>' for E in found)
    body = (
        f"{STYLE}<h1>Estimators</h1><p>What each minimises, its hyperparameters, and what a fit "
        f"leaves behind. All follow scikit-learn's protocol.</p><nav><ul>{links}</ul></nav>"
    )
    return page("Pellucid: the estimators", body + "".join(article(E, formulas) for E in found))


def anchor(E: type) -> str:
    """As `GlassBox._doc_link_template` spells it."""
    return f"{E.__module__}.{E.__name__}"


def article(E: type, formulas: bool) -> str:
    text = inspect.getdoc(E) or ""
    read = docstring_parser.parse(text, docstring_parser.DocstringStyle.NUMPYDOC)
    about = "".join(
        f"<p>{prose(part)}</p>" for part in (read.short_description, read.long_description) if part
    )
    typeset = formulas_of(E) if formulas else ""
    return (
        f'<article id="{anchor(E)}"><h2>{E.__name__}</h2>{about}{typeset}'
        f"<h3>Hyperparameters</h3>{entries(read, 'param')}"
        f"<h3>After the fit</h3>{entries(read, 'attribute')}"
        f"<h3>Methods</h3>{methods(E)}{example(text)}{sources(text)}</article>"
    )


def prose(text: str) -> str:
    """Escaped text whose backquoted words are code."""
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(" ".join(text.split())))


def entries(read: Any, kind: str) -> str:
    rows = []
    for entry in (m for m in read.meta if m.args[0] == kind):
        type_name = entry.type_name or ""
        if entry.default is not None:
            type_name += f", default={entry.default}"
        name = entry.args[1].split(" :")[0]
        rows.append(
            f"<dt><b>{escape(name)}</b> <span>{escape(type_name)}</span></dt>"
            f"<dd>{prose(entry.description or '')}</dd>"
        )
    return f"<dl>{''.join(rows)}</dl>"


def methods(E: type) -> str:
    rows = []
    for name, method in inspect.getmembers(E, inspect.isfunction):
        if name.startswith("_") or not method.__module__.startswith("pellucid"):
            continue
        first = (inspect.getdoc(method) or "").split("\n")[0]
        taken = [p for p in inspect.signature(method).parameters if p != "self"]
        rows.append(f"<dt><b>{name}({', '.join(taken)})</b></dt><dd>{prose(first)}</dd>")
    return f"<dl>{''.join(rows)}</dl>"


def formulas_of(E: type) -> str:
    """Hypothesis, objective and gradient, typeset as `explain()` gives them."""
    X: list[Any] = [[float(i), float(i * i % 7)] for i in range(12)]
    if not get_tags(E()).input_tags.two_d_array:
        X = ["she read a book, and then another one"] * 12
    y: Any = [float(i % 5) for i in range(12)]
    if is_classifier(E()) and not is_regressor(E()):
        y = [int(i in (1, 6, 7, 9, 10, 11)) for i in range(12)]
    if E.__name__ == "EncoderDecoder":
        X, y = ["one cat", "two cats"], ["un chat", "deux chats"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = briefly(E).fit(X, y).explain()
        drawn = [
            f'<div class="formula">{formula.typeset()}</div>'
            f"<small>{label}. {escape(formula.shapes)}</small>"
            for label, formula in told.formulas()
        ]
    return f"<section>{''.join(drawn)}</section>"


def briefly(E: type) -> Any:
    """The estimator at its defaults, but for epochs: no formula depends on how many there were."""
    made = E()
    return made.set_params(epochs=1) if "epochs" in made.get_params() else made


def example(text: str) -> str:
    found = re.search(r"Examples\n-+\n(.*?)(?=\nNotes: |\Z)", text, re.DOTALL)
    return f"<h3>Example</h3><pre>{escape(found.group(1).strip())}</pre>" if found else ""


def sources(text: str) -> str:
    found = re.search(r"^Notes: (.*)$", text, re.MULTILINE)
    return f"<p><small>In the notes: {escape(found.group(1))}</small></p>" if found else ""


if __name__ == "__main__":
    PAGE.write_text(built(), encoding="utf-8")
