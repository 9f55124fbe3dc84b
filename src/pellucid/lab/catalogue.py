"""The table of contents: one line a page. A page is there once its file is.

The file of a page is `pages/chapter_N/name_with_underscores.py` (`pages/appendix_a/…`); it defines
`PAGE`.

Notes: §1.0.3
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from pellucid.errors import FramingError
from pellucid.lab.page_contract import Page

PAGES = Path(__file__).parent / "pages"
CHAPTERS = {
    "0": "Mathematics",
    "1": "Learning from data",
    "2": "Regression",
    "3": "Gradient descent",
    "4": "Classification",
    "5": "Features",
    "6": "Clusters",
    "7": "Neural networks",
    "8": "Autoencoders",
    "9": "Convolutional networks",
    "A": "Matrix derivatives",
}


@dataclass(frozen=True)
class Entry:
    """A line of the table of contents."""

    number: int
    chapter: str
    name: str
    title: str
    question: str

    @property
    def folder(self) -> str:
        """Of its file, below `pages/`."""
        return "appendix_a" if self.chapter == "A" else f"chapter_{self.chapter}"

    @property
    def file(self) -> Path:
        """Where the page is written."""
        return PAGES / self.folder / f"{self.name.replace('-', '_')}.py"


# fmt: off
ENTRIES = tuple(Entry(*row) for row in (
    (1, "0", "plane-by-a-matrix", "A plane moved by a matrix", "Where does the square go, and can it come back?"),
    (2, "0", "tangent-plane", "Tangent plane and finite difference", "How small must δ be to show the slope?"),
    (3, "0", "events", "Events", "When does knowing A tell something of B?"),
    (4, "1", "drawing-rows", "Drawing from a distribution", "When are rows not independent, or not of one distribution?"),
    (5, "1", "losses", "Losses", "Which guess is cheapest when mistakes cost unequally?"),
    (6, "1", "hypotheses", "Hypotheses", "Which curve may the machine choose from?"),
    (7, "1", "orders", "Orders", "Why does a better fit guess worse?"),
    (8, "2", "line-by-hand", "A line by hand", "How close can you come to the least loss by hand?"),
    (9, "2", "min-and-argmin", "min and argmin", "How low, and where?"),
    (10, "2", "random-tries", "Random tries", "How many guesses does luck need?"),
    (11, "2", "matrix-form", "The matrix form", "How does one formula fit every row at once?"),
    (12, "2", "lambda", "The weight of the regularizer", "What does λ buy, and what does it cost?"),
    (13, "2", "two-errors", "Two errors", "Is the class too small, or are the rows too few?"),
    (14, "2", "cross-validation", "Cross-validation", "Which λ, without looking at the test rows?"),
    (15, "3", "descent-in-one-dimension", "Descent in one dimension", "Which η arrives?"),
    (16, "3", "gradient-descent", "Gradient descent", "How long a step is too long?"),
    (17, "3", "turning-the-step", "Turning the step", "Why straight against the gradient?"),
    (18, "3", "numeric-gradient", "The numeric gradient", "Why is a smaller δ not always better?"),
    (19, "3", "stochastic-descent", "Stochastic descent", "Can a step on few rows still arrive?"),
    (20, "4", "separator", "A separator", "What do θ and θ₀ do to the line between two classes?"),
    (21, "4", "slope-or-normal", "Slope or normal", "Why does the same θ mean two things?"),
    (22, "4", "sigmoid", "The sigmoid", "Where should yes begin?"),
    (23, "4", "separability", "Separability", "Can any line part these points?"),
    (24, "4", "negative-log-likelihood", "Negative log-likelihood", "Why logarithms, and why does θ run away?"),
    (25, "4", "softmax", "Softmax", "How do scores become chances?"),
    (26, "4", "accuracy", "Accuracy", "What does moving the threshold trade?"),
    (27, "5", "three-views", "Three views of a feature", "Is the line bent, or the data?"),
    (28, "5", "polynomial-order", "Order of a polynomial", "How many features does an order cost?"),
    (29, "5", "radial-features", "Radial features", "What does a row look like from its neighbours?"),
    (30, "5", "codes", "Codes for categories", "What does a number say that a category does not mean?"),
    (31, "5", "bag-of-words", "A bag of words", "What is left of a sentence without its order?"),
    (32, "5", "scale", "Scale", "Why does the unit of a column change the model?"),
    (33, "6", "half-steps", "k-means, half a step at a time", "Can a half-step ever raise the loss?"),
    (34, "6", "judging-clusters", "Judging clusters", "How many groups are there, if any?"),
    (35, "6", "simpson-and-rings", "Simpson and rings", "When does pooling turn the truth round?"),
    (36, "7", "neuron", "A neuron", "What does one neuron compute, and how does its loss lean?"),
    (37, "7", "layers", "Layers", "What shape has each part, and why?"),
    (38, "7", "activations", "Activations", "What do deep linear layers add?"),
    (39, "7", "pairing", "Pairing output and loss", "Which loss belongs to which output?"),
    (40, "7", "back-propagation", "Back-propagation, step by step", "Which factors does one weight’s derivative have?"),
    (41, "7", "training", "Training", "How does the boundary grow out of the loss?"),
    (42, "7", "optimisers", "Optimisers", "Which memory of the past helps a step?"),
    (43, "7", "depth", "Depth", "Where does the gradient go on its way back?"),
    (44, "7", "regularisation", "Regularisation", "What keeps a network from learning by heart?"),
    (45, "7", "batch-normalisation", "Batch normalisation", "What does a row know of its batch?"),
    (46, "8", "latent-explorer", "Latent explorer", "What does one place of the code mean?"),
    (47, "8", "axes", "Axes of rows", "Which direction keeps most?"),
    (48, "8", "variational-and-denoising", "Variational and denoising", "Why draw the code instead of computing it?"),
    (49, "8", "adversary", "An adversary", "How little turns the answer?"),
    (50, "8", "generative-pair", "A generative pair", "When is the judge reduced to a coin?"),
    (51, "8", "attention", "Attention", "Who looks at whom?"),
    (52, "8", "next-token", "The next token", "What does temperature do to a choice?"),
    (53, "9", "filters", "Filters", "What does a filter find as it slides?"),
    (54, "9", "max-pooling", "Max-pooling", "What survives a shift by one pixel?"),
    (55, "9", "convolutional-network", "A convolutional network", "What does each layer see of a digit?"),
    (56, "9", "convolutional-back-propagation", "Back-propagation through a filter", "Which entries share one weight’s derivative?"),
    (57, "A", "derivative-by-shape", "Derivatives by shape", "What shape has the derivative of this by that?"),
    (58, "A", "derive-and-answer", "Derive and answer", "Can you name the derivative before it is derived?"),
    (59, "A", "planar-approximation", "Planar approximation", "How far may one step before the plane misleads?"),
    (60, "A", "tensor-to-matrix", "From a tensor to A", "How does a tensor of derivatives become one matrix?"),
))
# fmt: on
BY_NAME = {row.name: row for row in ENTRIES}


def entries() -> list[Entry]:
    """The pages that are there, in order."""
    return [row for row in ENTRIES if row.file.is_file()]


def entry(name: str) -> Entry:
    """The line of a page.

    Raises
    ------
    FramingError
        When there is no page of that name, with the nearest one.
    """
    if name in BY_NAME and BY_NAME[name].file.is_file():
        return BY_NAME[name]
    import difflib

    near = difflib.get_close_matches(name, [row.name for row in entries()], n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise FramingError(f"The lab has no page {name!r}.{hint}")


@cache
def page_named(name: str) -> Page:
    """The page of that name, read from its file."""
    row = entry(name)
    module = import_module(f"pellucid.lab.pages.{row.folder}.{row.file.stem}")
    found: Page = module.PAGE
    assert found.name == name, f"{row.file.name} defines {found.name!r}, not {name!r}"
    return found
