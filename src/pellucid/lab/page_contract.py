"""What a page of the lab is: words, settings, formulas with terms, pictures, and a pure function.

`README.md` beside this file tells how to add a page.

Notes: §1.0.3
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.lab.controls import Control
from pellucid.lab.data import Data
from pellucid.lab.scene import Scene

State = Mapping[str, Any]
COLOURS = ("green", "orange", "blue", "rose", "grey", "violet")
PLACES = ("main", "side", "wide")


@dataclass(frozen=True)
class Formula:
    r"""A formula in LaTeX in which `\term{name}{…}` marks a term, and how it is read aloud."""

    latex: str
    spoken: str


@dataclass(frozen=True)
class Term:
    """A row of the table of terms.

    Parameters
    ----------
    name : str
        As in `\\term{name}{…}`, in the marks of the pictures, and in `Scene.terms`.
    symbol, meaning : str
    colour : str
        One of `COLOURS`: θ green, η orange, ∇ blue, loss rose, data grey.
    """

    name: str
    symbol: str
    meaning: str
    colour: str = "grey"


@dataclass(frozen=True)
class Picture:
    """A place on the page that `Scene.pictures[name]` fills.

    Parameters
    ----------
    name : str
    label : str
        The words above it.
    place : {"main", "side", "wide"}
        Large on the left, in the column beside it, or over the whole width.
    """

    name: str
    label: str
    place: str = "side"


@dataclass(frozen=True)
class Question:
    """Predict before you see.

    Parameters
    ----------
    prompt : str
    answers : tuple of str
    judge : callable (state, scene) -> (the right answer, the reason)
        Reads the library's verdict out of `scene.numbers`; called only when somebody answers.
    """

    prompt: str
    answers: tuple[str, ...]
    judge: Callable[[State, Scene], tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """One idea, live.

    Parameters
    ----------
    name : str
        As in `catalogue.py`, where its number, chapter, title and question stand.
    lead : str
        Two or three sentences that end in the question.
    notes : str
        Where it stands in the notes, such as "KE 113, §3.1.8".
    controls : tuple of Control
        The first is the one that the page is about: it stands beside Play and is what `--export`
        lays out.
    formulas, terms, pictures, questions
    scenes : callable (state, data) -> iterator of Scene
        Pure. One scene holds a whole run, which the browser plays; a page that `streams` yields one
        after the other while it works.
    code : callable (state, data) -> str
        The program that gives the same numbers: a test runs it and compares its variables with
        `Scene.numbers`.
    samples : tuple of str
        Names in `samples.py` of data with a known truth; the first is shown when no data is given.
        Empty for a page without a table.
    streams : bool
        Whether scenes are yielded during long work.
    """

    name: str
    lead: str
    notes: str
    controls: tuple[Control, ...]
    formulas: tuple[Formula, ...]
    terms: tuple[Term, ...]
    pictures: tuple[Picture, ...]
    questions: tuple[Question, ...]
    scenes: Callable[[State, Data], Iterator[Scene]]
    code: Callable[[State, Data], str]
    samples: tuple[str, ...] = ()
    streams: bool = False

    def checked_state(self, given: State, data: Data) -> dict[str, Any]:
        """Every setting with its checked value, chosen columns included.

        Raises
        ------
        HyperparameterError
            For a value that its declaration does not admit, and for a setting that is not there.
        """
        from pellucid.lab.controls import checked_settings

        return checked_settings(self.controls, given, data, self.name)
