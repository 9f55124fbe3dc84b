"""How many rows a source has, and how much memory they would take: before they are read.

Notes: §2.1.3
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.sources.compressed_files import PACKED

CELL = 60  # bytes that a whole fit in memory takes at its height for each cell: 1.2 kB for 20 cells
LONG_TEXT = 4  # times what stands on the disk, which long texts take
LOOKED_AT = 1 << 20  # bytes of a text file, from which the length of its lines is estimated
PACKED_TIMES = 6  # a packed text is about so many times as long when it is unpacked


def estimated_rows(source: RowBlocks) -> int:
    """The rows of a source: known, or estimated from its first lines; 0 where nobody can tell.

    Notes: §2.1.3
    """
    known = source.rows
    if known is not None:
        return known
    paths: list[Path] = getattr(source, "paths", [])
    if not paths:
        return 0
    size = sum(path.stat().st_size for path in paths)
    return int(size / _line(paths[0], source))


def _line(path: Path, source: RowBlocks) -> float:
    """Bytes a row, about, as they lie on the disk."""
    if path.suffix.lower() in PACKED:
        first: Any = next(block for block in source.blocks() if len(block))
        return float(first.nbytes) / len(first) / PACKED_TIMES
    with path.open("rb") as stream:
        some = stream.read(LOOKED_AT)
    return len(some) / max(some.count(b"\n") - 1, 1)


def estimated_memory(source: RowBlocks) -> int:
    """Bytes that a fit of all rows in memory would take, about; long texts more than cells do.

    Notes: §2.1.3
    """
    paths: list[Path] = getattr(source, "paths", [])
    held = sum(path.stat().st_size for path in paths)
    return max(estimated_rows(source) * len(source.names) * CELL, LONG_TEXT * held)
