"""A plain file in pieces: every line once, at its place, wherever the pieces end."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.sources import csv_lines
from pellucid.data.sources.csv_lines import plain_lines
from pellucid.errors import TableError

LINE = st.sampled_from(["", "1,a", "22,b", "333,", "-4.5,long text", ",c"])


@given(
    st.lists(LINE, max_size=30).map(lambda lines: ["1,first", *lines]),
    st.integers(1, 40),
    st.booleans(),
)
def test_pieces_hold_every_line_once_at_its_place(
    lines: list[str], piece: int, ended: bool
) -> None:
    """§2.1.3: pieces of whole lines, each told how many lines come before it; blank lines are no
    rows; what is put behind a row stands behind that row."""
    body = "\n".join(lines) + "\n" * ended
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_lines, "PIECE", piece)
        path = Path(folder) / "rows.csv"
        path.write_bytes(b"x,y\n" + body.encode())
        file = plain_lines(path)
        assert file is not None
        assert file.names == ["x", "y"]
        pieces = list(file.pieces(7))
    whole = b"".join(part.raw for part in pieces)
    assert whole.decode().rstrip("\n") == body.rstrip("\n")
    for at, part in enumerate(pieces):
        assert part.raw.endswith(b"\n")
        assert part.first == 7 + sum(before.raw.count(b"\n") for before in pieces[:at])
        held = [line for line in part.raw.decode().split("\n") if line]
        assert part.texts.to_pylist() == held
        if held:
            found = part.cells(["y", "x"], ["x"])
            assert found["y"].to_pylist() == [line.split(",")[1] or None for line in held]
            numbers = [line.split(",")[0] for line in held]
            assert found["x"].to_pylist() == [float(x) if x else None for x in numbers]
        more = pa.array([f"+{i}" for i in range(len(held))])
        written = bytes(part.widened([more])).decode()
        assert written == "".join(f"{line},+{i}\n" for i, line in enumerate(held))
        with pytest.raises(TableError, match="lines that are no rows"):
            part.widened([pa.array(["more"] * (len(held) + 1))])
