"""The command line.

Exit codes: 0 done; 1 the input does not allow it (one sentence on standard error says why); 2 the
command was not understood; 130 stopped by the keyboard.

Notes: §1.0.3
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import sys
from collections.abc import Sequence

from pellucid.cli import start_time  # loaded first: its import is the beginning

# OpenMP reads it when the first engine loads it: its threads sleep while they wait. Awake, on a
# machine that others use too, they keep those from running that they wait for.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def run() -> None:
    """Run the command line as this process's whole work, and end the process.

    What was loaded is not taken down piece by piece, which would keep a person waiting a second.
    """
    from pellucid.cli.lost_interrupts import give_lost_interrupts_again
    from pellucid.memory import collect_rarely

    collect_rarely()
    give_lost_interrupts_again()
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line on `arguments` (those of the process when None), then exit."""
    from pellucid.errors import PellucidError

    if arguments is not None:
        start_time.restart_clock()
    _speak_every_letter()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if {"--version", "--verbose"} == set(given):
        from pellucid.cli.versions import show_versions

        show_versions()
        raise SystemExit(0)
    try:
        from pellucid.cli.commands import app  # takes a while, in which the keyboard may stop it

        try:
            app(given, exit_on_error=True)
        finally:
            sys.stdout.flush()  # here, where a full disk can still be answered
    except PellucidError as error:
        print(f"pellucid: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    except KeyboardInterrupt as stop:
        further = f" {stop}" if str(stop) else ""
        print(f"pellucid: stopped; nothing half-written was left behind.{further}", file=sys.stderr)
        raise SystemExit(130) from stop
    except BrokenPipeError as closed:
        sys.stderr.close()
        raise SystemExit(0) from closed
    except OSError as error:
        if not _output_failed(error):
            raise
        _give_up_output()
        print(
            f"pellucid: standard output cannot be written: {error.strerror or error}. Files named "
            "with -o are complete; free some space, or send the output elsewhere.",
            file=sys.stderr,
        )
        raise SystemExit(1) from error


def _output_failed(error: OSError) -> bool:
    """Whether a write to an open stream failed; errors of files carry the file's name."""
    return error.filename is None and error.errno in (errno.ENOSPC, errno.EIO, errno.EFBIG)


def _give_up_output() -> None:
    """What is still buffered goes nowhere, so that the interpreter's last flush says nothing."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _speak_every_letter() -> None:
    """Let θ, λ and ≥ pass through a console or a pipe of another encoding, as Windows has them.

    A file or another program gets UTF-8; a terminal that lacks a letter shows a question mark.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper) or stream.encoding.lower() == "utf-8":
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8")
