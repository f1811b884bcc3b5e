"""YAML files that people share, read safely: plain data only, and times stay as they were written.

Refused: tags, more than a few aliases, deep nesting, double keys, big files and ``${`` (no interpolation happens here).
Unlike YAML 1.1, ``12:30`` stays the text "12:30" (not 750), ``08`` and ``010`` stay texts, and dates stay texts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
MAX_ALIASES = 20

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):
    """Safe loader without base-60 numbers, octal numbers and dates, which refuses double keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in pairs if tag.rsplit(":", 1)[-1] in ("bool", "null", "merge")]
        for first, pairs in _Base.yaml_implicit_resolvers.items()
    }


def _mapping(loader: Any, node: Any, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag.endswith(":merge"):
            continue
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool) and key is not None:
            raise yaml.constructor.ConstructorError(None, None, "a list or mapping is no key", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' appears twice", key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}


_DECIMAL = r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?"
_NUMBER = _DECIMAL + r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(rf"^(?:{_NUMBER})$"), list("-+0123456789."))
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9_]*)$"), list("-+0123456789")
)
_PlainLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load_yaml(path: str | Path) -> Any:
    """Read one YAML document. Returns plain dicts, lists, texts, numbers, booleans and None.

    Raises ``InputError`` naming the file, the line where known, and what is not allowed.
    """
    path = Path(path)
    text = _text_of(path)
    try:
        _check(text, path.name)
        return yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(f"{path.name}{line}: not readable as YAML: {problem}") from None
    except ValueError as error:
        raise error if isinstance(error, InputError) else InputError(f"{path.name}: {error}") from None


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB; use CSV for long tables")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: not UTF-8 text") from None
    if "${" in text:
        line = text[: text.index("${")].count("\n") + 1
        raise InputError(f"{path.name}, line {line}: '${{' is not allowed; write the value itself")
    return text


def _check(text: str, file: str) -> None:
    """Look at the bare events first, so that nothing refused is ever built."""
    opened: list[str | None] = []
    aliases = documents = 0
    for event in yaml.parse(text, Loader=_Base):
        where = f"{file}, line {event.start_mark.line + 1}"
        if getattr(event, "tag", None) not in (None, "!"):
            raise InputError(f"{where}: the tag '{event.tag}' is not allowed; only plain data is")
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if event.anchor in opened:
                raise InputError(f"{where}: '*{event.anchor}' stands inside itself")
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            opened.pop()
        documents += isinstance(event, yaml.DocumentStartEvent)
        if len(opened) > MAX_DEPTH or aliases > MAX_ALIASES or documents > 1:
            limit = f"{MAX_DEPTH} levels, {MAX_ALIASES} aliases and one document"
            raise InputError(f"{where}: more than {limit} are not allowed")
