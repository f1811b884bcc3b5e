"""The figures of a report as files of their own, for slides and letters: PNG, SVG and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from io import BytesIO
from pathlib import Path

from sim.errors import InputError, nearest
from sim.reports.data import Report
from sim.reports.figures.drawing import Drawing
from sim.reports.figures.overview import METADATA
from sim.reports.page import MARKINGS, SECTIONS, stamp
from sim.reports.style import pollday_style
from sim.reports.write import write_whole

WITH_FIGURES = ("curves", "maps", "places", "efficient", "broke")
"""Sections that have figures."""


def kinds_of(text: str) -> list[str]:
    """Kinds of files from words such as ``png,svg``. Raises ``InputError`` for one that cannot be written.

    >>> kinds_of("svg, png,svg")
    ['svg', 'png']
    """
    found = list(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    for kind in found:
        if kind not in METADATA:
            raise InputError(f"--figures {kind}: no such kind of file{nearest(kind, METADATA)}; allowed: {', '.join(METADATA)}")
    if not found:
        raise InputError(f"--figures: name one kind of file or more; allowed: {', '.join(METADATA)}")
    return found


def write_figures(report: Report, kinds: Sequence[str]) -> list[Path]:
    """Write every figure that readers may see into ``figures-<language>/`` of the study's folder, each with its title, its notes,
    the marking and what the study is; returns the files. Raises ``OSError``."""
    folder = report.folder / f"figures-{report.words.code}"
    folder.mkdir(mode=0o700, exist_ok=True)
    written = []
    for name, drawing in all_drawings(report).items():
        for kind in kinds:
            written.append(folder / f"{name}.{kind}")
            write_whole(written[-1], drawn(report, drawing, kind))
    return written


def all_drawings(report: Report) -> dict[str, Drawing]:
    """The figures of all sections by ``<section>-<figure>``."""
    found: dict[str, Drawing] = {}
    for section in WITH_FIGURES:
        if report.share in SECTIONS[section][1] and report.result.outcomes:
            drawings = import_module(f"sim.reports.sections.{section}").drawings(report)
            found |= {f"{section}-{name}": drawing for name, drawing in drawings.items()}
    return found


def drawn(report: Report, drawing: Drawing, kind: str) -> bytes:
    """One figure as the content of a file; equal studies give equal bytes."""
    mark = report.words.say(MARKINGS[report.share])
    marked, file = replace(drawing, notes=[*drawing.notes, f"{mark} · {stamp(report)}"]), BytesIO()
    with pollday_style():
        marked.alone(report.words).savefig(file, format=kind, metadata=METADATA[kind])
    return file.getvalue()
