"""``docs/config.md``: every key of the configuration, made from the dataclasses and from conf/, so that it cannot drift."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from inspect import getdoc
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from sim.clock import format_time
from sim.commands.answer import written
from sim.commands.grammar import EXPERIMENT, groups
from sim.evidence import evidence_of
from sim.resources import conf_dir
from sim.settings import Settings, dump
from sim.settings.base import SHOCK, Clock

HEAD = """# Configuration

Everything that makes a day is a setting. A run takes a preset, options of groups and single values:

```
pollday run preset=dz-2017-national dispatch=reserve staffing.patrol_cars_factor=1.2 seed=3
```

- `GROUP=OPTION` takes another file of `conf/GROUP/`; options on the command line win over the preset.
- `KEY=VALUE` sets one value; `+KEY=VALUE` does the same. A wrong key is refused, with the nearest known one.
- Tables are merged (`staffing.fixed.police.day=12` leaves the rest), lists are replaced, `~KEY` takes an entry out of a table.
- Moments are written `20:00`, `"D-1 18:30"` or as seconds from 00:00 of polling day; durations are seconds, lengths metres.
- Keys that end in `_factor` multiply; shares lie between 0 and 1.
- Texts with letters beyond a-z stand in quotes: `name="'يوم'"`. Paths never need that.
- `pollday run --cfg job` prints the whole configuration, `pollday explain KEY` one key with its source.

This page is made from the code (`sim/settings/`, `conf/`); renew it with `python tests/conf/test_pages.py`.
"""
_BOUND = re.compile(r"(ge|gt|le|lt)=([-0-9.e+]+)")
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def as_markdown() -> str:
    """The whole page."""
    lines = [HEAD, "## Groups and their options", "", "| group | options |", "|---|---|"]
    for folder in (conf_dir() / name for name in sorted((*groups(), EXPERIMENT))):
        options = (f"`{o.stem}` ({_first_line(o.read_text(encoding='utf-8'))})" for o in sorted(folder.glob("*.yaml")))
        lines.append(f"| `{folder.name}` | {', '.join(options)} |")
    lines += ["", "## The top", "", *_prose(Settings), "", *_table(Settings, "", dump(Settings()))]
    for f in fields(Settings):
        group = get_type_hints(Settings)[f.name]
        if is_dataclass(group):
            lines += ["", f"## {f.name}", "", *_section(group, f.name, dump(Settings())[f.name])]
    return "\n".join(lines) + "\n"


def _first_line(text: str) -> str:
    comment = next((line for line in text.splitlines() if line.startswith("#") and "@package" not in line), "#")
    return comment.lstrip("# ").rstrip(".").replace("|", "/")


def _section(cls: Any, key: str, plain: Mapping[str, Any]) -> Iterator[str]:
    """Prose and keys of one dataclass, then those inside it."""
    yield from _prose(cls)
    yield ""
    yield from _table(cls, f"{key}.", plain)
    for name, hint in get_type_hints(cls).items():
        if isinstance(hint, type) and is_dataclass(hint):
            yield from ("", f"### {key}.{name}", "")
            yield from _section(hint, f"{key}.{name}", plain[name])
            continue
        inner = next((part for part in get_args(hint) if isinstance(part, type) and is_dataclass(part)), None)
        if inner is not None:
            yield from ("", f"### {key}.{name}.NAME", "")
            yield from _prose(inner)
            yield from ("", *_keys_only(inner))


def _prose(cls: Any) -> list[str]:
    return (getdoc(cls) or "").replace("``", "`").splitlines()


def _table(cls: Any, prefix: str, plain: Mapping[str, Any]) -> Iterator[str]:
    rows = [(f.name, unmarked(get_type_hints(cls, include_extras=True)[f.name])) for f in fields(cls)]
    rows = [(name, hint) for name, hint in rows if not (isinstance(hint, type) and is_dataclass(hint))]
    if not rows:
        return
    yield from ("| key | default | allowed | unit | evidence |", "|---|---|---|---|---|")
    for name, hint in rows:
        entry = evidence_of(prefix + name) or _of_first_leaf(prefix + name, plain[name]) or {}
        unit, tag = entry.get("unit", ""), entry.get("tag", "")
        yield f"| `{prefix}{name}` | {_value(plain[name], hint)} | {allowed(hint)} | {unit} | {tag} |"


def _of_first_leaf(key: str, value: Any) -> dict[str, Any] | None:
    """Evidence of the first entry of a table."""
    while isinstance(value, Mapping) and value:
        name, value = next(iter(value.items()))
        key = f"{key}.{name}"
    return evidence_of(key)


def _keys_only(cls: Any) -> Iterator[str]:
    yield from ("| key | allowed |", "|---|---|")
    for name, hint in get_type_hints(cls, include_extras=True).items():
        yield f"| `{name}` | {allowed(unmarked(hint))} |"


def unmarked(hint: Any) -> Any:
    """A type hint without the mark of places and times of shocks."""
    if get_origin(hint) is not Annotated or SHOCK not in get_args(hint)[1:]:
        return hint
    kind, *rest = (part for part in get_args(hint) if part != SHOCK)
    return Annotated.__class_getitem__((kind, *rest)) if rest else kind


def _value(value: Any, hint: Any) -> str:
    if hint == Clock and isinstance(value, int | float):
        return format_time(value)
    if isinstance(value, Mapping):
        body = ", ".join(f"{k}: {_cell(v)}" for k, v in value.items())
        return f"{{{body}}}" if 0 < len(body) <= 90 else f"a table of {len(value)}" if value else "empty"
    if isinstance(value, list):
        text = ", ".join(_cell(v) for v in value)
        return f"[{text}]" if len(text) <= 60 else f"a list of {len(value)}"
    return _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | Mapping):
        return _value(value, None)
    return written(value).replace(",", "") if isinstance(value, int) else str(value)


def allowed(hint: Any) -> str:
    """What a type hint allows, in words."""
    if hint == Clock:
        return "a moment"
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        bounds = " ".join(f"{_SIGNS[sign]} {float(number):g}" for sign, number in _BOUND.findall(repr(args[1:])))
        return f"{allowed(args[0])} {bounds}".strip()
    if origin is Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if origin is dict:
        return f"table of {allowed(args[1])}"
    if origin is tuple:
        number = "any number" if args[-1] is Ellipsis else len(args)
        return f"list: {number} of {allowed(args[0])}"
    if args:
        return " or ".join("null" if arg is type(None) else allowed(arg) for arg in args)
    names = {float: "number", int: "whole number", bool: "true, false", str: "text", Any: "anything"}
    return names.get(hint, "table" if is_dataclass(hint) else str(getattr(hint, "__name__", hint)))
