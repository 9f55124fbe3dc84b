"""The map in words: what `pellucid notes` prints.

Notes: §1.7, §1.8
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pellucid.notes_map.illustrations import example_of, page_of, picture_of
from pellucid.notes_map.records import CHAPTERS, Box, Equation, Item, Section, items, sections
from pellucid.notes_map.references import Found, find

MARKS = {"built": "✓", "open": "·"}


def render(reference: str | None = None) -> str:
    """The plain text that `pellucid notes` prints.

    Parameters
    ----------
    reference : str, optional
        Section, box, equation, term or item; see `find`. Without one, a table of the chapters.

    Returns
    -------
    str
        The items under that place, each with its state, object and test, and the counts.

    Raises
    ------
    NotesReferenceError
        When the notes have no such place; the message names the nearest.

    Examples
    --------
    >>> print(render("KE 71").splitlines()[0])
    KE 71 · Ridge solution · §2.6.10

    Notes: §1.7
    """
    if not reference:
        return _chapters()
    found = find(reference)
    under = items_under(found)
    lines = [_heading(found), counts(under), ""]
    if not under:
        return "\n".join([*lines[:1], "Nothing to implement stands here."])
    place = ""
    for item in under:
        if item.section != place:
            place = item.section
            lines += [f"§{place} {_title(place)}"]
        lines += _entry(item)
    return "\n".join(lines)


def as_records(reference: str | None = None) -> list[dict[str, object]]:
    """The same items as plain records, for programs; without a reference, the whole map.

    Examples
    --------
    >>> record = as_records("2.6.10-ridge-solution")[0]
    >>> record["section"], record["boxes"], record["tag"]
    ('2.6.10', ['KE 71'], 'implement')

    Notes: §1.7
    """
    listed = items_under(find(reference)) if reference else items()
    return [
        {
            "id": item.id,
            "section": item.section,
            "boxes": list(item.boxes),
            "title": item.title,
            "tag": item.tag,
            "issue": item.issue,
            "state": item.state,
            "object": item.object,
            "test": item.test,
            "example": example_of(item),
            "picture": picture_of(item),
            "page": page_of(item),
        }
        for item in listed
    ]


def items_under(query: Found) -> list[Item]:
    """The items of a section with all below it, of a box, or of the sections of an equation."""
    if isinstance(query, Item):
        return [query]
    if isinstance(query, Box):
        return [item for item in items() if query.number in item.box_numbers]
    if isinstance(query, Equation):
        return [item for item in items() if item.section in query.sections]
    return [item for item in items() if query.holds(item.section)]


def counts(items: Iterable[Item]) -> str:
    """How many items are built, and how many of each tag are open, as a line of text."""
    items = list(items)
    built = sum(item.built for item in items)
    still_open = Counter(item.tag for item in items if not item.built)
    detail = ", ".join(f"{tag} {count}" for tag, count in still_open.items())
    text = f"{built} of {len(items)} built"
    return f"{text}; open: {detail}" if detail else text


def _heading(query: Found) -> str:
    if isinstance(query, Section):
        place = f"Chapter {query.number}" if "." not in query.number else query.label
        return f"{place} · {query.title}"
    if isinstance(query, Box):
        return f"{query.label} · {query.title} · §{query.section}"
    if isinstance(query, Equation):
        return f"{query.label} · " + ", ".join(f"§{number}" for number in query.sections)
    return f"{query.id} · issue {query.issue}"


def _title(number: str) -> str:
    return next(section.title for section in sections() if section.number == number)


def _entry(item: Item) -> list[str]:
    boxes = f" ({', '.join(item.boxes)})" if item.boxes else ""
    lines = [f"  {MARKS[item.state]} {item.state:<5}  {item.tag:<9}  {item.title}{boxes}"]
    if item.built:
        lines += [f"{'':22}{line}" for line in (item.object, item.test, *_beside(item))]
    return lines


def _beside(item: Item) -> list[str]:
    """The example script, the picture and the live page of an item, where there are."""
    example, picture, page = example_of(item), picture_of(item), page_of(item)
    said = [f"example  {example}"] if example else []
    said += [f"picture  {picture}"] if picture not in ("", item.object) else []
    return said + ([f"live     pellucid lab --page {page}"] if page else [])


def _chapters() -> str:
    chapters = (section for section in sections() if section.number in CHAPTERS)
    rows = [
        ("Chapter", "", "built", "open", "all"),
        *((each.number, each.title, *_tally(items_under(each))) for each in chapters),
        ("All", "", *_tally(items())),
    ]
    table = [
        f"{number:<9}{title:<26}{built:>6}{still_open:>6}{all_:>6}"
        for number, title, built, still_open, all_ in rows
    ]
    return "\n".join([*table, "", "A section, box or term after `notes` lists its items."])


def _tally(items: Iterable[Item]) -> tuple[str, str, str]:
    states = Counter(item.state for item in items)
    return str(states["built"]), str(states["open"]), str(states.total())
