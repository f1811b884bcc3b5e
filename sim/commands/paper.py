"""``pollday paper``: an exercise for a table without a computer."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from sim.commands.answer import Answer
from sim.errors import InputError
from sim.exercise.paper import write_paper
from sim.exercise.script import exercise_of, shipped
from sim.language import language_of


def paper(args: Namespace) -> Answer:
    """Write cards and log of one exercise. Raises ``InputError`` for an unknown one, and for a folder that is not there."""
    asked = {"language": "en"}
    names = []
    for word in args.words:
        key, sign, value = word.partition("=")
        if sign and key == "language":
            asked[key] = value
        else:
            names.append(word)
    if len(names) != 1:
        raise InputError(f"name one exercise, then language=en|fr|ar; there is {', '.join(shipped())}, or a .yaml file of yours")
    words, folder = language_of(asked["language"]), Path(args.out or ".")
    script = exercise_of(names[0]).script
    if not folder.is_dir():
        raise InputError(f"--out {folder}: there is no such folder")
    paths = write_paper(script, words, folder)
    data = {
        "command": "paper",
        "exercise": script.name,
        "language": words.code,
        "injects": len(script.injects),
        "files": [str(path) for path in paths],
    }
    return Answer(data, [f"{script.title.of(words.base)}: {len(script.injects)} cards", *(f"saved in {path}" for path in paths)])
