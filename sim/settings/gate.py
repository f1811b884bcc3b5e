"""The gate: plain values (from YAML, the command line, a stored run) become frozen settings, or one clear error.

Hydra lets ``+staffing.respons_teams=5`` and -3 teams pass; nothing passes here that the dataclasses do not allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from sim.errors import InputError, nearest

T = TypeVar("T")
SHOWN = 2
"""Mistakes shown one by one; the rest is counted, so that a message never has more than three lines."""


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(cls: type[T]) -> TypeAdapter[T]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def read(plain: Mapping[str, Any], cls: type[T], source: str = "") -> T:
    """Make settings of class ``cls`` from nested plain values; what is left out takes its default.

    Raises ``InputError`` of at most three lines: key, value, what is allowed, and the nearest known key. ``source`` (a
    file) stands before each.
    """
    try:
        result = _adapter(cls).validate_python(dict(plain))
    except ValidationError as error:
        raise InputError(plain_words(error, cls, source)) from None
    looked_at = {str(name) for name, value in plain.items() if isinstance(value, Mapping | list | tuple | bool)}
    wrong = list(_silent(plain, _adapter(cls).dump_python(result, mode="json", include=looked_at)))
    if wrong:
        raise InputError(_lines(wrong, source))
    return result


def plain_words(error: ValidationError, cls: type, source: str = "") -> str:
    """What is wrong with the values of a settings class, in at most three lines; ``source`` stands before each."""
    return _lines([_line(cls, e) for e in error.errors()], source)


def dump(settings: object) -> dict[str, Any]:
    """Settings as nested plain values, ready for JSON or YAML; ``read`` gives equal settings back."""
    values: dict[str, Any] = _adapter(type(settings)).dump_python(settings, mode="json")
    return values


def model_text(settings: object) -> bytes:
    """Everything in some settings that can change a result, as JSON: all but the name they run under."""
    return _adapter(type(settings)).dump_json(settings, exclude={"name"})


def _lines(lines: list[str], source: str) -> str:
    head = f"{source}: " if source else ""
    shown = list(dict.fromkeys(f"{head}{line}" for line in lines))
    rest = len(shown) - SHOWN
    return "\n".join(shown if rest <= 1 else [*shown[:SHOWN], f"… and {rest} more mistakes"])


def _line(cls: type, error: Any) -> str:
    """One pydantic error in words people use."""
    kind, path = error["type"], [part for part in error["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in path)
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{key}: unknown key{_nearest_key(cls, path)}"
    if kind == "unexpected_positional_argument":
        return f"{_short(error['input'])}: write key=value"
    if kind in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"{key}: is missing"
    if kind in ("dataclass_type", "dict_type"):
        return f"{key or 'settings'}: {_short(error['input'])} is no group of keys, such as {{key: value}}"
    problem = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    problem = problem.replace("Input should be", "must be").replace("Input should have", "must have")
    if kind == "literal_error":
        problem += nearest(str(error["input"]), _quoted(str(error["ctx"]["expected"])))
    if kind in ("value_error", "assertion_error") and not problem.startswith("must be one of "):
        return f"{key}: {problem}" if key else problem
    return f"{key}={_short(error['input'])}: {problem[0].lower()}{problem[1:]}"


def _short(value: object) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _quoted(text: str) -> list[str]:
    return text.split("'")[1::2]


def _nearest_key(cls: type, path: list[Any]) -> str:
    """The nearest key beside an unknown one, or else the same word anywhere in the settings."""
    owner = _owner(cls, [str(part) for part in path[:-1]])
    siblings = [f.name for f in fields(owner)] if owner is not None else []
    word, prefix = str(path[-1]), "".join(f"{part}." for part in path[:-1])
    elsewhere = {name.rsplit(".", 1)[-1]: name for name in known_keys(cls)}
    if word in elsewhere:
        return f" (did you mean '{elsewhere[word]}'?)"
    hint = nearest(word, siblings)
    if hint:
        return hint.replace("'", f"'{prefix}", 1)
    hint = nearest(word, elsewhere)
    return f" (did you mean '{elsewhere[hint.split(chr(39))[1]]}'?)" if hint else _allowed(siblings)


def _allowed(siblings: list[str]) -> str:
    return f"; allowed: {', '.join(siblings)}" if 0 < len(siblings) <= 20 else ""


def _owner(cls: Any, path: list[str]) -> Any:
    """The dataclass that stands at a path of keys; a key of a dict or a place in a list leads to what it holds."""
    here: Any = cls
    for part in path:
        if isinstance(here, type) and is_dataclass(here):
            here = get_type_hints(here).get(part)
        else:
            here = next((arg for arg in get_args(here)[::-1] if _dataclass_in(arg) is not None), None)
    return _dataclass_in(here)


def _dataclass_in(hint: Any) -> Any:
    """The dataclass inside a type hint: of ``X | None``, of the values of a dict, of the members of a tuple."""
    if is_dataclass(hint):
        return hint
    return next((found for part in get_args(hint) if (found := _dataclass_in(part)) is not None), None)


def in_table(cls: type, key: str) -> bool:
    """Whether a dotted key names an entry of a table (a dict), which may be taken out, and not a key of a group."""
    here: Any = cls
    *path, _ = key.split(".")
    for part in path:
        if isinstance(here, type) and is_dataclass(here):
            here = get_type_hints(here).get(part)
        else:
            here = _table(here)[-1] if _table(here) else None
    return bool(_table(here))


def _table(hint: Any) -> tuple[Any, ...]:
    """Types of key and value of a table's hint, also of ``table | None``; empty for anything else."""
    found = (part for part in (hint, *get_args(hint)) if get_origin(part) is dict)
    return next((get_args(part) for part in found), ())


@cache
def known_keys(cls: type) -> tuple[str, ...]:
    """Every dotted key of a settings class, groups included; keys below a dict are left out."""
    return tuple(_keys(cls, ""))


def _keys(cls: type, prefix: str) -> Iterator[str]:
    hints = get_type_hints(cls)
    for f in fields(cls):
        yield f"{prefix}{f.name}"
        if isinstance(hints[f.name], type) and is_dataclass(hints[f.name]):
            yield from _keys(hints[f.name], f"{prefix}{f.name}.")


def _silent(given: Any, taken: Any, key: str = "") -> Iterator[str]:
    """Yes and no that were taken for the numbers 1 and 0."""
    if isinstance(given, Mapping) and isinstance(taken, Mapping):
        for name, value in given.items():
            if str(name) in taken:
                yield from _silent(value, taken[str(name)], f"{key}.{name}" if key else str(name))
    elif isinstance(given, list | tuple) and isinstance(taken, list):
        for i, (a, b) in enumerate(zip(given, taken, strict=False)):
            yield from _silent(a, b, f"{key}.{i}")
    elif isinstance(given, bool) and not isinstance(taken, bool):
        yield f"{key}={str(given).lower()}: must be a number"
