"""The reference: every public name of a room, by the table that its package keeps.

```{public-names} pellucid.linear          documents each name
```
```{public-names} pellucid                 of the names of one package, those of some rooms
:within: pellucid.evaluation pellucid.jobs
```
```{public-names} pellucid                 a list with links, where another page documents them
:listed:
```
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sklearn.base import BaseEstimator
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class PublicNames(SphinxDirective):
    """Documentation of each public name, or a list of them; classes first."""

    required_arguments = 1
    option_spec = {"within": directives.unchanged, "listed": directives.flag}

    def run(self) -> list[nodes.Node]:
        package = import_module(self.arguments[0])
        rooms = tuple(self.options.get("within", "pellucid").split())
        found = {name: getattr(package, name) for name in package.__all__ if name[:2] != "__"}
        chosen = {
            name: thing
            for name, thing in found.items()
            if callable(thing) and getattr(thing, "__module__", "").startswith(rooms)
        }
        entry = self._listed if "listed" in self.options else self._documented
        order = sorted(chosen, key=lambda name: (not isinstance(chosen[name], type), name.lower()))
        lines = [line for name in order for line in entry(name, chosen[name])]
        node = nodes.section()
        node.document = self.state.document
        self.state.nested_parse(StringList(lines, source=self.arguments[0]), 0, node)
        return list(node.children)

    def _documented(self, name: str, thing: Any) -> list[str]:
        a_class = isinstance(thing, type)
        kind = "autoclass" if a_class else "autofunction"
        options = ["   :members:"] if a_class else []
        if a_class and issubclass(thing, BaseEstimator):
            options.append("   :inherited-members: BaseEstimator")
        whole = f"{thing.__module__}.{getattr(thing, '__qualname__', name)}"
        return ["```{eval-rst}", f".. {kind}:: {whole}", *options, "```", ""]

    def _listed(self, name: str, thing: Any) -> list[str]:
        first = (inspect.getdoc(thing) or "").split("\n")[0].replace("*", "\\*")
        whole = f"{thing.__module__}.{getattr(thing, '__qualname__', name)}"
        return [f"- {{py:obj}}`{name} <{whole}>`: {first}"]


def _foreign(
    app: Sphinx, kind: str, name: str, thing: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out what scikit-learn gives every estimator: it is documented there."""
    return True if str(getattr(thing, "__module__", "")).startswith("sklearn.") else None


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-skip-member", _foreign)
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True}
