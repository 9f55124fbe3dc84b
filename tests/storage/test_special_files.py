"""Model files that are no files, announce more than they hold, or are nested without end."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from pellucid.errors import ModelFileError
from pellucid.storage import load_model
from pellucid.storage.model_file import FORMAT, LARGEST_HEADER, MOST_ENTRIES

MANIFEST = {"format": FORMAT, "version": "1", "pellucid": "0.1.0", "model": "1", "sha256": ""}


@contextmanager
def within(seconds: int) -> Iterator[None]:
    def late(*_: Any) -> None:
        raise AssertionError(f"not done within {seconds} s")

    if not hasattr(signal, "SIGALRM"):  # Windows
        yield
        return
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes and devices by path")
def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.pellucid"
    os.mkfifo(pipe)
    link = tmp_path / "link.pellucid"
    link.symlink_to(pipe)
    for path in (pipe, link, Path("/dev/zero"), Path("/dev/null")):
        with within(5), pytest.raises(ModelFileError, match="pipe, a socket or a device"):
            load_model(path)


def test_a_path_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(ModelFileError, match="Cannot read the model"):
        load_model("a\0b")


@pytest.mark.parametrize("length", [2**63, LARGEST_HEADER + 1, 1000])
def test_a_header_longer_than_its_file_or_than_any_model_is_not_read(
    length: int, tmp_path: Path
) -> None:
    path = tmp_path / "m.pellucid"
    path.write_bytes(length.to_bytes(8, "little") + b"{}")
    if length == LARGEST_HEADER + 1:  # a file with a hole: small on the disk
        os.truncate(path, 2 * LARGEST_HEADER)
    with within(10), pytest.raises(ModelFileError, match="is announced"):
        load_model(path)


@pytest.mark.parametrize(
    "manifest",
    [
        "[" * 200_000 + "]" * 200_000,
        json.dumps({**MANIFEST, "version": "9" * 5000}),
        json.dumps({**MANIFEST, "version": "²"}),
        json.dumps({**MANIFEST, "model": "\ud800"}),
        json.dumps({**MANIFEST, "model": "[" * 100_000}),
        json.dumps({**MANIFEST, "model": "[" + "[]," * (MOST_ENTRIES // 2) + "[]]"}),
        json.dumps([MANIFEST]),
    ],
    ids=["deep", "long version", "superscript", "surrogate", "deep model", "many parts", "list"],
)
def test_a_manifest_that_is_none_is_refused(manifest: str, tmp_path: Path) -> None:
    path = tmp_path / "m.pellucid"
    path.write_bytes(bytes(save({"a": np.zeros(1)}, metadata={"manifest": manifest})))
    with within(20), pytest.raises(ModelFileError):
        load_model(path)


@given(st.binary(max_size=200), st.integers(0, 120))
def test_whatever_the_bytes_are_the_error_is_ours(noise: bytes, at: int) -> None:
    whole = bytes(save({"a": np.zeros(2)}, metadata={"manifest": json.dumps(MANIFEST)}))
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"pellucid-noise-{os.getpid()}"
    try:
        for content in (noise, whole[:at] + noise + whole[at + len(noise) :]):
            path.write_bytes(content)
            with pytest.raises(ModelFileError):
                load_model(path)
    finally:
        path.unlink()
