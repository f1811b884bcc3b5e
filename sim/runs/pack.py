"""Frozen dataclasses as open files: arrays into one ``.npz``, everything else into one ``.json`` beside it."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

T = TypeVar("T")
Arrays = dict[str, NDArray[np.generic]]
LATER_FIELDS = ("later", "first")
"""Fields of scenarios and loops that runs of earlier versions do not have: their defaults are what those runs did."""


def pack(thing: Any, prefix: str = "") -> tuple[Arrays, dict[str, Any]]:
    """Split a dataclass into its arrays, by dotted field name, and its other values, as nested plain data."""
    arrays: Arrays = {}
    plain: dict[str, Any] = {}
    for f in fields(thing):
        value = getattr(thing, f.name)
        if isinstance(value, np.ndarray):
            arrays[f"{prefix}{f.name}"] = value
        elif is_dataclass(value):
            inner, plain[f.name] = pack(value, f"{prefix}{f.name}.")
            arrays |= inner
        else:
            plain[f.name] = _plain(value)
    return arrays, plain


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return pack(value)[1]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def unpack(cls: type[T], arrays: Mapping[str, NDArray[np.generic]], plain: Mapping[str, Any], prefix: str = "") -> T:
    """Put a dataclass together again from what ``pack`` gave. Raises ``KeyError`` or ``ValueError`` for what is not one."""
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    for f in fields(cls):  # type: ignore[arg-type]
        hint, name = hints[f.name], f"{prefix}{f.name}"
        if name in arrays:
            values[f.name] = arrays[name]
        elif f.name not in plain and f.name in LATER_FIELDS:
            continue
        elif isinstance(hint, type) and is_dataclass(hint):
            values[f.name] = unpack(hint, arrays, plain[f.name], f"{name}.")
        else:
            values[f.name] = _typed(plain[f.name], hint)
    return cls(**values)


def _typed(value: Any, hint: Any) -> Any:
    """Plain data as the type hint wants it: tuples for lists, dataclasses for mappings, floats for their text."""
    args = get_args(hint)
    if value is None:
        return None
    if isinstance(value, str) and (hint is float or float in args):
        return float(value)
    if isinstance(value, list):
        inner = [args[0]] * len(value) if len(args) == 2 and args[1] is Ellipsis else [*args, *[Any] * len(value)]
        return tuple(_typed(v, h) for v, h in zip(value, _members(hint, inner), strict=False))
    if isinstance(value, dict) and isinstance(hint, type) and is_dataclass(hint):
        return unpack(hint, {}, value)
    if isinstance(value, dict):
        of = args[1] if get_origin(hint) is dict else Any
        return {k: _typed(v, of) for k, v in value.items()}
    return value


def _members(hint: Any, inner: list[Any]) -> list[Any]:
    """Hints of a tuple's members, also inside ``tuple[...] | None``."""
    if get_origin(hint) is tuple:
        return inner
    found = next((arg for arg in get_args(hint) if get_origin(arg) is tuple), None)
    if found is None:
        return [Any] * len(inner)
    args = get_args(found)
    return [args[0]] * len(inner) if len(args) == 2 and args[1] is Ellipsis else [*args, *[Any] * len(inner)]


def write_json(path: Path, value: Any) -> None:
    """Write plain data as JSON, UTF-8, without NaN."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read JSON. Raises ``InputError`` for a file that is missing or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: is no JSON ({error})") from None


def write_arrays(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write arrays by name into one compressed ``.npz``; the same arrays give the same bytes.

    NumPy's own writer compresses harder: four times as long for a tenth of the size.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)


def read_arrays(path: Path) -> Arrays:
    """Read all arrays of an ``.npz``. Raises ``InputError`` for a file that is missing or no such file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise InputError(f"{path}: is missing") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None


def save(thing: Any, folder: Path, name: str) -> None:
    """Write a dataclass as ``name.npz`` and ``name.json``."""
    arrays, plain = pack(thing)
    write_arrays(folder / f"{name}.npz", arrays)
    write_json(folder / f"{name}.json", plain)


def load(cls: type[T], folder: Path, name: str) -> T:
    """Read what ``save`` wrote. Raises ``InputError`` for files that are missing or hold something else."""
    arrays, plain = read_arrays(folder / f"{name}.npz"), read_json(folder / f"{name}.json")
    try:
        return unpack(cls, arrays, plain)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder / name}.json: is no {cls.__name__.lower()} of this version ({error})") from None
