"""The project's frame: what is in the files, how long they are, what the package shows, what a wheel carries."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import sim
from sim.resources import conf_dir, data_dir

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 350
MOST_PUBLIC_NAMES = 20
TEXT = {"", ".py", ".md", ".toml", ".txt", ".cfg", ".yaml", ".yml", ".json", ".csv", ".html", ".js", ".css"}
CODE = {".py", ".md", ".toml", ".yaml"}

# Written with [.] and the like, so that this file does not hold what it looks for.
HOST = re.compile(r"https?://[^ \"]+/(simple|packages)/|pypi[.]org|pythonhosted[.]org|registry[.]npmjs|deb[.]debian")
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(work|root|farm|home/\w+|opt/(wheels|pypi))/", re.MULTILINE)
LATER = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b")


def project_files() -> list[Path]:
    """Every file git tracks or would take, in path order."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def lines_matching(pattern: re.Pattern[str], suffixes: set[str]) -> list[str]:
    """``file:line: text`` of every match in project files with one of these suffixes."""
    found = []
    for path in project_files():
        if path.suffix not in suffixes:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.end()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {match.group().strip()}")
    return found


def test_no_file_names_a_package_registry() -> None:
    assert lines_matching(HOST, TEXT) == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert lines_matching(MACHINE_PATH, TEXT) == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    assert lines_matching(LATER, CODE) == []


def test_every_module_can_be_read_in_one_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "sim").rglob("*.py")}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_the_public_names_are_few_and_documented() -> None:
    names = list(getattr(sim, "__all__", ()))
    assert len(names) == len(set(names)) <= MOST_PUBLIC_NAMES
    bare = [name for name in names if not has_own_docstring(getattr(sim, name))]
    assert bare == []


def has_own_docstring(thing: object) -> bool:
    """Dataclasses without a docstring get one made of their fields, which does not count."""
    text = inspect.getdoc(thing) or ""
    return bool(text) and not text.startswith(f"{getattr(thing, '__name__', '')}(")


def test_a_checkout_reads_the_conf_that_people_edit() -> None:
    assert conf_dir() == ROOT / "conf"
    assert data_dir() == ROOT / "sim" / "data"


def test_a_wheel_carries_conf_and_data(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    build = ["pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(tmp_path), str(ROOT)]
    subprocess.run([sys.executable, "-m", *build], check=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    for ours, theirs in [("conf", "sim/conf"), ("sim/data", "sim/data"), ("sim/language", "sim/language")]:
        assert shipped(tmp_path / "site" / theirs) == shipped(ROOT / ours), theirs
    ask = "from sim.resources import *; print(conf_dir()); print(data_dir())"
    answer = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PYTHONNOUSERSITE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = [Path(line) for line in answer.stdout.splitlines()]
    assert found == [tmp_path / "site" / "sim" / "conf", tmp_path / "site" / "sim" / "data"]


def shipped(folder: Path) -> set[str]:
    """Paths of all files below ``folder``, compiled files left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(folder)) for path in files}
