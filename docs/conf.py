"""Sphinx settings of the documentation: `./docs/build` makes it, from what stands in the code."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))
sys.path.insert(0, str(HERE.parent / "tests" / "examples"))

import pellucid  # noqa: E402

gc.set_threshold(1_000_000)  # trees of documents stay until the end; drawings go now and then
logging.disable(logging.DEBUG)  # many thousand messages that nobody is shown

project = "Pellucid"
author = "the Pellucid developers"
version = release = pellucid.__version__
language = "en"

extensions = [
    "myst_parser",
    "numpydoc_once",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "typeset",
    "claims",
    "lab_pages",
    "public_names",
]
exclude_patterns = ["estimators.html", "build*", "_build", "README.md"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["myst.header"]

autodoc_typehints = "none"  # numpydoc's Parameters tell shapes, which types do not
autodoc_use_type_comments = False  # there are none to search the source for
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "Pellucid"
html_static_path = ["static"]
html_css_files = ["pellucid.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": True,
    "show_toc_level": 2,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}
copyright = "the Pellucid developers"
