"""Where a job's rows go: into the memory it may take, or in blocks, here or to a cluster.

Notes: §2.1.3
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.data.blocks.dask_blocks import DaskBlocks
from pellucid.data.blocks.row_blocks import RowBlocks
from pellucid.data.blocks.size_estimates import CELL, estimated_memory, estimated_rows
from pellucid.errors import TooLargeError
from pellucid.memory import free_memory, parse_bytes

SHARE = 0.75  # of the free memory, where none is named
LEAST = 500_000_000  # bytes that the program itself and a few blocks take
SAMPLE_SHARE = 0.25  # of the memory, for a sample and what is tried on it
MOST_SAMPLED, FEWEST_SAMPLED = 100_000, 5_000


@dataclass(frozen=True)
class MemoryBudget:
    """Memory that a job may take.

    Parameters
    ----------
    size : int
        Bytes.
    requested : bool
        Whether a person said so.
    cluster : str or None
        Address of the cluster whose workers read the rows.
    """

    size: int
    requested: bool
    cluster: str | None = None

    @classmethod
    def of(cls, memory: str | None, cluster: str | None = None) -> MemoryBudget:
        """What was said, or three quarters of what is free.

        Raises
        ------
        HyperparameterError
            When it is no size.
        TooLargeError
            When the program alone takes more.
        """
        if memory is None:
            return cls(int(SHARE * free_memory()), False, cluster)
        size = parse_bytes(memory)
        if size < LEAST:
            raise TooLargeError(
                f"--memory {memory} is less than the program itself takes: give at least 500MB."
            )
        return cls(size, True, cluster)

    def holds(self, source: RowBlocks) -> bool:
        """Whether all rows go in, with what a fit needs beside them, and no cluster reads them."""
        return self.cluster is None and estimated_memory(source) <= self.size

    def sampled_rows(self, columns: int) -> int:
        """Rows of a sample."""
        fit = int(SAMPLE_SHARE * self.size / (CELL * max(columns, 1)))
        return max(FEWEST_SAMPLED, min(MOST_SAMPLED, fit))

    def reason(self, source: RowBlocks) -> str:
        """Why rows are read in blocks, in a sentence."""
        if self.cluster is not None:
            return f"The rows were read in blocks by workers of the Dask cluster at {self.cluster}."
        if isinstance(source, DaskBlocks):
            return f"The rows were read in blocks, from {source.name}."
        rows, cells = estimated_rows(source), len(source.names)
        need = estimated_memory(source) / 1e9
        limit = "the memory given" if self.requested else "three quarters of the free memory"
        return (
            f"About {rows:,} rows of {cells} columns would take {need:.1f} GB in memory, and "
            f"{limit} is {self.size / 1e9:.1f} GB: the rows were read in blocks."
        )
