"""Filling the map: which objects and tests stand for the open items.

    python -m pellucid.notes_map.audit [PLACE]             the candidates of each open item
    python -m pellucid.notes_map.audit [PLACE] --propose   the best of them as CSV: id,object,test
    python -m pellucid.notes_map.audit --fill FILE         write a corrected proposal into the map

    python -m pellucid.notes_map.audit --check             whether map, source and tests agree

`--fill` refuses a line whose item, object or test does not exist, and then writes nothing.
An empty object and test opens an item again.

Notes: §1.7
"""

from __future__ import annotations

import csv
import io
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pellucid.errors import NotesReferenceError
from pellucid.notes_map.citations import Citation, references_in_source, references_in_tests
from pellucid.notes_map.consistency import inconsistencies, missing_object, missing_test
from pellucid.notes_map.listing import items_under
from pellucid.notes_map.records import CHAPTERS, Equation, Item, items
from pellucid.notes_map.references import Reference, find

DATA = Path(__file__).parent / "items"
COLUMNS = ("id", "tag", "issue", "boxes", "title", "object", "test")
SHOWN = 4


def match_strength(item: Item, citation: Citation) -> int:
    """How surely a citation is about an item: its id 8, then 4 a box, 2 a section, 1 an equation.

    Notes: §1.7
    """
    named = 8 * (item.id in citation.ids)
    return named + sum(_match(item, reference) for reference in citation.references)


def _match(item: Item, reference: Reference) -> int:
    if reference.to == "box":
        return 4 * (int(reference.number) in item.box_numbers)
    if reference.to == "section":
        return 2 * (reference.number == item.section)
    return int(item.section in _sections_of(reference))


@cache
def _sections_of(equation: Reference) -> tuple[str, ...]:
    try:
        found = find(equation)
    except NotesReferenceError:
        return ()
    return found.sections if isinstance(found, Equation) else ()


def candidates(item: Item, citations: Iterable[Citation]) -> list[str]:
    """The names that cite what an item rests on, closest first, public before private.

    Notes: §1.7
    """
    close = [
        (match_strength(item, each), each.public, -len(each.name), each.name) for each in citations
    ]
    return [name for score, _, _, name in sorted(close, reverse=True) if score]


def report(items: Iterable[Item]) -> str:
    """The open items among `items`, each with candidate objects and tests."""
    objects, tests = references_in_source(), references_in_tests()
    lines = []
    for item in items:
        if not item.built:
            lines.append(f"{item.id}  [{item.tag}] {item.title} ({', '.join(item.boxes)})")
            lines += [f"    object  {name}" for name in candidates(item, objects)[:SHOWN]]
            lines += [f"    test    {name}" for name in candidates(item, tests)[:SHOWN]]
    return "\n".join(lines)


def propose(items: Iterable[Item]) -> str:
    """The best object and test of each open item that has both, as CSV to be corrected."""
    objects = [each for each in references_in_source() if each.public and ":" in each.name]
    tests = references_in_tests()
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(("id", "object", "test"))
    for item in (item for item in items if not item.built):
        found, settled = candidates(item, objects), candidates(item, tests)
        if found and settled:
            rows.writerow((item.id, found[0], settled[0]))
    return written.getvalue()


def fill(rows: Iterable[dict[str, str]], data: Path = DATA) -> int:
    """Write objects and tests into the map, all of them or, when one does not exist, none.

    Parameters
    ----------
    rows : iterable of dict
        With the keys id, object and test.
    data : Path
        The folder of the map's items.

    Returns
    -------
    int
        How many items were written.

    Raises
    ------
    NotesReferenceError
        When an item, object or test does not exist; every fault is listed.

    Notes: §1.7
    """
    known = {item.id for item in items()}
    wanted, faults = {}, []
    for row in rows:
        wanted[row["id"]] = (row["object"].strip(), row["test"].strip())
        faults += _entry_faults(row["id"], *wanted[row["id"]], known)
    if faults:
        raise NotesReferenceError("\n".join(faults))
    for chapter in CHAPTERS:
        path = data / f"chapter_{chapter}.csv"
        old = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        new = [_filled(row, wanted) for row in old]
        if new != old:
            _write(path, new)
    items.cache_clear()
    return len(wanted)


def _entry_faults(id_: str, object_: str, test: str, item_ids: set[str]) -> list[str]:
    if id_ not in item_ids:
        return [f"The map has no item {id_!r}."]
    if not object_ and not test:
        return []
    if not object_ or not test:
        return [f"{id_}: an object and a test are both needed, or neither."]
    missing = (missing_object(object_), missing_test(test))
    return [f"{id_}: {fault}" for fault in missing if fault]


def _filled(row: dict[str, str], entries: dict[str, tuple[str, str]]) -> dict[str, str]:
    object_, test = entries.get(row["id"], (row["object"], row["test"]))
    return {**row, "object": object_, "test": test}


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    beside = path.with_suffix(".new")
    beside.write_text(text.getvalue(), "utf-8")
    beside.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit from a command line; 0 when done, 1 when something named does not exist."""
    parser = ArgumentParser(prog="python -m pellucid.notes_map.audit", description=__doc__)
    parser.add_argument("place", nargs="?", help="a section, box or item; all of them if left out")
    parser.add_argument("--propose", action="store_true", help="print CSV: id,object,test")
    parser.add_argument("--check", action="store_true", help="say where map and code disagree")
    parser.add_argument("--fill", type=Path, metavar="FILE", help="write such a CSV into the map")
    options = parser.parse_args(arguments)
    try:
        if options.fill:
            rows = csv.DictReader(options.fill.read_text("utf-8").splitlines())
            sys.stdout.write(f"{fill(rows)} items written.\n")
        elif options.check:
            faults = inconsistencies()
            sys.stdout.write("\n".join([*faults, f"{len(faults)} disagreements.\n"]))
            return int(bool(faults))
        else:
            listed = items_under(find(options.place)) if options.place else items()
            text = propose(listed) if options.propose else report(listed)
            sys.stdout.write(text + "\n")
    except NotesReferenceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
