"""Paper: cards to hand out, the director's list, and the log that the room keeps; pages that print without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.exercise.labels import KINDS, ROLES, what_happens
from sim.exercise.script import Script, ScriptInject
from sim.language import Language
from sim.reports.frame import framed, templates
from sim.reports.write import write_whole

SHEETS, ROWS = 4, 14
"""Sheets of the room's log, and lines on each."""


def write_paper(script: Script, words: Language, folder: Path) -> list[Path]:
    """Write ``NAME-cards-LANGUAGE.html`` and ``NAME-log-LANGUAGE.html``; returns both. Raises ``OSError``."""
    made = {"cards": cards_page(script, words), "log": log_page(script, words)}
    paths = {part: folder / f"{script.name}-{part}-{words.code}.html" for part in made}
    for part, text in made.items():
        write_whole(paths[part], text.encode("utf-8"))
    return list(paths.values())


def cards_page(script: Script, words: Language) -> str:
    """The director's list, with what is expected, and a card for each inject, without."""
    say = words.say
    headings = [say("No."), say("When"), say("Inject"), say("On the day"), say("Expected action"), say("Within")]
    cards = [_card(inject, words) for inject in sorted(script.injects, key=lambda one: (one.at, one.id))]
    shown = {"rehearses": script.rehearses.of(words.base), "debrief": script.debrief.of(words.base)}
    return _page("cards.html", script, words, {"headings": headings, "cards": cards, **shown})


def log_page(script: Script, words: Language) -> str:
    """Blank sheets on which the room writes what came in and what it decided."""
    say = words.say
    written = [say("Time"), say("What came in, from whom"), say("Card"), say("What was decided, by whom")]
    headings = [*written, say("Told to"), say("Done at")]
    return _page("log.html", script, words, {"headings": headings, "sheets": SHEETS, "rows": ROWS})


def _card(inject: ScriptInject, words: Language) -> dict[str, Any]:
    """One inject in the reader's language."""
    texts = {name: getattr(inject, name).of(words.base) for name in ("title", "text", "expected")}
    return {
        **texts,
        "number": words.number(inject.id),
        "when": words.clock(inject.at),
        "condition": inject.when,
        "kind": words.say(KINDS[inject.kind]),
        "sender": words.say(ROLES[inject.sender]),
        "receiver": words.say(ROLES[inject.receiver]),
        "within": words.minutes(inject.reply_time, 0),
        "done": what_happens(words, inject),
    }


def _page(template: str, script: Script, words: Language, shown: Mapping[str, Any]) -> str:
    pages = templates("sim.exercise", "page", words)
    style = pages.get_template("paper.css").render()
    return framed(pages, template, style, {"title": script.title.of(words.base), **shown})
