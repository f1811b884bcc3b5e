"""Tables for other programs: CSV, or Parquet where pyarrow is installed, with the output dictionary beside them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sim import plugins
from sim.errors import InputError
from sim.evidence import evidence_of
from sim.measures.dictionary import DICTIONARY
from sim.measures.entry import Entry, Table
from sim.runs.save import write_table
from sim.study.cells import inert
from sim.study.entries import ENTRIES

KINDS = (".csv", ".parquet")
KNOWN = {**DICTIONARY, **{entry.name: entry for entry in ENTRIES}}
KNOWN["measure"] = Entry("measure", "name", "Measure that the row is about; its own entry says what it means")


def check_target(path: Path) -> None:
    """Refuse a file that could not be written, before any work. Raises ``InputError``."""
    if path.suffix.lower() not in KINDS:
        raise InputError(f"--export {path}: must end in .csv or .parquet")
    if not path.parent.is_dir():
        raise InputError(f"--export {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise InputError(f"--export {path}: is a folder")
    if path.suffix.lower() == ".parquet":
        _pyarrow()


def export(table: Table, path: Path, measures: Iterable[str] = (), settings: Collection[str] = ()) -> list[Path]:
    """Write a table and ``NAME.dictionary.csv`` beside it, each whole or not at all, for their owner only; returns both.

    The dictionary has every column, and the ``measures`` that a column of names holds; ``settings`` are the columns that hold
    what an option sets. A Parquet file carries it in its columns too. Raises ``InputError`` and ``OSError``.
    """
    check_target(path)
    entries = {name: setting(name) if name in settings else entry_of(name) for name in [*table, *measures]}
    beside = path.with_name(f"{path.stem}.dictionary.csv")
    if path.suffix.lower() == ".parquet":
        write_whole(path, lambda draft: write_parquet(draft, table, entries))
    else:
        write_whole(path, lambda draft: write_table(draft, {n: [inert(c) for c in column] for n, column in table.items()}))
    names = ("name", "unit", "definition", "formula")
    write_whole(
        beside, lambda draft: write_table(draft, {name: [getattr(entry, name) for entry in entries.values()] for name in names})
    )
    return [path, beside]


def entry_of(name: str) -> Entry:
    """What a column means: an output, or a measure of a user's own.

    >>> entry_of("response_mean").unit, entry_of("officer_hours patrol").unit
    ('s', 'officer-h')
    """
    for known in (name, name.partition(" ")[0]):
        if known in KNOWN:
            found = KNOWN[known]
            return Entry(name, found.unit, found.definition, found.formula)
    own = plugins.MEASURES.get(name)
    return Entry(name, own.unit, own.definition) if own else Entry(name, "unknown", "Measure of a plugin, which says what it is")


def setting(key: str) -> Entry:
    """What a column with a setting of the options means.

    >>> setting("staffing.absence").unit, setting("dispatch").unit
    ('share', 'as set')
    """
    return Entry(key, str((evidence_of(key) or {}).get("unit", "as set")), "Setting of the option; pollday explain tells more")


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under another name, for its owner only, and then put it in its place. Raises ``OSError``."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        write(Path(draft))
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def has_parquet() -> bool:
    """Whether Parquet can be written here."""
    return find_spec("pyarrow") is not None


def write_parquet(path: Path, table: Table, entries: Mapping[str, Entry]) -> None:
    """Write a table with the meaning of every column in the file. Raises ``InputError`` without pyarrow."""
    pa, parquet = _pyarrow()
    columns = [pa.array(column) for column in table.values()]
    columns = [column.cast(pa.float64()) if pa.types.is_null(column.type) else column for column in columns]
    fields = [pa.field(name, column.type, metadata=_metadata(entries[name])) for name, column in zip(table, columns)]
    parquet.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), path)


def _metadata(entry: Entry) -> dict[str, str]:
    return {"unit": entry.unit, "definition": entry.definition, "formula": entry.formula}


def _pyarrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet module. Raises ``InputError`` where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise InputError("Parquet needs pyarrow: pip install 'pollday[parquet]'; .csv needs nothing") from None
    return pyarrow, pyarrow.parquet
