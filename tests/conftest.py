"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# Speed is shown in benchmarks, never in a test: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
