"""What the drills start from: a process that starts sweeps, and the table of a study that nobody disturbed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.study.drill.kills import DAYS, Sweeper, results, words


@pytest.fixture(scope="module")
def sweeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweeper]:
    with Sweeper(tmp_path_factory.mktemp("sweeps")) as started:
        yield started


@pytest.fixture(scope="module")
def undisturbed(sweeper: Sweeper) -> dict[str, bytes]:
    assert sweeper.run(words("whole", DAYS, "--workers", "2")) == 0, sweeper.said()
    return results(sweeper.folder / "whole")
