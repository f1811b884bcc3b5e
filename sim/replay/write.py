"""``replay.html``: one file that plays a run, or two beside each other, and needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from sim.demand.tape import Tape
from sim.errors import InputError
from sim.language import Language, sayable
from sim.replay.encode import encode
from sim.replay.packing import LETTERS, as_letters
from sim.replay.pools import check_share
from sim.replay.texts import KEYS, NEAR_SIGNS, SIGNS, page_words
from sim.replay.view import View
from sim.reports.frame import framed, templates
from sim.reports.page import MARKINGS
from sim.reports.write import write_whole
from sim.runs import Run

SCRIPTS = ("bytes.js", "world.js", "marks.js", "map.js", "timeline.js", "story.js", "panel.js", "main.js")
TABS = {
    "incidents": sayable("Incidents"), "compare": sayable("Differences"), "units": sayable("Units"), "areas": sayable("Areas"),
    "log": sayable("Log"), "filters": sayable("Filters"),
}  # fmt: skip
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "incidents": (
        sayable("Open incidents and tasks, the most urgent first"),
        (sayable("What and where"), sayable("State"), sayable("Open for")),
    ),
    "compare": (
        sayable("Where the response differs by a minute or more, the largest differences first"),
        (sayable("What and where"), "A", "B", sayable("B − A, min")),
    ),
    "units": (sayable("Units on duty, the busy ones first"), (sayable("Unit"), sayable("State"), sayable("Task"))),
    "areas": (
        sayable("Areas, most open incidents first"),
        (sayable("Area"), sayable("open"), sayable("wait for a unit"), sayable("units free"), sayable("coverage")),
    ),
    "log": (sayable("What the rooms were told, the latest first"), (sayable("Time"), sayable("What"), sayable("Where"))),
}
"""Lists beside the map: caption, headings."""
ROWS = {"incidents": "incident", "compare": "compare", "units": "unit", "areas": "area", "log": "log"}


def write_replay(runs: Sequence[Run], words: Language, share: str, target: Path) -> None:
    """Write the page of one run, or of two on the same tape. Raises ``InputError`` for two of different days, ``OSError``."""
    check_share(share)
    if len(runs) > 1:
        check_same_day(*runs)
    write_whole(target, render(runs, words, share).encode("utf-8"))


def check_same_day(one: Run, other: Run) -> None:
    """Raise ``InputError`` where two runs do not have the same tape on the same territory."""
    if one.manifest["digests"]["tape"] != other.manifest["digests"]["tape"] and not same_incidents(one.tape, other.tape):
        raise InputError(
            f"{other.folder}: its tape is not that of {one.folder}; two plans are compared on the same day\n"
            "run both with the same seed and replication, or with the same --tape"
        )
    if one.scenario.territory.digest() != other.scenario.territory.digest():
        raise InputError(f"{other.folder}: its territory is not that of {one.folder}; two plans are compared in the same place")
    if [cls.name for cls in one.scenario.classes] != [cls.name for cls in other.scenario.classes]:
        raise InputError(f"{other.folder}: its classes of incident are not those of {one.folder}")


def same_incidents(one: Tape, other: Tape) -> bool:
    """Whether two tapes are one day but for injects, and for incidents that only one of them has, as after a fork."""
    a, b = one.incidents, other.incidents
    _, mine, theirs = np.intersect1d(a.id, b.id, return_indices=True)
    equal = [np.array_equal(getattr(a, name)[mine], getattr(b, name)[theirs]) for name in ("at", "site", "cls")]
    return len(mine) > 0 and all(equal)


def render(runs: Sequence[Run], words: Language, share: str) -> str:
    """The page as one HTML text; the same runs give the same text."""
    views = [View(run, share) for run in runs]
    coded = [encode(view, words, alone=not i) for i, view in enumerate(views)]
    titles = titles_of(runs)
    for (header, _), title, view in zip(coded, titles, views):
        name_areas(header, view, words)
        header["title"] = title
    blobs = [(f"data{i}", Markup(as_letters(packed))) for i, (_, packed) in enumerate(coded)]
    whole = {
        "words": page_words(words, runs[0].scenario),
        "letters": LETTERS,
        "runs": [{"data": name, "size": len(packed), "header": header} for (name, _), (header, packed) in zip(blobs, coded)],
    }
    script = Markup('(() => {\n"use strict";\n' + "\n".join(_part(name) for name in SCRIPTS) + "})();\n")
    shown: dict[str, Any] = {
        "share": share, "title": " / ".join(titles), "titles": titles, "header": as_script(whole), "blobs": blobs,
        "script": script, "marking": words.say(MARKINGS[share]), "remarks": remarks(views[0], words), "row_names": ROWS,
        "keys": [(key, words.say(text)) for key, text in KEYS],
        "signs": [(cls, sign, words.say(text)) for cls, sign, text in SIGNS],
        "near_signs": [(cls, sign, words.say(text)) for cls, sign, text in NEAR_SIGNS],
        "classes": coverage_classes(words),
        "tabs": [(tab, words.say(text)) for tab, text in TABS.items() if tab != "compare" or len(runs) > 1],
        "tables": [table for table in tables(words) if table[0] != "compare" or len(runs) > 1],
    }  # fmt: skip
    return framed(templates("sim.replay", "page", words), "page.html", _part("page.css"), shown, [script])


def titles_of(runs: Sequence[Run]) -> list[str]:
    """What each run is called: its name, and where two are called the same, their folders' names."""
    names = [str(run.manifest.get("name", run.folder.name)) for run in runs]
    return names if len(set(names)) == len(names) else [run.folder.resolve().name for run in runs]


def name_areas(header: dict[str, Any], view: View, words: Language) -> None:
    """Put names in the reader's language into a header."""
    territory = view.run.scenario.territory
    for index, area in enumerate(header["areas"]):
        area["name"] = words.area(territory, index)
    labels = page_words(words, view.run.scenario)["phases"]
    for phase in header["phases"]:
        phase["label"] = labels[view.run.scenario.calendar.phases.index(phase["name"])]


def remarks(view: View, words: Language) -> str:
    """What a reader must know before believing the picture."""
    lines = []
    if view.run.scenario.territory.synthetic_sites:
        lines.append(words.say("Synthetic sites: no real polling centre is shown."))
    if not view.internal:
        lines.append(words.say("Places are shown by groups of at least five neighbouring centres."))
        hidden = int((~view.shown).sum())
        if hidden:
            lines.append(
                words.many(
                    "%(n)d area of fewer than five centres is not shown.",
                    "%(n)d areas of fewer than five centres are not shown.",
                    hidden,
                )
            )
    return " ".join(lines)


def coverage_classes(words: Language) -> list[tuple[str, str]]:
    """Classes of coverage on the map of a country (``COVER`` in page/map.js), the best first: style and text."""
    texts = [words.say("%(share)s or more", share=words.share(low)) for low in (0.99, 0.95, 0.9, 0.8)]
    return [(f"cover{4 - i}", text) for i, text in enumerate([*texts, words.say("less than %(share)s", share=words.share(0.8))])]


def tables(words: Language) -> list[tuple[str, str, list[str]]]:
    """Lists beside the map: name, caption, headings."""
    say = words.say
    return [(name, say(caption), [say(heading) for heading in headings]) for name, (caption, headings) in TABLES.items()]


def as_script(value: Any) -> Markup:
    """Plain data as JSON that nothing inside can end."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _part(name: str) -> str:
    return (files("sim.replay") / "page" / name).read_text(encoding="utf-8")
