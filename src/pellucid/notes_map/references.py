"""References to the notes: reading them in text, and finding what they name.

A docstring cites the notes in a line of its own, `Notes: KE 71, §2.6.10, eq 2.61`. The same words
find a box, a section or an equation: "KE 71", "71", "Def 63", "2.6", "§A.3", "eq 2.61".

Notes: Notation 22, Notation 42
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pellucid.errors import NotesReferenceError
from pellucid.notes_map.records import (
    ABBREVIATIONS,
    CHAPTERS,
    Box,
    Equation,
    Item,
    Section,
    boxes,
    items,
    sections,
    terms,
)
from pellucid.notes_map.term_names import names_of_term

# What a text may call a kind of box, longest first so that "Definition" is not read as "Def".
KIND_WORDS = {
    "key equation": "Key Equation",
    "clarification": "Clarification",
    "definition": "Definition",
    "notation": "Notation",
    "concept": "Concept",
    "theorem": "Theorem",
    "remark": "Remark",
    "clar": "Clarification",
    "def": "Definition",
    "box": "",
    "ke": "Key Equation",
}
LETTERS = {
    "D": "Definition",
    "C": "Concept",
    "N": "Notation",
    "CL": "Clarification",
    "T": "Theorem",
    "R": "Remark",
}
DASH = r"\s*[-–]\s*"
NEXT = r"\s*(?:,|;|&|and)\s*"
# The appendix is "A", never the article "a".
NUMBERED = r"(?:\d+|(?-i:A))(?:\.\d+)+"
BOX_NUMBER = r"\d+(?!\.?\d)"
NAMED = (
    rf"\b(?P<kind>{'|'.join(KIND_WORDS)})(?:e?s)?\.?\s*"
    rf"(?P<box>{BOX_NUMBER}(?:(?:{DASH}|{NEXT}){BOX_NUMBER})*)"
    rf"|\beqs?\.?\s*\(?(?P<equation>(?:[AB]-)?(?:{NUMBERED}|\d+)"
    rf"(?:(?:{DASH}|{NEXT})(?:[AB]-)?{NUMBERED})*)"
    rf"|(?:§+|\bsections?)\s*(?P<section>(?:{NUMBERED}|\d|(?-i:A)\b)(?:(?:{DASH}|{NEXT}){NUMBERED})*)"
    r"|\bch(?:apter|\.)?\s*(?P<chapter>\d|(?-i:A)\b)(?![\d.])"
)
# On a line of references they may be shorter: "N 28", "A.1" for §A.1, "(A.3)" for eq A.3.
SHORT = (
    rf"|\b(?P<letters>(?-i:C[lL]|[DCNTR]))\s*(?P<short_box>{BOX_NUMBER})"
    rf"|\((?P<short_equation>{NUMBERED})\)|(?<![\w.-])(?P<short_section>{NUMBERED})(?![\w-])"
)
REFERENCE = re.compile(NAMED, re.IGNORECASE)
SHORT_REFERENCE = re.compile(NAMED + SHORT, re.IGNORECASE)
NOTES_LINE = re.compile(r"^\s*(?:#\s*)?Notes:[ \t]*(\S.*)$")
# Chapter 7's three runs of equation numbers, by the sections that each covers.
EQUATION_RUNS = {"A": ("7.0", "7.1", "7.2", "7.3", "7.4"), "B": ("7.5", "7.6")}

Found = Section | Box | Equation | Item


@dataclass(frozen=True)
class Reference:
    """One reference as a text makes it, which may or may not exist.

    Parameters
    ----------
    to : {"box", "section", "equation"}
        What it points to.
    number : str
        Such as "71", "2.6.10" or "2.61".
    kind : str
        The kind of box that the text names, such as "Key Equation"; empty where it names none.
    """

    to: str
    number: str
    kind: str = ""

    def __str__(self) -> str:
        if self.to == "box":
            return f"{ABBREVIATIONS.get(self.kind, 'box')} {self.number}"
        if self.to == "equation":
            return f"eq {self.number}"
        return f"§{self.number}" if "." in self.number else f"chapter {self.number}"


def references_in(text: str) -> list[Reference]:
    """Every reference that a text makes, anywhere in it, in order.

    A range of boxes gives each box in it; a range of sections or equations gives its two ends.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of Reference
        References as written; `find` tells whether they exist.

    Examples
    --------
    >>> [str(reference) for reference in references_in("see KE 53-55 and §2.6.10 (eq 2.61)")]
    ['KE 53', 'box 54', 'box 55', '§2.6.10', 'eq 2.61']

    Notes: §1.8
    """
    return [reference for match in REFERENCE.finditer(text) for reference in _read(match)]


def parse_references(text: str) -> list[Reference]:
    """The references on the `Notes:` lines of a docstring.

    A line that ends with a comma or semicolon goes on in the next. On these lines a bare "A.1" is
    a section, "(A.3)" an equation, and a kind may be its first letter, as in "N 28".

    Examples
    --------
    >>> [str(r) for r in parse_references("Fit.\\n\\nNotes: KE 71, §2.6.10, eq 2.61")]
    ['KE 71', '§2.6.10', 'eq 2.61']

    Notes: §1.8
    """
    return [reference for line in notes_lines(text) for reference in _read_line(line)]


def notes_lines(text: str) -> list[str]:
    """What follows `Notes:` on each line of `text` that begins so, continuation lines joined."""
    lines = text.splitlines()
    found = []
    for index, line in enumerate(lines):
        if match := NOTES_LINE.match(line):
            cited = match[1].strip()
            following = iter(lines[index + 1 :])
            while cited.endswith((",", ";")):
                cited = f"{cited} {next(following, '.').strip(' #')}"
            found.append(cited)
    return found


def _read_line(line: str) -> list[Reference]:
    return [
        reference for match in SHORT_REFERENCE.finditer(line) for reference in _read_short(match)
    ]


def _read_short(match: re.Match[str]) -> Iterator[Reference]:
    if match["letters"]:
        yield Reference("box", match["short_box"], LETTERS[match["letters"].upper()])
    elif match["short_equation"]:
        yield Reference("equation", match["short_equation"])
    elif match["short_section"]:
        yield Reference("section", match["short_section"])
    else:
        yield from _read(match)


def _read(match: re.Match[str]) -> Iterator[Reference]:
    if match["chapter"]:
        yield Reference("section", match["chapter"])
    elif match["section"]:
        for number in re.findall(rf"{NUMBERED}|\d|A", match["section"]):
            yield Reference("section", number)
    elif match["equation"]:
        for number in re.findall(rf"(?:[AB]-)?(?:{NUMBERED}|\d+)", match["equation"]):
            yield Reference("equation", number)
    else:
        yield from _read_boxes(KIND_WORDS[match["kind"].lower()], match["box"])


def _read_boxes(kind: str, numbers: str) -> Iterator[Reference]:
    for first, last in re.findall(rf"(\d+)(?:{DASH}(\d+))?", numbers):
        yield Reference("box", first, kind)
        if last:
            # Boxes of every kind share one count, so that only the first is sure to be of `kind`.
            after = range(int(first) + 1, min(int(last), int(first) + len(boxes())) + 1)
            yield from (Reference("box", str(number)) for number in after)


def find(reference: str | Reference) -> Found:
    """The section, box, equation or item that a reference names.

    Parameters
    ----------
    reference : str or Reference
        "2.6", "§2.6.10", "A.3", "KE 71", "71", "Def 63", "eq 2.61", an item's id, or a term of
        the notes such as "ridge solution". A single digit is a chapter; "Def 1" is the box.

    Returns
    -------
    Section, Box, Equation or Item
        What stands under that name.

    Raises
    ------
    NotesReferenceError
        When the notes have no such thing; the message names the nearest that they have.

    Examples
    --------
    >>> find("KE 71").title
    'Ridge solution'
    >>> find("§2.6.10").title
    'Ridge in matrix form'

    Notes: §1.8, §2.8
    """
    if isinstance(reference, Reference):
        return _resolve(reference)
    words = " ".join(reference.split())
    if parsed := _as_reference(words):
        return _resolve(parsed)
    for item in items():
        if item.id == words:
            return item
    for name in names_of_term(words):
        if cited := terms().get(name):
            return find(cited)
    raise NotesReferenceError(_unknown(words))


def _as_reference(words: str) -> Reference | None:
    """The reference that `words` are as a whole, if they are one."""
    if re.fullmatch(rf"{NUMBERED}|\d|A", words, re.IGNORECASE):
        return Reference("section", words.upper())
    if words.isdecimal():
        return Reference("box", words)
    match = SHORT_REFERENCE.fullmatch(words) or SHORT_REFERENCE.fullmatch(words.rstrip(")"))
    found = list(_read_short(match)) if match else []
    return found[0] if len(found) == 1 else None


def _resolve(reference: Reference) -> Found:
    if reference.to == "box":
        return _find_box(reference)
    if reference.to == "equation":
        return _find_equation(reference)
    for section in sections():
        if section.number == reference.number:
            return section
    raise NotesReferenceError(
        f"The notes have no {reference}; the nearest is {_nearest_section(reference.number).label}."
    )


def _find_box(reference: Reference) -> Box:
    number = int(reference.number)
    if not 1 <= number <= len(boxes()):
        nearest = boxes()[0 if number < 1 else -1]
        raise NotesReferenceError(
            f"The notes have no {reference}: boxes run from 1 to {len(boxes())}; "
            f"the nearest is {nearest.label}."
        )
    box = boxes()[number - 1]
    if reference.kind and reference.kind != box.kind:
        same_kind = (other for other in boxes() if other.kind == reference.kind)
        nearest = min(same_kind, key=lambda other: abs(other.number - number))
        raise NotesReferenceError(
            f"The notes have no {reference}: box {number} is {box.label} ({box.title}). "
            f"The nearest {reference.kind} is {nearest.label}."
        )
    return box


def _find_equation(reference: Reference) -> Equation:
    run, _, number = reference.number.rpartition("-")
    chapter, _, count = number.upper().rpartition(".")
    chapter = chapter or "0"
    last, holding = 0, []
    for section in sections():
        if section.chapter != chapter or not section.first_equation:
            continue
        if run and not section.number.startswith(EQUATION_RUNS[run.upper()]):
            continue
        last = max(last, section.last_equation)
        if count.isdecimal() and section.first_equation <= int(count) <= section.last_equation:
            holding.append(section.number)
    if holding:
        return Equation(f"{chapter}.{int(count)}", tuple(holding))
    if not last:
        raise NotesReferenceError(
            f"The notes have no {reference}: their chapters are 0 to 9 and A, "
            "and an equation is cited as in eq 2.61."
        )
    raise NotesReferenceError(
        f"The notes have no {reference}: equations of chapter {chapter} run from {chapter}.1 "
        f"to {chapter}.{last}; the nearest is eq {chapter}.{1 if count == '0' else last}."
    )


def _nearest_section(number: str) -> Section:
    """The section that shares the longest beginning with `number`, then the closest count."""
    named = {section.number: section for section in sections()}
    parts = number.split(".")
    if parts[0] not in CHAPTERS:
        return named[CHAPTERS[-1] if parts[0].isalpha() else CHAPTERS[-2]]
    while ".".join(parts[:-1]) not in named:
        parts.pop()
    parent = ".".join(parts[:-1])
    children = [s for s in sections() if s.number.rpartition(".")[0] == parent]
    return min(
        children,
        key=lambda s: abs(int(s.number.rpartition(".")[2]) - int(parts[-1])),
        default=named[parent],
    )


def _unknown(words: str) -> str:
    names = [*terms(), *(item.id for item in items())]
    close = get_close_matches(words.lower(), names, n=1, cutoff=0.5)
    nearest = f" The nearest is {close[0]!r}." if close else ""
    return (
        f"{words!r} is not a place in the notes.{nearest} Name a section (2.6), a box (KE 71, "
        "or 71), an equation (eq 2.61), a term (ridge solution) or an item of the map."
    )
