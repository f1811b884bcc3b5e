"""What no native reader has read yet: the lists of docs/languages.md.

A translation counts as read when a comment ``# reviewed: who, when`` stands above it in its catalogue; a term when its row in
``terms.csv`` names the language in the column ``reviewed``.
"""

from __future__ import annotations

import csv

from babel.messages.catalog import Message

from sim.language.catalogue import CATALOGUES, COMPLETE, LANGUAGES, base_of, read_catalogue

MARK = "reviewed"
COUNTRIES = tuple(code for code in LANGUAGES if base_of(code) != code)
NAMES = {"en": "English", "fr": "French", "ar": "Arabic", "ar_DZ": "Algeria", "ar_LY": "Libya", "ar_MA": "Morocco"}


def glossary() -> list[str]:
    """The terms of the field as a table; ``*`` marks what no native reader has read."""
    rows = csv.DictReader((CATALOGUES / "terms.csv").read_text(encoding="utf-8").splitlines())
    lines = _table([NAMES[code] for code in ("en", *COMPLETE, *COUNTRIES)])
    for row in rows:
        read = row[MARK].split()
        cells = [f"{row[c]}{'' if c in read else ' *'}" if row[c] else "" for c in (*COMPLETE, *COUNTRIES)]
        lines.append(_row([row["en"], *cells]))
    return lines


def unread() -> list[str]:
    """Every translation that no native reader has read, as tables: the complete languages, then each country's own texts."""
    catalogues = {code: read_catalogue(code) for code in LANGUAGES}
    lines = _table([NAMES[code] for code in ("en", *COMPLETE)])
    for message in catalogues[COMPLETE[0]]:
        cells = [_shown(catalogues[code].get(_one(message))) for code in COMPLETE]
        if message.id and any(cells):
            lines.append(_row([_one(message), *cells]))
    for code in COUNTRIES:
        own = [(m, _shown(m)) for m in catalogues[code] if m.id]
        lines += ["", f"Texts of {NAMES[code]}'s own:", "", *_table([NAMES["en"], NAMES[code]])]
        lines += [_row([_one(message), text]) for message, text in own if text]
    return lines


def counts() -> dict[str, tuple[int, int]]:
    """Language -> translations, and how many of them a native reader has read."""
    found = {}
    for code in (*COMPLETE, *COUNTRIES):
        messages = [message for message in read_catalogue(code) if message.id]
        found[code] = (len(messages), sum(_is_read(message) for message in messages))
    return found


def page_parts() -> dict[str, str]:
    """The generated parts of docs/languages.md by name."""
    states = [f"| {NAMES[code]} | {total} | {read} |" for code, (total, read) in counts().items()]
    state = ["| catalogue | texts | read by a native reader |", "|---|---|---|", *states]
    return {"state": "\n".join(state), "glossary": "\n".join(glossary()), "unread": "\n".join(unread())}


def _is_read(message: Message) -> bool:
    return any(comment.startswith(f"{MARK}:") for comment in message.user_comments)


def _shown(message: Message | None) -> str:
    """A translation, its forms one after another; empty where it was read or is missing."""
    if message is None or _is_read(message):
        return ""
    return message.string if isinstance(message.string, str) else " / ".join(message.string)


def _one(message: Message) -> str:
    one: str = message.id if isinstance(message.id, str) else message.id[0]
    return one


def _table(heads: list[str]) -> list[str]:
    return [_row(heads), "|" + "---|" * len(heads)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
