"""Numbers as people write them: 1.234,50 €, (12), 7 %, 3 kg, 1.2k; read by the column's evidence.

A cell alone may be read in two ways (1,234); the other cells of its column say in which.

Notes: §2.1.3
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pellucid.data.column_units import UNITS
from pellucid.data.columns.notation import Notation, NotationHints

CURRENCIES = (
    r"US\$|A\$|C\$|R\$|HK\$|NZ\$|[$€£¥₹₩₽₺₴₪฿₫₱]|USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|INR|CNY|RMB|SEK|"
    r"NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|kr|zł|Kč|Fr\.|Rs\.?"
)
SIGNS = ("open", "sign", "minus", "trailing")


def cell_pattern(currencies: str, signs: str, first: str, further: str, shares: str) -> str:
    """A number with what may stand around it. Spaces have been made plain before.

    `first` and `further` are the signs of a unit, at its start and after it.
    """
    sign = f"[{signs}]"
    return (
        rf"^(?P<open>\()?(?P<sign>{sign})? ?(?P<before>{currencies})? ?(?P<minus>{sign})?"
        r"(?P<digits>[.,]?\d(?:[\d.,' ]*\d)?[.,]?)(?P<power>[eE][+\-]?\d+)?"
        rf" ?(?P<after>{shares}|[{first}][{further}]*)?(?P<trailing>-)?(?P<close>\))?$"
    )


CELL = cell_pattern(
    CURRENCIES, r"+\-\x{2212}\x{2013}", r"\p{L}°µ$€£¥₹", r"\p{L}\p{N}°µ²³/.$%·", "%|‰"
)
# What is left of it for texts of ASCII alone: it compiles in a tenth of the time, which is what a
# short column costs.
CELL_OF_ASCII = cell_pattern(
    "|".join(each for each in CURRENCIES.split("|") if each.isascii()) + r"|\$",
    r"+\-", "a-zA-Z$", "a-zA-Z0-9/.$%", "%",
)  # fmt: skip

LONGEST = 12  # letters of a unit; a bound in the pattern itself would take long to compile
SPACES = r"[\s\x{00a0}\x{202f}\x{2009}\x{2007}]+"
SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "mn": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
ABBREVIATED = frozenset(SCALES) - {"m"}
KNOWN_UNITS = {*UNITS, *UNITS.values(), "°", "t", "l", "L", "ha", "m²", "m2", "km²", "ft", "in"}
KNOWN_UNITS |= {"mi", "oz", "hp", "cc", "kw", "w", "kb", "mb", "gb", "tb", "years", "yrs", "hrs"}
MANY = 10  # as many different numbers beside one word, and the word is their unit


@dataclass(frozen=True)
class Numerals:
    """Numbers read from texts.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN where a text is missing or no number.
    read : ndarray of bool, shape (n,)
        Where a text was read as a number.
    notation : Notation
        How they are written.
    doubt : str
        What else the notation could mean, where nothing decides; else empty.
    several : tuple of str
        Units or currencies, where there are several: such numbers are not one column.
    """

    values: NDArray[np.float64]
    read: NDArray[np.bool_]
    notation: Notation
    doubt: str = ""
    several: tuple[str, ...] = ()


def digit_group_pattern(thousands: str, decimal: str) -> str:
    """The pattern of digits in groups, as 1,234.5; or not in groups, as 1234.5.

    Notes: §2.1.3
    """
    t, d = (f"[{mark}]" if mark else "" for mark in (thousands, decimal))
    groups = rf"[1-9]\d{{0,2}}(?:{t}\d{{2,3}})*{t}\d{{3}}|" if thousands else ""
    return rf"^(?:(?:{groups}\d+)(?:{d}\d*)?|{d}\d+)$"


CANDIDATES: tuple[tuple[str, str], ...] = (*((mark, "") for mark in ".,"), (".", ","), (",", "."))
CANDIDATES = (*CANDIDATES, *((mark, between) for between in " '" for mark in ".,"))


def read_numerals(texts: pa.ChunkedArray, hints: NotationHints) -> Numerals:
    """Numbers in the notation that explains the most cells of a column.

    Notes: §2.1.3
    """
    parts = number_parts(texts)
    mark, scaled, fits, several = _mark(parts)
    digits = pc.if_else(pa.array(fits), parts.field("digits"), pa.scalar(None, pa.string()))
    decimal, thousands, doubt = _separators(digits, parts.field("power"), hints)
    notation = Notation(decimal=decimal, thousands=thousands, mark=mark, scaled=scaled)
    values, read = _values(parts, fits, notation)
    return Numerals(values, read, notation, doubt, several)


def numbers_in_notation(texts: pa.ChunkedArray, notation: Notation) -> Numerals:
    """Numbers in a notation that is known; a cell in another one is not read.

    Notes: §2.1.3
    """
    parts = number_parts(texts)
    marks = marks_of(parts)
    allowed = {"", *(ABBREVIATED | {"m"} if notation.scaled else ()), notation.mark}
    values, read = _values(parts, np.isin(marks, list(allowed)), notation)
    return Numerals(values, read, notation)


def number_parts(texts: pa.ChunkedArray) -> pa.StructArray:
    """Sign, digits, power, and what stands around them, of each text; null where it has no number.

    Notes: §2.1.3
    """
    plain = pc.replace_substring_regex(texts, SPACES, " ")
    plain = pc.replace_substring(pc.utf8_trim_whitespace(plain), "’", "'")
    ascii_alone = pc.all(pc.string_is_ascii(plain)).as_py() is not False
    found = pc.extract_regex(plain, CELL_OF_ASCII if ascii_alone else CELL).combine_chunks()
    if len(found):
        balanced = pc.equal(pc.equal(found.field("open"), ""), pc.equal(found.field("close"), ""))
        short = pc.less_equal(pc.utf8_length(found.field("after")), LONGEST)
        signs = [pc.not_equal(found.field(name), "").cast(pa.int8()) for name in SIGNS]
        once = pc.less_equal(reduce(pc.add, signs), 1)  # --5 is no number
        sound = pc.fill_null(pc.and_(pc.and_(balanced, short), once), False)
        found = pc.if_else(sound, found, pa.scalar(None, found.type))
    return found


def _objects(column: pa.Array) -> NDArray[Any]:
    return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), dtype=object)


def _field(parts: pa.StructArray, name: str) -> pa.Array:
    """A part, null where the text has no number."""
    return pc.struct_field(parts, name)


def marks_of(parts: pa.StructArray) -> NDArray[Any]:
    """What stands beside each number; a text in two places ("$5 k") has both, parted by a space.

    Notes: §2.1.3
    """
    before = pc.fill_null(_field(parts, "before"), "")
    after = pc.fill_null(_field(parts, "after"), "")
    both = pc.utf8_trim_whitespace(pc.binary_join_element_wise(before, after, " "))
    return _objects(both)


def _mark(parts: pa.StructArray) -> tuple[str, bool, NDArray[np.bool_], tuple[str, ...]]:
    """The mark of a column, whether k and M multiply, which cells go with it, and other marks."""
    marks = marks_of(parts)
    there = np.asarray(parts.is_valid())
    names, counts = np.unique(marks[there].astype(str), return_counts=True)
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    told = {name: count for name, count in found.items() if name}
    if not told:
        return "", False, there, ()
    bare = found.get("", 0)
    abbreviated = {n for n in told if n in ABBREVIATED} == set(told)
    if abbreviated and (len(told) > 1 or bare):
        return "", True, there, ()
    best = max(told, key=lambda name: told[name])
    fits = there & ((marks == best) | (marks == ""))
    rest = tuple(sorted(n for n in told if n != best))
    if not fits.any() or not _stands_for_a_unit(best, parts, fits, bare):
        return "", False, there & (marks == ""), rest
    return best, False, fits, rest


def is_currency(mark: str) -> bool:
    """Whether what stands beside a number is a currency.

    Notes: §2.1.3
    """
    return re.fullmatch(CURRENCIES, mark) is not None


def _stands_for_a_unit(
    mark: str, parts: pa.StructArray, fits: NDArray[np.bool_], bare: int
) -> bool:
    """Percent and currencies always; a word where it is a known unit, or stands by many numbers."""
    if mark in ("%", "‰") or is_currency(mark):
        return True
    if " " in mark or 2 * bare > int(fits.sum()):
        return False
    different = pc.count_distinct(_field(parts, "digits").filter(pa.array(fits))).as_py()
    known = mark in KNOWN_UNITS or mark.casefold() in KNOWN_UNITS
    return bool(different >= (3 if known else MANY))


def _separators(digits: pa.Array, power: pa.Array, hints: NotationHints) -> tuple[str, str, str]:
    """Decimal mark and thousands mark that explain the most cells, and the doubt that is left."""
    candidates = [
        (d, t)
        for d, t in CANDIDATES
        if hints.decimal in ("", d) and (not hints.thousands or hints.thousands == t) and d != t
    ]
    if hints.thousands and not candidates:
        candidates = [("," if hints.thousands == "." else ".", hints.thousands)]
    explained = {}
    for decimal, thousands in candidates:
        fits = pc.match_substring_regex(digits, digit_group_pattern(thousands, decimal))
        explained[decimal, thousands] = pc.sum(pc.fill_null(fits, False)).as_py() or 0
    best = max(explained.values())
    equal = [pair for pair in candidates if explained[pair] == best]
    if len(equal) == 1 or hints.decimal or hints.thousands:
        return (*equal[0], "")
    return _undecided(equal, digits, hints)


def _undecided(
    equal: list[tuple[str, str]], digits: pa.Array, hints: NotationHints
) -> tuple[str, str, str]:
    """Between readings that explain as many cells: as the table leans, or the plain one."""
    if hints.default_notation.thousands == "." and (",", ".") in equal:
        return (",", ".", "the points might be decimal points")
    if equal[0] == (".", ""):
        return (".", "", "")
    if (",", "") not in equal or (".", ",") not in equal:
        return (*equal[0], "")
    # Only commas, each before three digits: thousands, or a decimal comma with three decimals.
    long = pc.any(pc.match_substring_regex(digits, r"^\d{4,}$")).as_py()
    if hints.default_notation.decimal == "," or long:
        return (",", "", "the comma might part thousands" if not long else "")
    return (".", ",", "the comma might be a decimal comma")


def _values(
    parts: pa.StructArray, fits: NDArray[np.bool_], notation: Notation
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    digits = _field(parts, "digits")
    shaped = pc.match_substring_regex(
        digits, digit_group_pattern(notation.thousands, notation.decimal)
    )
    read = fits & np.asarray(pc.fill_null(shaped, False))
    plain = pc.replace_substring(digits, notation.thousands, "") if notation.thousands else digits
    if notation.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    plain = pc.binary_join_element_wise(plain, pc.fill_null(_field(parts, "power"), ""), "")
    plain = pc.if_else(pa.array(read), plain, pa.scalar(None, pa.string()))
    values = np.array(pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False), np.float64)
    if notation.scaled:
        marks = marks_of(parts)
        values *= np.array([SCALES.get(m, 1.0) for m in marks.tolist()])
    negative = _objects(_field(parts, "open")) == "("
    for name in ("sign", "minus", "trailing"):
        signs = _objects(_field(parts, name))
        negative ^= (signs != "") & (signs != "+")
    return np.where(negative, -values, values), read


def describe_notation(notation: Notation) -> str:
    """The notation in words, for a column's note; empty for the usual one.

    Examples
    --------
    >>> describe_notation(Notation(decimal=",", thousands=".", mark="€"))
    'a decimal comma, points between thousands, the mark €'

    Notes: §2.1.3
    """
    between = {",": "commas", ".": "points", " ": "spaces", "'": "apostrophes"}
    said = ["a decimal comma"] if notation.decimal == "," else []
    if notation.thousands:
        said.append(f"{between[notation.thousands]} between thousands")
    if notation.mark == "%":
        said.append("a percent sign (7 % is 7)")
    elif notation.mark:
        said.append(f"the mark {notation.mark}")
    if notation.scaled:
        said.append("k, M or B for thousand, million, billion")
    if notation.duration:
        said.append("lengths of time, in seconds")
    return ", ".join(said)


def without_sign(notation: Notation) -> Notation:
    """The same, but for what is missing: what two columns have in common."""
    return replace(notation, missing=())
