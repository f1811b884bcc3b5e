"""``pollday replay``: a page that plays a saved run, or two of the same day side by side."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from sim.commands.answer import INTERNAL, Answer
from sim.commands.report import told
from sim.errors import InputError
from sim.language import language_of
from sim.replay.pools import check_share
from sim.replay.write import check_same_day, write_replay
from sim.runs import load_run


def replay(args: Namespace) -> Answer:
    """Write the page. Raises ``InputError`` for folders that hold no run, for two of different days and for unknown words."""
    folders, asked = told(args.words, ("language", "share"))
    if len(folders) != 1:
        raise InputError("name one run by its folder, such as `pollday replay runs/demo-city-2017-0 language=fr`")
    words = language_of(asked["language"])
    check_share(asked["share"])
    runs = [load_run(folder) for folder in (folders[0], *([args.against] if args.against else []))]
    if args.against:
        check_same_day(*runs)
    target = Path(args.out) if args.out else default_target(runs[0].folder, words.code, bool(args.against))
    write_replay(runs, words, asked["share"], target)
    data = {
        "command": "replay",
        "run": str(runs[0].folder),
        "against": args.against,
        "language": words.code,
        "share": asked["share"],
        "file": str(target),
        "bytes": target.stat().st_size,
    }
    shown = [f"Replay: {target}"]
    return Answer(data, [INTERNAL, *shown] if asked["share"] == "internal" else shown)


def default_target(folder: Path, language: str, two: bool) -> Path:
    """Beside the run's folder, which holds nothing but the run."""
    kind = "replay-against" if two else "replay"
    return folder.resolve().parent / f"{folder.resolve().name}-{kind}-{language}.html"
