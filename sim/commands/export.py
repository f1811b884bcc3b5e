"""``pollday export``: a saved run as files for maps and tables."""

from __future__ import annotations

import os
from argparse import Namespace
from math import isfinite
from pathlib import Path

from sim.clock import format_time, parse_time
from sim.commands.answer import INTERNAL, Answer
from sim.commands.report import told
from sim.errors import InputError
from sim.replay.files.export import Export, Place
from sim.replay.files.moments import ANY_DAY, PollingDay
from sim.replay.files.write import FILES, kinds_of, write_exports
from sim.replay.pools import check_share
from sim.replay.view import View
from sim.runs import Run, load_run


def export(args: Namespace) -> Answer:
    """Write files of one run. Raises ``InputError`` for a folder that holds no run and for words it does not know."""
    folders, asked = told(args.words, ("share",))
    if len(folders) != 1:
        raise InputError("name one run by its folder, such as `pollday export runs/demo-city-2017-0 --as trips.geojson`")
    check_share(asked["share"])
    kinds = kinds_of(",".join(args.kinds) if args.kinds else ",".join(FILES))
    day_of, origin = PollingDay.read(args.date or ANY_DAY), None if args.origin is None else _origin(args.origin)
    run = load_run(folders[0])
    view = View(run, asked["share"])
    begin, end = _window(run, view.day.end, args.begin, args.end)
    target = Path(args.out) if args.out else default_target(run.folder)
    if target.exists() and not target.is_dir():
        raise InputError(f"{target}: is no folder; choose another place with --out")
    if run.folder.resolve() in (target.resolve(), *target.resolve().parents):
        raise InputError(f"{target}: is inside the run, whose folder holds nothing else; choose another place with --out")
    files = write_exports(Export(view, day_of, begin, end, origin), kinds, target)
    data = {
        "command": "export",
        "run": str(run.folder),
        "share": asked["share"],
        "polling_day": day_of.date,
        "begin": begin,
        "end": end,
        "files": [str(path) for path in files],
        "bytes": [path.stat().st_size for path in files],
    }
    shown = [f"Written in {target}{os.sep}: {', '.join(path.name for path in files)}"]
    notes = [] if args.date else [f"a run knows no date: polling day is written as {ANY_DAY}; --date 2017-05-04 says another"]
    return Answer(data, [INTERNAL, *shown] if view.internal else shown, notes)


def default_target(folder: Path) -> Path:
    """Beside the run's folder, which holds nothing but the run."""
    return folder.resolve().parent / f"{folder.resolve().name}-export"


def _window(run: Run, last: float, begin: str | None, end: str | None) -> tuple[float, float]:
    """The part of the day that is written. Raises ``InputError``."""
    first = run.scenario.calendar.begin
    since = first if begin is None else _moment("--from", begin)
    until = last if end is None else _moment("--to", end)
    if not since < until:
        raise InputError(f"--to {format_time(until)} is not after --from {format_time(since)}")
    if until <= first or since >= last:
        asked, whole = (f"{format_time(a)} to {format_time(b)}" for a, b in ((since, until), (first, last)))
        raise InputError(f"{asked} is outside the run, which lasts from {whole}")
    return max(since, first), min(until, last)


def _moment(option: str, text: str) -> float:
    try:
        return parse_time(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def _origin(text: str) -> Place:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--origin {text!r}: write longitude and latitude in degrees, such as 3.05,36.75") from None
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180.0 and abs(lat) <= 85.0):
        raise InputError(f"--origin {text}: allowed are longitudes from -180 to 180 and latitudes from -85 to 85")
    return lon, lat
