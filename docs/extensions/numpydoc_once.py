"""numpydoc with its template compiled once, and each docstring read once.

Left alone, numpydoc compiles the template for each docstring, and reads the docstring a second time
in search of a signature, which none of ours has: they are read from the code.
"""

from __future__ import annotations

from typing import Any

from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx, numpydoc
from sphinx.application import Sphinx

ENVIRONMENT = SandboxedEnvironment()  # in which the template stays compiled


def shared_environment(loader: Any) -> SandboxedEnvironment:
    ENVIRONMENT.loader = ENVIRONMENT.loader or loader
    return ENVIRONMENT


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls when it loads the extension, which has to stand before numpydoc."""
    docscrape_sphinx.SandboxedEnvironment = shared_environment
    numpydoc.mangle_signature = lambda *_: None
    return {"parallel_read_safe": True}
