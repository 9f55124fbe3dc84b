"""What DuckDB, PostgreSQL and SQLite spell differently: numbers, functions, and reading a cell.

A cell that is no number, no date, stops the query with its column's name, as it stops `predict`:
no dialect may turn it into another value.

Notes: §2.1.3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pellucid.data.columns.notation import PLAIN_NOTATION
from pellucid.data.columns.spellings import SPELLINGS
from pellucid.errors import FramingError
from pellucid.exchange.formulas.expressions import marker
from pellucid.exchange.formulas.program import Reading
from pellucid.exchange.printed.sql_dates import iso_by_parts, iso_by_patterns
from pellucid.exchange.printed.sql_literals import case_of, listed, literal, spellings_of

SPACES = "' ' || " + " || ".join(f"CHR({code})" for code in (9, 10, 11, 12, 13, 160))
DATE = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$"
NUMERAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
DIGITS = r"^[+-]?(0\d+|\d{17,})$"  # a name made of digits, such as 007
LONGEST_NAME = 63  # bytes of a name in PostgreSQL


@dataclass(frozen=True)
class Cell:
    """A cell of the table: its value as it stands, and as text, NULL where it spells "missing".

    `iso` is the text of a date in ISO 8601, where the column holds dates.
    """

    value: str
    text: str
    iso: str = ""


@dataclass(frozen=True)
class Dialect:
    """One database's way to say things.

    Parameters
    ----------
    name : str
    functions : mapping
        Its names of functions; those not named are called as in formulas.
    """

    name: str
    functions: Mapping[str, str]

    def number(self, value: float) -> str:
        """A 64-bit float."""
        raise NotImplementedError

    def text_of(self, cell: str) -> str:
        """A cell of any type as text, NULL where it is."""
        raise NotImplementedError

    def trimmed(self, text: str) -> str:
        """A text without the spaces around it."""
        raise NotImplementedError

    def read_text(self, cell: str, readings: Sequence[Reading]) -> str:
        """A cell as text without spaces around; NULL where it spells "missing", as in a file."""
        text = self.trimmed(self.text_of(cell))
        absent = {m.strip() for r in readings for m in (r.notation or PLAIN_NOTATION).missing}
        absent |= set(SPELLINGS)
        absent -= {level for r in readings for level in r.levels}
        return case_of([(f"{text} IN ({listed(absent)})", "NULL")], text) if absent else text

    def number_of(self, cell: Cell, reading: Reading) -> str:
        """A cell as a 64-bit float, NULL where it is missing; an error where it is no number."""
        raise NotImplementedError

    def iso_of(self, text: str, reading: Reading) -> str:
        """The text of a date as ISO 8601; what is no date stays as it is."""
        return iso_by_patterns(text, (reading.notation or PLAIN_NOTATION).order)

    def days_of(self, cell: Cell, reading: Reading) -> str:
        """A cell as days since 1970; an error where it is no date."""
        raise NotImplementedError

    def month_of(self, cell: Cell, reading: Reading) -> str:
        """Its month, January 0."""
        raise NotImplementedError

    def level_of(self, cell: Cell, reading: Reading) -> str:
        """A cell as the category that it spells, `marker` for a new one, NULL for a missing one."""
        cases = [(f"{cell.text} IS NULL", "NULL")]
        for level, spelled in spellings_of(reading.levels).items():
            tests = [f"LOWER({cell.text}) IN ({listed(spelled.folded)})"] * bool(spelled.folded)
            if spelled.exact:
                tests.append(f"{self.text_of(cell.value)} IN ({listed(spelled.exact)})")
            if spelled.amount is not None:
                tests.append(f"{self.amount_of(cell)} = {self.number(spelled.amount)}")
            cases.append((" OR ".join(tests), literal(level)))
        return case_of(cases, literal(marker(reading.levels)))

    def amount_of(self, cell: Cell) -> str:
        """A cell as a number where it is one, and no name made of digits; else NULL."""
        raise NotImplementedError

    def check_names(self, names: list[str]) -> None:
        """Refuse names that this database does not tell apart.

        Raises
        ------
        FramingError
            Names both.
        """
        met: dict[str, str] = {}
        for name in names:
            key = self._as_kept(name)
            if met.setdefault(key, name) != name:
                raise FramingError(
                    f"{self.name} does not tell the columns {met[key]!r} and {name!r} apart: "
                    "rename one, and fit again."
                )

    def _as_kept(self, name: str) -> str:
        return name.casefold()


def refuse_notation(reading: Reading) -> None:
    """Refuse a column whose text cannot be read in SQL: another time zone would shift hours.

    Raises
    ------
    FramingError
        Names the column.
    """
    notation = reading.notation or PLAIN_NOTATION
    if reading.kind == "date" and notation.zone:
        raise FramingError(
            f"Column {reading.column!r} holds times with their zone; a database shows those in the "
            "zone of the session, and hours would shift unseen. Hold times of one zone in the "
            "table and fit again, or export with --to python."
        )
    if reading.kind == "number" and notation.duration:
        raise FramingError(
            f"Column {reading.column!r} held lengths of time in training; databases have types of "
            "their own for these. Hold seconds in the table and fit again, or export with --to "
            "python."
        )


class DuckDB(Dialect):
    """DuckDB 1.0 and later."""

    def __init__(self) -> None:
        super().__init__("DuckDB", {"largest": "GREATEST", "smallest": "LEAST"})

    def number(self, value: float) -> str:
        """With an exponent: without one it would be a decimal of fixed point."""
        text = repr(float(value))
        text = text if "e" in text else f"{text}e0"
        return f"({text})" if text.startswith("-") else text

    def text_of(self, cell: str) -> str:
        """As DuckDB spells any type."""
        return f"CAST({cell} AS VARCHAR)"

    def trimmed(self, text: str) -> str:
        """Spaces, tabs and ends of lines."""
        return f"TRIM({text}, {SPACES})"

    def number_of(self, cell: Cell, reading: Reading) -> str:
        """Text where it is a number to DuckDB, which refuses any other; other types as they are."""
        found = (
            f"CASE WHEN TYPEOF({cell.value}) = 'VARCHAR' "
            f"THEN CAST({_number_text(cell, reading)} AS DOUBLE) "
            f"ELSE CAST({cell.value} AS DOUBLE) END"
        )
        return _without_numbers(f"NULLIF({found}, CAST('nan' AS DOUBLE))", reading, self)

    def amount_of(self, cell: Cell) -> str:
        """By the shape of its digits."""
        text = cell.text
        shaped = f"REGEXP_MATCHES({text}, {literal(NUMERAL)})"
        named = f"REGEXP_MATCHES({text}, {literal(DIGITS)})"
        return f"CASE WHEN {shaped} AND NOT {named} THEN TRY_CAST({text} AS DOUBLE) END"

    def _stamp(self, cell: Cell, reading: Reading) -> str:
        shaped = f"REGEXP_MATCHES({cell.iso}, {literal(DATE)})"
        return f"CAST({_date_text(cell, reading, shaped)} AS TIMESTAMP)"

    def days_of(self, cell: Cell, reading: Reading) -> str:
        """From microseconds."""
        return f"EPOCH_US({self._stamp(cell, reading)}) / 86400000000e0"

    def month_of(self, cell: Cell, reading: Reading) -> str:
        """From the calendar."""
        return f"CAST(MONTH({self._stamp(cell, reading)}) AS DOUBLE) - 1e0"


class PostgreSQL(Dialect):
    """PostgreSQL 12 and later."""

    def __init__(self) -> None:
        super().__init__("PostgreSQL", {"largest": "GREATEST", "smallest": "LEAST"})

    def number(self, value: float) -> str:
        """A literal of the type: bare digits would be a decimal of any length."""
        return f"float8 '{float(value)!r}'"

    def text_of(self, cell: str) -> str:
        """As PostgreSQL spells any type."""
        return f"CAST({cell} AS text)"

    def trimmed(self, text: str) -> str:
        """Spaces, tabs and ends of lines."""
        return f"BTRIM({text}, {SPACES})"

    def number_of(self, cell: Cell, reading: Reading) -> str:
        """Text where it is a number to PostgreSQL, which refuses any other; other types as are."""
        found = (
            f"CASE WHEN CAST(PG_TYPEOF({cell.value}) AS text) IN "
            "('text', 'character varying', 'character') "
            f"THEN CAST({_number_text(cell, reading)} AS float8) "
            f"ELSE CAST({cell.value} AS float8) END"
        )
        return _without_numbers(f"NULLIF({found}, float8 'NaN')", reading, self)

    def amount_of(self, cell: Cell) -> str:
        """By the shape of its digits."""
        text = cell.text
        shaped, named = f"{text} ~ {literal(NUMERAL)}", f"{text} ~ {literal(DIGITS)}"
        return f"CASE WHEN {shaped} AND NOT {named} THEN CAST({text} AS float8) END"

    def _stamp(self, cell: Cell, reading: Reading) -> str:
        shaped = f"{cell.iso} ~ {literal(DATE)}"
        return f"CAST({_date_text(cell, reading, shaped)} AS timestamp)"

    def days_of(self, cell: Cell, reading: Reading) -> str:
        """From seconds."""
        seconds = f"CAST(EXTRACT(EPOCH FROM {self._stamp(cell, reading)}) AS float8)"
        return f"{seconds} / float8 '86400'"

    def month_of(self, cell: Cell, reading: Reading) -> str:
        """From the calendar."""
        month = f"CAST(EXTRACT(MONTH FROM {self._stamp(cell, reading)}) AS float8)"
        return f"{month} - float8 '1'"

    def _as_kept(self, name: str) -> str:
        """Capitals count; what is beyond 63 bytes is cut off."""
        return name.encode()[:LONGEST_NAME].decode("utf-8", "ignore")


class SQLite(Dialect):
    """SQLite 3.35 and later, with its mathematical functions."""

    def __init__(self) -> None:
        super().__init__("SQLite", {"largest": "MAX", "smallest": "MIN"})

    def number(self, value: float) -> str:
        """As Python has it."""
        text = repr(float(value))
        return f"({text})" if text.startswith("-") else text

    def text_of(self, cell: str) -> str:
        """As SQLite spells any type."""
        return f"CAST({cell} AS TEXT)"

    def trimmed(self, text: str) -> str:
        """Spaces, tabs and ends of lines."""
        return f"TRIM({text}, {SPACES.replace('CHR', 'CHAR')})"

    def number_of(self, cell: Cell, reading: Reading) -> str:
        """Text only where it is a number as JSON has it: a cast would take 1-2 for 1."""
        text, said = cell.text, _raised(f"{_no(reading, 'number')} || {cell.text}")
        plain = (reading.notation or PLAIN_NOTATION).plain_number
        cases = [(_is_json_number(text), f"CAST({text} AS REAL)")]
        found = case_of(
            [("'text'", case_of(cases, said) if plain else said)],
            f"CAST({cell.value} AS REAL)",
            f"TYPEOF({cell.value})",
        )
        return _without_numbers(found, reading, self)

    def amount_of(self, cell: Cell) -> str:
        """A number itself, whose text would lose digits; or one as JSON has it, without idle 0."""
        text = cell.text
        shaped = f"{_is_json_number(text)} AND LENGTH({text}) < 17"
        number = f"CASE WHEN {shaped} THEN CAST({text} AS REAL) END"
        return f"CASE TYPEOF({cell.value}) WHEN 'text' THEN {number} ELSE {cell.value} END"

    def iso_of(self, text: str, reading: Reading) -> str:
        """Without regular expressions."""
        return iso_by_parts(text, (reading.notation or PLAIN_NOTATION).order)

    def _stamp(self, cell: Cell, reading: Reading, then: str) -> str:
        """`then`, of a text that is a date of the calendar."""
        text = cell.iso
        day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
        clock = "[ T][0-9][0-9]:[0-9][0-9]"
        shapes = " OR ".join(
            f"{text} GLOB {literal(day + shape)}"
            for shape in ("", clock, f"{clock}:[0-9][0-9]", f"{clock}:[0-9][0-9].[0-9]*")
        )
        rest = f"SUBSTR({text}, 21) NOT GLOB '*[^0-9]*'"
        # Only with something to add does SQLite work out that 30 February is 2 March.
        real = f"DATE(SUBSTR({text}, 1, 19), '+0 days') = SUBSTR({text}, 1, 10)"
        cases = [(f"({shapes}) AND {rest} AND {real}", then)]
        return case_of(cases, _raised(f"{_no(reading, 'date')} || {cell.text}"))

    def days_of(self, cell: Cell, reading: Reading) -> str:
        """From whole seconds, and the part of one that is written."""
        whole = f"CAST(STRFTIME('%s', SUBSTR({cell.iso}, 1, 19)) AS REAL)"
        part = f"CAST('0' || SUBSTR({cell.iso}, 20, 7) AS REAL)"
        return self._stamp(cell, reading, f"({whole} + {part}) / 86400.0")

    def month_of(self, cell: Cell, reading: Reading) -> str:
        """From the calendar."""
        month = f"CAST(STRFTIME('%m', SUBSTR({cell.iso}, 1, 10)) AS REAL) - 1.0"
        return self._stamp(cell, reading, month)


def _number_text(cell: Cell, reading: Reading) -> str:
    """The text of a number, ready for a cast that refuses any other."""
    if (reading.notation or PLAIN_NOTATION).plain_number:
        return cell.text
    # Of numbers that were written with marks of their own, no text is read: 1.234 may be 1234.
    return f"{_no(reading, 'plain number, as this query reads them')} || {cell.text}"


def _date_text(cell: Cell, reading: Reading, shaped: str) -> str:
    """The text of a date, ready for a cast that refuses any other; NULL stays NULL."""
    return case_of([(shaped, cell.iso)], f"{_no(reading, 'date')} || {cell.text}")


def _no(reading: Reading, kind: str) -> str:
    return literal(f"Column {reading.column!r} holds no {kind}: ")


def _is_json_number(text: str) -> str:
    return f"JSON_VALID({text}) AND JSON_TYPE({text}) IN ('integer', 'real')"


def _raised(text: str) -> str:
    """SQLite has no function that raises an error; a wrong path of JSON does, and shows the text.

    A path begins with $, which the sentence does not.
    """
    return f"JSON_EXTRACT('{{}}', {text})"


def _without_numbers(found: str, reading: Reading, dialect: Dialect) -> str:
    """NULL for the numbers that mean missing, such as -999."""
    for text in (reading.notation or PLAIN_NOTATION).missing:
        try:
            found = f"NULLIF({found}, {dialect.number(float(text))})"
        except ValueError:
            continue
    return found


DIALECTS: dict[str, Dialect] = {
    "duckdb": DuckDB(),
    "postgresql": PostgreSQL(),
    "sqlite": SQLite(),
}
