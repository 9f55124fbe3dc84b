"""The command line.

Exit codes: 0 done; 1 the input does not allow it (one sentence on standard error says why); 2 the
command was not understood; 130 stopped by the keyboard.

Notes: §1.0.3
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line on `arguments` (those of the process when None), then exit."""
    from pellucid.cli.commands import app
    from pellucid.errors import PellucidError

    try:
        app(list(sys.argv[1:] if arguments is None else arguments), exit_on_error=True)
    except PellucidError as error:
        print(f"pellucid: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    except KeyboardInterrupt as stop:
        print("pellucid: stopped; nothing half-written was left behind.", file=sys.stderr)
        raise SystemExit(130) from stop
    except BrokenPipeError as closed:
        sys.stderr.close()
        raise SystemExit(0) from closed
