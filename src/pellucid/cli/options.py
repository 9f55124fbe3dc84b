"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Source = Annotated[str, Parameter(allow_leading_hyphen=True)]
Output = Annotated[Path | None, Parameter(name=["--output", "-o"], allow_leading_hyphen=True)]
Columns = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
