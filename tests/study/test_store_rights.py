"""A study in a folder that cannot be written: it can be read, and a sweep says so and leaves everything as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.study.sealed import FILE
from tests.study.stored import fill

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
KILLED = "store = Store.open(folder, write=True); store.add_points([point('a')]); complete(store, store.points(), 3); os._exit(9)"
WRITE = "Store.open(folder, write=True)"
READ = "store = Store.open(folder); print(len(store.done()), [store.outcome(*run).digests['tape'][:4] for run in store.done()])"
CODE = """
import os, sys
from pathlib import Path
from sim.errors import InputError
from tests.study.stored import *
folder = Path(sys.argv[1])
if sys.argv[2:]:
    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
try:
    {line}
except InputError as error:
    print(error)
    sys.exit(2)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that also somebody without rights can reach, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="pollday-test-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.iterdir()):
        path.chmod(0o700)
    shutil.rmtree(folder)


def ordinary(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as an ordinary user, whom rights hold back; root gives up its own for it."""
    words = [sys.executable, "-c", CODE.format(line=line), str(folder)]
    words += [str(NOBODY)] if os.geteuid() == 0 else []
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True)


def close(folder: Path) -> dict[str, bytes]:
    """Take away the right to write; returns what the files hold."""
    for path in (folder, *folder.iterdir()):
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        path.chmod(0o500 if path.is_dir() else 0o400)
    return state(folder)


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("killed", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_study_in_a_read_only_folder_is_read_and_not_written(place: Path, killed: bool) -> None:
    folder = place / "s"
    if killed:
        subprocess.run([sys.executable, "-c", CODE.format(line=KILLED), str(folder)], cwd=ROOT)
        (folder / f"{FILE}-shm").unlink()
        assert (folder / f"{FILE}-wal").stat().st_size
    else:
        fill(folder, "a", 3)
    before = close(folder)
    said = ordinary(READ, folder)
    assert said.returncode == 0 and said.stdout.startswith("3 ['"), said.stdout + said.stderr
    said = ordinary(WRITE, folder)
    assert said.returncode == 2 and "cannot be written" in said.stdout and len(said.stdout.splitlines()) == 1, said
    assert state(folder) == before


def test_a_study_below_a_read_only_folder_is_refused(place: Path) -> None:
    place.chmod(0o555)
    said = ordinary(WRITE, place / "s")
    assert said.returncode == 2 and "permission denied" in said.stdout and len(said.stdout.splitlines()) == 1
    assert not list(place.iterdir())
