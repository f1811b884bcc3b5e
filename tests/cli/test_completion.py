"""Tab completion: words that may follow, and bash itself asking for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.commands.completion import SHELLS, complete, script
from sim.commands.grammar import groups, options_in
from sim.commands.parser import COMMANDS
from sim.errors import InputError
from sim.settings import Settings
from sim.settings.gate import known_keys
from tests.cli.conftest import Call

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pollday sw", ["sweep"]),
        ("pollday run preset=dz", ["preset=dz-2017-national"]),
        ("pollday run seed=3 pres", ["preset="]),
        ("pollday sweep dispatch=nearest,re", ["dispatch=nearest,reserve"]),
        ("pollday sweep dispatch=nearest,ne", []),
        ("pollday run dispatch=nearest,re", []),
        ("pollday run dispatch", ["dispatch=", "dispatch."]),
        ("pollday run staffing.pat", ["staffing.patrol_cars_factor="]),
        ("pollday run demand.rallies.ma", ["demand.rallies.matches."]),
        ("pollday run +experiment=bu", ["+experiment=busy-room"]),
        ("pollday sweep study=city-sw", ["study=city-swap"]),
        ("pollday sweep precision.half", ["precision.half_width="]),
        ("pollday run precision.half", []),
        ("pollday sweep design=s", ["design=sobol", "design=swap", "design=simplex"]),
        ("pollday sweep --repl", ["--replications"]),
        ("pollday explain staffing.abs", ["staffing.absence"]),
        ("pollday --completion f", ["fish"]),
        ("pollday nonsense x", []),
        ("pollday bench ", []),
    ],
)
def test_words_that_may_follow(line: str, words: list[str]) -> None:
    assert complete(line) == words


def test_every_command_group_study_and_setting_can_be_reached() -> None:
    assert complete("pollday ")[: len(COMMANDS)] == list(COMMANDS)
    for group, options in groups().items():
        assert complete(f"pollday run {group}=") == [f"{group}={option}" for option in options]
    assert complete("pollday sweep study=") == [f"study={name}" for name in options_in("study")]
    offered = {word for key in known_keys(Settings) for word in complete(f"pollday run {key}")}
    inner = {key.rpartition(".")[0] for key in known_keys(Settings)}
    assert {f"{key}=" for key in known_keys(Settings)} - offered == {f"{key}=" for key in inner if key} - {
        f"{g}=" for g in groups()
    }


def test_bash_completes_what_stands_after_the_last_equals_sign(tmp_path: Path) -> None:
    """bash cuts words at = and puts what it gets behind it; where nothing fits it offers files itself."""
    program = (
        f'pollday() {{ "{sys.executable}" -m sim "$@"; }}\nsource <(pollday --completion bash)\ncomplete -p pollday\n'
        'for COMP_LINE in "$@"; do COMP_POINT=${#COMP_LINE}; _pollday; echo "${COMPREPLY[*]}"; done\n'
    )
    lines = ["pollday swe", "pollday sweep preset=demo-city dispatch=nearest,re", "pollday run my-folder/"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["bash", "--norc", "-c", program, "bash", *lines]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    registered, *words = said.stdout.split("\n")
    assert registered.endswith("-F _pollday pollday") and said.stderr == ""
    assert words == ["sweep", "nearest,reserve", "", ""]


def test_the_script_of_a_shell_is_printed(pollday: Call) -> None:
    for shell in SHELLS:
        said = pollday("--completion", shell)
        assert said.code == 0 and said.out.strip() == script(shell).strip() and "pollday --complete" in said.out
    assert "did you mean 'bash'" in pollday("--completion", "bsh").err
    with pytest.raises(InputError, match="there is bash, zsh, fish"):
        script("tcl")
