"""Write the files of a report into its study's folder: each whole or not at all, and for its owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sim.reports.data import Report
from sim.reports.page import render


def write_report(report: Report) -> list[Path]:
    """Write ``report-<language>.html``; returns the files written, the page first. Raises ``OSError``."""
    page = report.folder / f"report-{report.words.code}.html"
    write_whole(page, render(report).encode("utf-8"))
    return [page]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, for its owner only, and then put it in its place."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
