"""Model files: whole or refused; no code runs on loading."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import ModelFileError, OutputError
from pellucid.linear.ridge import Ridge
from pellucid.storage import load_model, save_model, write_whole
from pellucid.storage.object_packing import MAX_DEPTH, pack, unpack


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    X = np.random.default_rng(0).normal(size=(20, 3))
    model = Ridge(lam=0.1).fit(X, X @ [1.0, 2.0, 3.0] + 4)
    save_model(model, tmp_path / "m.pellucid")
    return tmp_path / "m.pellucid"


def test_a_model_comes_back_equal(saved: Path) -> None:
    X = np.random.default_rng(0).normal(size=(20, 3))
    model = Ridge(lam=0.1).fit(X, X @ [1.0, 2.0, 3.0] + 4)
    back = load_model(saved)
    assert back.get_params() == model.get_params()
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    assert str(back.explain()) == str(model.explain())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_plain_values_round_trip_through_json(value: Any) -> None:
    arrays: dict[str, Any] = {}
    again = unpack(json.loads(json.dumps(pack(value, arrays), allow_nan=False)), arrays)
    assert repr(again) == repr(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.array(3.5),
        np.array([True, False]),
        np.array(["a", "β", ""]),
        np.array(["a", None, 3], dtype=object),
        np.array(["2020-01-01", "NaT"], dtype="datetime64[us]"),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.empty((0, 4)),
    ],
    ids=lambda a: str(a.dtype),
)
def test_arrays_keep_kind_shape_and_values(array: np.ndarray) -> None:
    arrays: dict[str, Any] = {}
    again = unpack(json.loads(json.dumps(pack(array, arrays))), arrays)
    assert again.dtype.kind == array.dtype.kind
    assert again.shape == array.shape
    np.testing.assert_array_equal(again, array)


def test_foreign_objects_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"cannot hold a .*Path"):
        save_model(Path("x"), tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


@given(st.data())
def test_a_changed_byte_is_refused_or_harmless(data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.pellucid"
        save_model(Ridge().fit(np.eye(4), np.arange(4.0)), path)
        raw = bytearray(path.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= data.draw(st.integers(1, 255))
        cut = data.draw(st.sampled_from([len(raw), at]))
        path.write_bytes(bytes(raw[:cut]))
        try:
            model = load_model(path)
        except ModelFileError:
            return
        assert model.lam == Ridge().lam  # only a comment field (the writer's version) may differ


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_our_error(raw: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.pellucid"
        path.write_bytes(raw)
        with pytest.raises(ModelFileError):
            load_model(path)


def test_a_foreign_safetensors_file_says_so(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"w": np.ones(3)}, tmp_path / "w.safetensors")
    with pytest.raises(ModelFileError, match="not a Pellucid model"):
        load_model(tmp_path / "w.safetensors")


def test_an_absent_file_and_a_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No such file"):
        load_model(tmp_path / "none")
    with pytest.raises(ModelFileError, match="folder"):
        load_model(tmp_path)


def test_a_newer_version_and_an_oversized_file_are_refused(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pellucid.storage import model_file

    monkeypatch.setattr(model_file, "LARGEST", 10)
    with pytest.raises(ModelFileError, match="bytes"):
        load_model(saved)
    monkeypatch.undo()
    monkeypatch.setattr(model_file, "VERSION", 0)
    with pytest.raises(ModelFileError, match="Upgrade"):
        load_model(saved)


def test_a_class_outside_the_registry_is_never_imported() -> None:
    with pytest.raises(ModelFileError, match="does not know"):
        unpack({"$object": "os.system", "state": None}, {})


def test_a_full_disk_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "f.txt"
    write_whole(target, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["f.txt"]


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        write_whole(tmp_path / "file" / "below", "x")


def _in_objects(value: Any) -> Any:
    held = np.empty(1, dtype=object)
    held[0] = value
    return held


NESTED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "list": (lambda v: [v], lambda p: [p]),
    "tuple": (lambda v: (v,), lambda p: {"$tuple": [p]}),
    "value of a dictionary": (lambda v: {"k": v}, lambda p: {"$dict": [["k", p]]}),
    "array of objects": (_in_objects, lambda p: {"$objects": [p], "shape": [1], "dtype": "O"}),
    "estimator": (lambda v: Ridge(lam=v), None),
}


@pytest.mark.parametrize("kind", NESTED)
def test_what_is_nested_is_held_to_a_depth_and_refused_beyond(kind: str) -> None:
    """Each way of nesting counts: 32 deep is written, and read back 64 deep at the most."""
    nest, nest_packed = NESTED[kind]
    levels = 3 if kind == "estimator" else 1
    value: Any = 0
    for _ in range(MAX_DEPTH // levels):
        value = nest(value)
    packed = pack(value, {})
    assert repr(unpack(packed, {})) == repr(value)
    for _ in range(levels):
        value = nest(value)
    with pytest.raises(ModelFileError, match="nested more deeply"):
        pack(value, {})
    if nest_packed is None:
        return
    read: Any = 0
    for _ in range(2 * MAX_DEPTH // levels):
        read = nest_packed(read)
    unpack(read, {})
    for _ in range(levels):
        read = nest_packed(read)
    with pytest.raises(ModelFileError, match="nested too deeply"):
        unpack(read, {})
