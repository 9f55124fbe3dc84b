"""Model files: a safetensors payload with a JSON manifest. Loading one runs no code of the file.

Notes: Def 19, §1.0.7
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelFileError
from pellucid.storage.atomic_files import write_whole
from pellucid.storage.crash_recovery import finish_unfinished
from pellucid.storage.object_packing import Arrays, pack, unpack

FORMAT = "pellucid-model"
MANIFEST = "manifest"  # one entry only: safetensors writes several in no fixed order
VERSION = 1
LARGEST = 4 * 1024**3  # bytes; a larger file raises an error before anything is read
LARGEST_HEADER = 64 * 1024**2  # bytes of JSON, which take some ten times as many in memory
MOST_ENTRIES = 8_000_000  # commas and brackets of that JSON: each one costs an object


def save_model(model: object, path: str | os.PathLike[str]) -> None:
    """Save a registered model: estimators, encoders, or a whole `Machine`.

    Parameters
    ----------
    model : object
        An object of a class in `storage.registry`.
    path : path
        The file; it appears whole or not at all.

    Raises
    ------
    ModelFileError
        If the model holds something that a model file cannot.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, os, numpy as np
    >>> from pellucid.linear.ridge import Ridge
    >>> model = Ridge(lam=0.1).fit(np.arange(6.0).reshape(3, 2), np.arange(3.0))
    >>> file = os.path.join(tempfile.mkdtemp(), "m.pellucid")
    >>> save_model(model, file)
    >>> bool((load_model(file).coef_ == model.coef_).all())
    True

    Notes: Def 19
    """
    write_whole(path, packed_model(model))


def packed_model(model: object) -> bytes:
    """What a model file holds; errors as in `save_model`.

    Notes: Def 19
    """
    arrays: Arrays = {}
    packed = pack(model, arrays)
    payload = {key: _little(value) for key, value in arrays.items()}
    body = json.dumps(packed, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return signed_model(body, payload)


def signed_model(body: str, payload: Arrays) -> bytes:
    """A model file of this description (JSON) and these arrays, with its checksum."""
    from safetensors.numpy import save

    from pellucid import __version__

    manifest = {
        "format": FORMAT,
        "version": str(VERSION),
        "pellucid": __version__,
        "model": body,
        "sha256": _digest(body, payload),
    }
    return bytes(save(payload, metadata={MANIFEST: json.dumps(manifest, sort_keys=True)}))


def load_model(path: str | os.PathLike[str]) -> Any:
    """Load what `save_model` wrote, after checking form, version, size and checksum.

    Parameters
    ----------
    path : path
        A file written by `save_model`.

    Returns
    -------
    object
        The model, equal to the one saved.

    Raises
    ------
    ModelFileError
        If the file is absent, truncated, changed, foreign, too large or of a newer version.

    Notes: Def 19
    """
    body, arrays = described_model(_read(Path(path)), path)
    try:
        return unpack(json.loads(body), arrays)
    except ModelFileError:
        raise
    except Exception as error:
        raise ModelFileError(f"{path} does not describe a model: {error}.") from error


def described_model(raw: bytes, path: object = "the file") -> tuple[str, Arrays]:
    """The description (JSON) and the arrays in a model file's bytes, proved by its checksum.

    Errors as in `load_model`.
    """
    metadata, arrays = _open(raw, path)
    if metadata.get("format") != FORMAT:
        raise ModelFileError(f"{path} is a safetensors file but not a Pellucid model.")
    version = metadata.get("version", "")
    if not (version.isdecimal() and len(version) < 10 and int(version) <= VERSION):
        raise ModelFileError(
            f"{path} is of model-file version {version[:20]!r}; this Pellucid reads up "
            f"to {VERSION}. Upgrade Pellucid, or save the model again."
        )
    body = metadata.get("model", "")
    if sum(body.count(mark) for mark in ",[{") > MOST_ENTRIES:
        raise ModelFileError(f"{path} describes a model of more than {MOST_ENTRIES:,} parts.")
    if _digest(body, arrays) != metadata.get("sha256"):
        raise ModelFileError(f"{path} is damaged: its checksum does not match. Copy it again.")
    return body, arrays


def _read(path: Path) -> bytes:
    """The file's bytes, after a look at what it is: a pipe or a device has no end."""
    try:
        finish_unfinished(path.parent)
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            kind = "folder" if stat.S_ISDIR(found.st_mode) else "pipe, a socket or a device"
            raise ModelFileError(f"Cannot read the model {path}: it is a {kind}, not a file.")
        if found.st_size > LARGEST:
            raise ModelFileError(
                f"{path} has {found.st_size:,} bytes; model files end at {LARGEST:,}."
            )
        with path.open("rb") as stream:
            raw = stream.read(8)
            length = int.from_bytes(raw, "little")
            if length > min(LARGEST_HEADER, found.st_size):
                raise ModelFileError(
                    f"{path} is not a Pellucid model file, or it is truncated: a description of "
                    f"{length:,} bytes is announced; the file has {found.st_size:,}, and "
                    f"{LARGEST_HEADER:,} are the most."
                )
            return raw + stream.read(found.st_size)
    except OSError as error:
        raise ModelFileError(f"Cannot read the model {path}: {error.strerror or error}.") from error
    except ValueError as error:  # a path with a zero byte
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"Cannot read the model {str(path)!r}: {error}.") from error


def _open(raw: bytes, path: object) -> tuple[dict[str, str], Arrays]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    foreign = f"{path} is not a Pellucid model file, or it is truncated."
    try:
        length = int.from_bytes(raw[:8], "little")
        header = json.loads(raw[8 : 8 + length])
        arrays = load(raw)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise ModelFileError(foreign) from error
    except (RecursionError, MemoryError) as error:
        raise ModelFileError(f"{foreign} It is nested more deeply than a model.") from error
    metadata = header.get("__metadata__") if isinstance(header, dict) else None
    try:
        manifest = json.loads(metadata[MANIFEST])  # type: ignore[index]
        if not all(isinstance(value, str) for value in manifest.values()):
            raise TypeError("a manifest holds text")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFileError(f"{path} is a safetensors file but not a Pellucid model.") from error
    return manifest, arrays


def _little(value: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<")).reshape(value.shape)


def _digest(body: str, arrays: Arrays) -> str:
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass"))
    for key in sorted(arrays):
        value = arrays[key]
        digest.update(f"{key}:{value.dtype.str}:{value.shape}".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()
