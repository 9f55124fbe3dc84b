"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pellucid.data.reading_options import ReadingOptions

Source = Annotated[str, Parameter(allow_leading_hyphen=True)]
Written = Annotated[str, Parameter(allow_leading_hyphen=True)]  # a formula may begin with a minus
Output = Annotated[Path | None, Parameter(name=["--output", "-o"], allow_leading_hyphen=True)]
Columns = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]

# The same options about reading for every command: declared once, in `ReadingOptions`.
Reading = Annotated[ReadingOptions, Parameter(name="*", negative="", consume_multiple=False)]
AS_FOUND = ReadingOptions()
