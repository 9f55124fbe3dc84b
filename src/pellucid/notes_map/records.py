"""The notes as data: sections, numbered boxes, equations, terms, and the items to implement.

Only numbers, kinds and places are the notes'; every title is ours.

Notes: §1.8, §2.8
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ABBREVIATIONS = {
    "Definition": "Def",
    "Concept": "Concept",
    "Key Equation": "KE",
    "Notation": "Notation",
    "Clarification": "Clar",
    "Theorem": "Theorem",
    "Remark": "Remark",
}
TAGS = ("implement", "example", "claim", "figure", "pitfall")
CHAPTERS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "A")


@dataclass(frozen=True)
class Section:
    """A chapter ("2"), section ("2.6") or subsection ("2.6.10") of the notes.

    "3.0" stands for what a chapter says before its first section. Where equations stand directly
    in the section, `first_equation` and `last_equation` bound them; both are 0 otherwise.
    """

    number: str
    title: str
    first_equation: int = 0
    last_equation: int = 0

    @property
    def chapter(self) -> str:
        """The chapter's number, "0" to "9" or "A"."""
        return self.number.split(".")[0]

    @property
    def label(self) -> str:
        """How a text cites it: "chapter 2" or "§2.6.10"."""
        return f"chapter {self.number}" if "." not in self.number else f"§{self.number}"

    def holds(self, section: str) -> bool:
        """Whether `section` is this section or stands under it."""
        return section == self.number or section.startswith(self.number + ".")


@dataclass(frozen=True)
class Box:
    """A numbered box of the notes: Definition 63, Key Equation 71, and so on."""

    number: int
    kind: str
    section: str
    title: str

    @property
    def label(self) -> str:
        """How a text cites it, such as "KE 71"."""
        return f"{ABBREVIATIONS[self.kind]} {self.number}"


@dataclass(frozen=True)
class Equation:
    """A numbered equation, with the sections that hold it.

    Chapter 7 counts its equations three times from 1, so that "7.31" may stand in three sections.
    """

    number: str
    sections: tuple[str, ...]

    @property
    def label(self) -> str:
        """How a text cites it, such as "eq 2.61"."""
        return f"eq {self.number}"


@dataclass(frozen=True)
class Item:
    """One thing that the specification asks for and a test can settle.

    Parameters
    ----------
    id : str
        Section and slug, such as "2.6.10-ridge-solution".
    tag : {"implement", "example", "claim", "figure", "pitfall"}
        What is asked: code, a worked example, a demonstrable claim, a picture, a check or message.
    issue : int
        The issue that builds it.
    boxes : tuple of str
        Labels of the boxes it rests on, such as ("KE 71", "Concept 72").
    title : str
        What it is, in our words.
    object : str
        "module:name" of what implements it; empty while open.
    test : str
        "tests/…/test_x.py::test_y" that settles it; empty while open.
    """

    id: str
    tag: str
    issue: int
    boxes: tuple[str, ...]
    title: str
    object: str = ""
    test: str = ""

    @property
    def section(self) -> str:
        """The section it belongs to, the first part of its id."""
        return self.id.split("-")[0]

    @property
    def built(self) -> bool:
        """Whether both an object and a test stand for it."""
        return bool(self.object and self.test)

    @property
    def state(self) -> str:
        """Either "built" or "open"."""
        return "built" if self.built else "open"

    @property
    def box_numbers(self) -> frozenset[int]:
        """The numbers of its boxes, without their kinds."""
        return frozenset(int(label.split()[-1]) for label in self.boxes)


def _read_csv(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def sections() -> tuple[Section, ...]:
    """Every chapter, section and subsection, in the notes' order.

    Examples
    --------
    >>> [s.number for s in sections() if s.title == "Regularization"]
    ['2.6']

    Notes: §1.7
    """
    return tuple(
        Section(
            row["number"],
            row["title"],
            int(row["first_equation"] or 0),
            int(row["last_equation"] or 0),
        )
        for row in _read_csv("sections.csv")
    )


@cache
def boxes() -> tuple[Box, ...]:
    """Every numbered box of the notes, 1 to the last, without a gap.

    Examples
    --------
    >>> boxes()[70].label, boxes()[70].section
    ('KE 71', '2.6.10')

    Notes: §1.8
    """
    return tuple(
        Box(int(row["number"]), row["kind"], row["section"], row["title"])
        for row in _read_csv("boxes.csv")
    )


@cache
def items() -> tuple[Item, ...]:
    """Every item that the specification asks for, in the notes' order.

    Examples
    --------
    >>> [item.tag for item in items() if item.id == "2.6.10-ridge-solution"]
    ['implement']

    Notes: §1.7
    """
    return tuple(
        Item(
            id=row["id"],
            tag=row["tag"],
            issue=int(row["issue"]),
            boxes=tuple(filter(None, row["boxes"].split("; "))),
            title=row["title"],
            object=row["object"],
            test=row["test"],
        )
        for chapter in CHAPTERS
        for row in _read_csv(f"items/chapter_{chapter}.csv")
    )


@cache
def terms() -> dict[str, str]:
    """The terms that each chapter ends with, each with the box or section that explains it.

    Examples
    --------
    >>> terms()["cross-validation"]
    'Def 85'

    Notes: §1.8, §2.8, §3.5, §4.7, §5.4, §6.4, §7.9, §8.6, §9.5, §A.10
    """
    return {row["term"]: row["reference"] for row in _read_csv("terms.csv")}
