"""Which settings say where and when incidents come. Options of a study share them: nobody searches over places or times.

A setting is marked where it is defined (``SHOCK``). Levels (a regime, a rate) are not marked: how a worse day goes may be asked.
Gatherings are lawful, but disorder comes with them, so their places and hours are marked too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from sim.settings.base import SHOCK
from sim.settings.root import Settings

Shocks = dict[str, Any]


@cache
def _marked(cls: type) -> dict[str, bool]:
    """Fields of a settings class: whether each is marked."""
    hints = get_type_hints(cls, include_extras=True)
    return {f.name: get_origin(hints[f.name]) is Annotated and SHOCK in get_args(hints[f.name])[1:] for f in fields(cls)}


@cache
def holders() -> tuple[str, ...]:
    """Groups of the settings that hold any marked one."""
    return tuple(f.name for f in fields(Settings) if any(True for _ in _found(getattr(Settings(), f.name), f"{f.name}.")))


def shocks(settings: Settings) -> Shocks:
    """Places and times of shocks in some settings, by dotted key."""
    return {key: value for name in holders() for key, value in _found(getattr(settings, name), f"{name}.")}


def _found(value: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        for name, marked in _marked(value.__class__).items():
            inner = getattr(value, name)
            if marked:
                yield f"{prefix}{name}", inner
            elif is_dataclass(inner) or isinstance(inner, dict):
                yield from _found(inner, f"{prefix}{name}.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _found(inner, f"{prefix}{name}.")


def marked_keys() -> tuple[str, ...]:
    """Dotted keys of all marked settings; below a table, of its default entries."""
    return tuple(shocks(Settings()))
