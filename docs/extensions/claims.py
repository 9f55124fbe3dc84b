"""The gallery: every claim of `examples/`, its sentence, its picture, the few lines that make it.

```{claims} 3
```

draws the claims of chapter 3. Each asserts what it shows, so a picture of a claim that does not
hold stops the build. `-D draw_claims=0` leaves the pictures out, for a check of the words alone.
"""

from __future__ import annotations

import hashlib
import inspect
import warnings
from pathlib import Path
from typing import Any

from demonstrations import scripts
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from pellucid.pictures.claims import claim_text


class Claims(SphinxDirective):
    """All claims of one chapter."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        found: list[nodes.Node] = []
        for script in scripts(int(self.arguments[0])):
            found += [part for claim in script.CLAIMS for part in self._claim(claim, script)]
        return found

    def _claim(self, claim: Any, script: Any) -> list[nodes.Node]:
        sentence = claim_text(claim)
        source = inspect.getsource(claim)
        parts: list[nodes.Node] = [nodes.rubric(text=sentence)]
        if self.config.draw_claims:
            uri = self._drawn(claim, source)
            parts.append(nodes.image(uri=uri, alt=sentence, classes=["claim"]))
        code = nodes.literal_block(source, source, language="python")
        name = f"{script.__name__.split('_', 2)[-1]}.py"
        folded = nodes.container(classes=["folded"])
        folded += [nodes.raw("", f"<details><summary>{name}</summary>", format="html"), code]
        folded += nodes.raw("", "</details>", format="html")
        return [*parts, folded]

    def _drawn(self, claim: Any, source: str) -> str:
        """The picture's place, drawn again only when the claim's source has changed."""
        import matplotlib.pyplot as plt

        key = hashlib.sha256(source.encode()).hexdigest()[:12]
        folder = Path(self.env.srcdir) / "_build" / "claims"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{claim.__name__}-{key}.png"
        if not path.exists():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a claim may show what is warned of
                figure = claim()
            figure.savefig(path, dpi=90, facecolor="white")
            plt.close(figure)
        return f"/_build/claims/{path.name}"


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("draw_claims", True, "env", bool)
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True}
