"""A report of a large national study stays small enough to be sent, and says how long it takes."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from sim.cli import main
from tests.reports.studies import study_of

NATION = ("preset=dz-2017-national", "staffing.move_from=posts", "staffing.move_to=patrol_car")
OPTIONS: dict[str, tuple[str, ...]] = {
    f"{percent} % of posts to cars": (f"staffing.move_share={percent / 100}",) for percent in range(20)
}
LARGEST = 8_000_000


@pytest.mark.slow
def test_a_report_of_twenty_national_options_on_thirty_days_is_below_eight_megabytes(tmp_path: Path) -> None:
    gains = [1.0 - 0.015 * number for number in range(len(OPTIONS))]
    folder = study_of(tmp_path / "nation", OPTIONS, gains, days=30, words=NATION)
    for language in ("en", "fr", "ar"):
        begin = process_time()
        assert main(["report", str(folder), f"language={language}"]) == 0
        size = (folder / f"report-{language}.html").stat().st_size
        print(f"{language}: {process_time() - begin:.1f} s of processor time, {size / 1e6:.2f} MB")
        assert size < LARGEST
