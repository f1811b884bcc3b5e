"""``pollday compare``: two options against each other, of one study or of two, as a table and as a page."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from sim.commands.answer import INTERNAL, Answer, Grid
from sim.commands.report import told
from sim.errors import InputError
from sim.language import language_of
from sim.reports.amounts import change, level
from sim.reports.data import Report, report_of
from sim.reports.pairs import joined, pair
from sim.reports.sections.options import MEASURES, sign_of
from sim.reports.stored import Stored, names_in, read_stored
from sim.reports.terms import term_of
from sim.reports.write import write_report
from sim.study.sealed import FILE

GRAMMAR = "`pollday compare STUDY OPTION OPTION`, or `pollday compare STUDY STUDY` for two studies of one option each"
STEM = "compare"


def compare(args: Namespace) -> Answer:
    """Compare two options and write the page. Raises ``InputError`` with the grammar for anything else."""
    names, asked = told(args.words, ("language", "share"), options_among(args.words))
    folder, stored = chosen(names)
    words = language_of(asked["language"])
    found = report_of(folder, stored, language=words, share=asked["share"], stem=STEM)
    return answer(found, write_report(found))


def chosen(names: Sequence[str]) -> tuple[Path, Stored]:
    """The folder to write to, and the two options as a study."""
    folders = [Path(name) for name in names if is_study(Path(name))]
    if len(names) == 3 and is_study(Path(names[0])):
        return Path(names[0]), pair(read_stored(Path(names[0])), names[1:])
    if len(names) == 2 and len(folders) == 2:
        return folders[0], joined(read_stored(folders[0]), read_stored(folders[1]), folders)
    missing = [name for name in names[:1] if not is_study(Path(name))]
    raise InputError(f"{f'{missing[0]}: no study is stored there; ' if missing else ''}{GRAMMAR}")


def options_among(words: Sequence[str]) -> list[str]:
    """Names of the options of the studies among some words: a sweep calls its options ``patrol_cars_factor=1.2``."""
    return [name for word in words if is_study(Path(word)) for name in names_in(Path(word))]


def is_study(folder: Path) -> bool:
    """Whether a study is stored in a folder."""
    return folder.is_dir() and any(folder.glob(f"{FILE}*"))


def answer(found: Report, files: Sequence[Path]) -> Answer:
    """Both options and their difference, figure by figure."""
    words = found.words
    shown = [measure for measure in MEASURES if measure in found.measures]
    rows: list[list[str]] = []
    for measure in shown:
        term, (base, own) = term_of(measure), (found.comparison(option, measure) for option in (0, 1))
        difference = words.no_data if own.together is None else change(words, term, own.together, unit=False)
        sign = {"better": words.say("better"), "worse": words.say("worse")}.get(sign_of(own), "")
        figures = [level(words, term, one.estimate, unit=False) for one in (base, own)]
        rows.append([term.heading(words), *figures, difference, sign])
    data = {
        "command": "compare",
        "study": found.result.study.name,
        "options": list(found.stored_names),
        "same_days": found.result.same_days,
        "language": words.code,
        "share": found.share,
        "table": [row | {"option": found.stored_name[str(row["option"])]} for row in found.table(shown)],
        "files": [str(path) for path in files],
    }
    headings = [words.say("figure"), *found.names, words.say("difference"), words.say("verdict")]
    lines: list[str | Grid] = [Grid(found.result.study.question, headings, rows), f"Report: {files[0]}"]
    return Answer(data, [INTERNAL, *lines] if found.share == "internal" else lines, found.notes)
