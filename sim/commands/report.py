"""``pollday report``: one page for a planner from a stored study, finished or not."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Collection, Sequence
from pathlib import Path

from sim.commands.answer import INTERNAL, Answer
from sim.errors import InputError, nearest
from sim.language import language_of
from sim.reports.data import Report, read_report
from sim.reports.export import kinds_of, write_figures
from sim.reports.write import write_report

WORDS = {"language": "en", "share": "restricted", "baseline": ""}
"""Words that the command takes, with what stands if they are left out."""


def report(args: Namespace) -> Answer:
    """Write the report of one study. Raises ``InputError`` for a folder that holds none and for words it does not know."""
    folders, asked = told(args.words)
    if len(folders) != 1:
        raise InputError("name one study by its folder, such as `pollday report national-staffing language=fr`")
    words = language_of(asked["language"])
    kinds = [] if args.figures is None else kinds_of(args.figures)
    found = read_report(Path(folders[0]), baseline=asked["baseline"] or None, language=words, share=asked["share"])
    return answer(found, write_report(found), write_figures(found, kinds) if kinds else [])


def answer(found: Report, files: Sequence[Path], figures: Sequence[Path] = ()) -> Answer:
    """What was written, and what it says first."""
    data = {
        "command": "report",
        "study": found.result.study.name,
        "language": found.words.code,
        "share": found.share,
        "baseline": found.stored_names[found.baseline],
        "recommended": None if found.recommended is None else found.stored_names[found.recommended],
        "decision": found.decision.kind,
        "missing": found.missing,
        "files": [str(path) for path in files],
        "figures": [str(path) for path in figures],
    }
    shown = [f"Report: {files[0]}", *([f"Figures: {figures[0].parent}{os.sep}"] if figures else [])]
    notes = [*found.notes, *([f"{found.missing} runs are missing: the report says so"] if found.missing else [])]
    return Answer(data, [INTERNAL, *shown] if found.share == "internal" else shown, notes)


def told(
    words: Sequence[str], allowed: Sequence[str] = tuple(WORDS), options: Collection[str] = ()
) -> tuple[list[str], dict[str, str]]:
    """Folders or names, and the words that say how; ``options`` are names too, whatever signs are in them.

    Raises ``InputError`` for a word it does not know.
    """
    folders, asked = [], {key: WORDS[key] for key in allowed}
    for word in words:
        key, sign, value = word.partition("=")
        if not sign or word in options or Path(word).exists():
            folders.append(word)
        elif key in asked and value:
            asked[key] = value
        else:
            known = ", ".join([*(f"{key}=…" for key in asked), *options])
            raise InputError(f"{word}: unknown here{nearest(word if options else key, [*asked, *options])}; allowed: {known}")
    return folders, asked
