"""numpydoc's template, read and compiled once: left alone, it is for each docstring anew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, Template
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from sphinx.application import Sphinx


@cache
def template() -> Template:
    """The one that numpydoc lays a docstring out by."""
    folder = Path(docscrape_sphinx.__file__).with_name("templates")
    environment = SandboxedEnvironment(loader=FileSystemLoader(folder))
    return environment.get_template("numpydoc_docstring.rst")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls when it loads the extension."""
    load = docscrape_sphinx.SphinxDocString.load_config

    def load_with_template(self: Any, config: Mapping[str, Any]) -> None:
        load(self, {"template": template(), **config})

    docscrape_sphinx.SphinxDocString.load_config = load_with_template
    return {"parallel_read_safe": True}
