"""Ctrl-C that came where Python ignores exceptions is given again.

The exception is raised wherever the program is. In a destructor, or the callback of a weak
reference, of which imports make many, it would only be reported, and the program go on.

Notes: §1.0.3
"""

from __future__ import annotations

import _thread
import sys
import threading
from typing import Any

SOON = 0.05  # seconds, in which the callback has ended


def give_lost_interrupts_again() -> None:
    """From now on, an ignored KeyboardInterrupt is raised once more in the main thread."""
    earlier = sys.unraisablehook

    def noticed(ignored: Any) -> None:
        if not issubclass(ignored.exc_type, KeyboardInterrupt):
            earlier(ignored)
            return
        again = threading.Timer(SOON, _thread.interrupt_main)
        again.daemon = True
        again.start()

    sys.unraisablehook = noticed
