"""Write the files of a report into its study's folder: each whole or not at all, and for its owner only."""

from __future__ import annotations

from pathlib import Path

from sim.reports.data import Report
from sim.reports.page import render
from sim.reports.tables import write_tables
from sim.study import export


def write_report(report: Report) -> list[Path]:
    """Write ``report-<language>.html`` and the tables in ``report-tables``; returns the files, the page first.

    Raises ``OSError``.
    """
    page = report.folder / f"{report.stem}-{report.words.code}.html"
    write_whole(page, render(report).encode("utf-8"))
    return [page, *write_tables(report)]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, for its owner only, and then put it in its place. Raises ``OSError``."""

    def write(draft: Path) -> None:
        draft.write_bytes(content)

    export.write_whole(path, write)
