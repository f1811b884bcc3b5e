"""Every text that the program says to planners, read from modules, page templates, the shipped studies and the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

from sim.resources import conf_dir
from sim.yamlfile import load_yaml

PACKAGE = Path(__file__).resolve().parents[1]
KEYWORDS = {"say": (1,), "many": (1, 2), "sayable": (1,)}
SYMBOLS = ("s", "m", "km", "km/h", "factor", "heads", "count", "clock", "s (median, 90th percentile)", "heads per unit")
"""Units of the evidence that the report writes out."""
_FIGURES = re.compile(r"x[\d.]+ to x|plus or minus ")
METHODS = {".py": "python", ".html": "jinja2.ext:babel_extract"}


@dataclass(frozen=True)
class Text:
    """One English text, its form for more than one thing if it counts, and the files that say it (below ``sim/``)."""

    one: str
    more: str | None
    files: tuple[str, ...]

    @property
    def id(self) -> str | tuple[str, str]:
        """The key of the text in a catalogue."""
        return self.one if self.more is None else (self.one, self.more)


def said(package: Path = PACKAGE) -> list[Text]:
    """All texts, in the order of the files that say them first. Raises ``ValueError`` where one text has two forms for many."""
    found: dict[str, Text] = {}
    files = sorted(p for suffix in METHODS for p in package.rglob(f"*{suffix}"))
    spoken = {path.relative_to(package).as_posix(): _texts_of(path) for path in files}
    if package == PACKAGE:
        spoken |= {f"conf/study/{path.name}": _texts_of_study(path) for path in sorted((conf_dir() / "study").glob("*.yaml"))}
        spoken["conf/evidence.yaml"] = _texts_of_evidence(conf_dir() / "evidence.yaml")
    for name, texts in spoken.items():
        for one, more in texts:
            old = found.get(one, Text(one, more, ()))
            if more and old.more and more != old.more:
                raise ValueError(f"{name}: '{one}' is '{more}' here and '{old.more}' in {old.files[0]}")
            where = old.files if name in old.files else (*old.files, name)
            found[one] = Text(one, old.more or more, where)
    return list(found.values())


def _texts_of(path: Path) -> Iterator[tuple[str, str | None]]:
    """(one, more) of each literal in the calls of one file."""
    if path.suffix == ".py" and not any(f"{word}(" in path.read_text(encoding="utf-8") for word in KEYWORDS):
        return
    with path.open("rb") as file:
        for _, message, _, _ in extract(METHODS[path.suffix], file, KEYWORDS, options={"silent": "false"}):
            yield message if isinstance(message, tuple) else (message, None)


def _texts_of_study(path: Path) -> Iterator[tuple[str, None]]:
    """The question of a shipped study and the names of its options."""
    study = load_yaml(path)
    for text in (study["question"], *study.get("options", ())):
        yield text, None


def _texts_of_evidence(path: Path) -> Iterator[tuple[str, None]]:
    """Units of the numbers, and ranges that are told in words."""
    for entry in load_yaml(path).values():
        for text in (entry.get("unit"), entry.get("range")):
            if isinstance(text, str) and text not in SYMBOLS and not _FIGURES.match(text):
                yield text, None
