"""Every command that the README shows works as shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from sim.cli import main
from sim.commands import sweep
from tests.cli.conftest import Said, market_day, pollday

__all__ = ["market_day", "pollday"]

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
COMMANDS = [line for line in LINES if line.startswith("pollday ")]
TOWN = ("preset=demo-city", "territory.city.centres=12", "territory.city.offices=24", "territory.city.voters=9000")
TINY_STUDY = """
question: "How many patrol cars does a town need?"
baseline: as planned
options: {as planned: [], twice the cars: [staffing.patrol_cars_factor=2.0]}
"""
LONG = [command for command in COMMANDS if command.split()[1] == "sweep"]
OF_A_STUDY = ("results", "power", "report", "compare")
"""Commands that read the study that the sweep above them has made."""
DAY = COMMANDS[next(i for i, c in enumerate(COMMANDS) if "--exercise" in c) :][:7]
"""The trainer's commands, each of which goes on from those before it."""
SLOW = {"pollday run preset=dz-2017-national"}
"""Each preset's day is run by the tests of presets too."""


def test_the_readme_shows_every_command_it_needs_and_two_make_targets() -> None:
    shown = {command.split()[1] for command in COMMANDS}
    assert shown >= {"run", "forces", "territory", "explain", "sweep"}
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"make sweep", "make test"} <= set(LINES)
    assert all(re.search(rf"^{name}:", targets, re.MULTILINE) for name in ("sweep", "test"))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of a few days of a town, under the name that the README uses."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "city-patrols.yaml").write_text(TINY_STUDY, encoding="utf-8")
    command = ["sweep", f"study={folder / 'city-patrols.yaml'}", *TOWN, "replications=3", "--workers", "1", "--no-report"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "draw_all", lambda *_: [])  # no command of the README reads them
        assert main([*command, "--out", str(folder / "city-patrols")]) == 0
    return folder / "city-patrols"


@pytest.mark.parametrize(
    "command", [pytest.param(c, marks=[pytest.mark.slow] if c in SLOW else []) for c in COMMANDS if c not in [*LONG, *DAY]]
)
def test_a_command_of_the_readme_works(
    pollday: Callable[..., Said], market_day: Path, tmp_path: Path, command: str, request: pytest.FixtureRequest
) -> None:
    market_day.rename(tmp_path / "my-case")
    if command.split()[1] in OF_A_STUDY:
        copytree(request.getfixturevalue("study"), tmp_path / "city-patrols")
    if command.startswith("pollday plan import"):
        assert pollday("plan", "export", command.split()[3], "preset=demo-city").code == 0
    said = pollday(*shlex.split(command)[1:])
    assert said.code == 0 and said.out, said.err


def test_the_day_of_the_trainer_works_from_the_exercise_to_the_files_for_maps(pollday: Callable[..., Said]) -> None:
    assert [command.split()[1] for command in DAY] == ["run", "replay", "fork", "run", "replay", "verify", "export"]
    for command in DAY:
        said = pollday(*shlex.split(command)[1:])
        assert said.code == 0 and said.out, (command, said.err)


@pytest.mark.slow
@pytest.mark.parametrize("command", LONG)
def test_a_sweep_of_the_readme_works(pollday: Callable[..., Said], command: str) -> None:
    if "plan.xlsx" in command:
        assert pollday("plan", "export", "plan.xlsx", "preset=demo-city").code == 0
    said = pollday(*shlex.split(command)[1:])
    assert said.code == 0 and "Means over" in said.out, said.err


def test_every_page_the_readme_names_is_there() -> None:
    pages = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert pages and all((ROOT / page).exists() for page in pages)
