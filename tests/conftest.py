"""What holds for all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

from evidence import Evidence

# Speed is shown in benchmarks, never in a test: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Each item of the notes' map is watched where its test runs."""
    config.pluginmanager.register(Evidence(config))
