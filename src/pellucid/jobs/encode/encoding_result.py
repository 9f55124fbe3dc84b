"""Plain data that `pellucid encode` takes in and gives out; nothing here computes.

Notes: §8.3
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.reading_options import ReadingOptions
from pellucid.errors import FramingError
from pellucid.findings import Finding
from pellucid.former_names import renamed
from pellucid.jobs.column_summary import ColumnSummary
from pellucid.jobs.setting_checks import require_seed, require_share

if TYPE_CHECKING:
    from pellucid.jobs.encode.decoder_outputs import DecoderOutputs
    from pellucid.jobs.encode.encoding_machine import EncodingMachine

Array = NDArray[np.float64]
MODELS = ("network", "convnet", "linear", "variational", "denoising")


@dataclass(frozen=True)
class EncodeSettings(ReadingOptions):
    """Everything a person may choose for an encoding.

    Parameters
    ----------
    k : int
        Numbers in a code.
    model : str
        One of `MODELS`; "convnet" for images only.
    truth : str or None
        A column (an array of labels beside images) that is not encoded, to colour the map by and
        to judge the codes with.
    test : float
        Share of the rows that nothing is learned from, strictly between 0 and 1.
    epochs : int or None
        Most passes over the rows; None takes the usual number.
    seed : int
        Seed of every draw.
    numeric, binary, category, text, date, identifier, drop, missing, encoding
        How the table is read: see `ReadingOptions`.

    Raises
    ------
    FramingError
        For a choice that there is not.
    """

    k: int = 2
    model: str = "network"
    truth: str | None = None
    test: float = 0.2
    epochs: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_seed(self.seed)
        require_share(self.test)
        if self.k < 1:
            raise FramingError(f"-k is how many numbers a code has, at least 1; got {self.k}.")
        if self.model not in MODELS:
            raise FramingError(f"--model is one of {', '.join(MODELS)}; got {self.model!r}.")
        if self.epochs is not None and self.epochs < 1:
            raise FramingError(f"--epochs is at least 1; got {self.epochs}.")

    def differing(self) -> dict[str, Any]:
        """Those that are not the usual ones."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) != f.default}


@renamed(nothing="baseline_loss")
@dataclass(frozen=True)
class ColumnReconstruction:
    """What a column (or all of them) loses on rows never used.

    `loss` is the mean of a row, `baseline_loss` that of the code of no numbers, which decodes every
    row as the mean; `share` is what the code keeps of the difference between none and all.
    """

    name: str
    loss: float
    baseline_loss: float

    @property
    def share(self) -> float:
        """1 where nothing is lost, 0 where the code is no better than none."""
        return 1 - self.loss / self.baseline_loss if self.baseline_loss > 0 else 1.0


@dataclass(frozen=True)
class OutlierRow:
    """A row that is reconstructed badly: its place from 1, its loss, and where that comes from."""

    row: int
    name: str
    loss: float
    times: float
    because: str


@renamed(says="code_descriptions", odd="outliers")
@dataclass(frozen=True)
class EncodeResult:
    """All that `pellucid encode` found out: what the report shows and the command line prints.

    `codes` (n, k) and `losses` (n,) are of all rows in their order; `test` are the places of the
    rows never used. `squares` and `linear` compare, in squared error of the same numbers on those,
    the code with the best linear one. `code_descriptions` says for each number of the code which
    columns go with it. `probes` holds what the decoder of images says; `accuracy` is that of codes,
    of the rows themselves, and of the commonest label. Of rows in blocks, `codes`, `losses`,
    `labels` and `identifiers` are those of a sample, which stands at `places` of the source, and
    `measured` rows never used say what is kept.
    """

    settings: EncodeSettings
    source: str
    rows: int
    d: int
    columns: tuple[ColumnSummary, ...]
    features: tuple[str, ...]
    headline: str
    codes: Array
    losses: Array
    test: NDArray[np.intp]
    all_columns: ColumnReconstruction
    by_column: tuple[ColumnReconstruction, ...]
    squares: ColumnReconstruction
    linear: ColumnReconstruction
    code_descriptions: tuple[str, ...]
    outliers: tuple[OutlierRow, ...]
    labels: NDArray[Any] | None
    accuracy: tuple[float, float, float] | None
    probes: DecoderOutputs | None
    findings: tuple[Finding, ...]
    identifiers: dict[str, NDArray[Any]]
    machine: EncodingMachine
    seconds: float = 0.0
    places: NDArray[np.uint64] | None = None
    measured: int | None = None

    @property
    def measured_rows(self) -> int:
        """Rows never used, on which was measured what is kept."""
        return len(self.test) if self.measured is None else self.measured
