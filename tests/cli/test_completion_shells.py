"""zsh and fish themselves ask for words: as users type them, with the lines that docs/studies.md has them save."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sim.commands.completion import script

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds that a shell may take for anything on a machine that does much else."""
LINES = [
    ("pollday run preset=dz", "pollday run preset=dz-2017-national"),
    ("pollday sweep preset=demo-city dispatch=nearest,re", "pollday sweep preset=demo-city dispatch=nearest,reserve"),
    ("pollday run my-fo", "pollday run my-folder/"),
]
"""What is typed before the tab key, and what stands there after it."""
MORE_LINES = [
    ("pollday swe", "pollday sweep"),
    ("pollday run seed=3 demand.rallies.ma", "pollday run seed=3 demand.rallies.matches."),
    ("pollday run +experiment=bu", "pollday run +experiment=busy-room"),
]
# A key writes down what stands in the line; a file is renamed to its place, so that it is whole when it is there.
ZSHRC = """
PS1='> '
note() { print -rn -- "$BUFFER" > $HOME/noted.new; mv $HOME/noted.new $HOME/noted; zle kill-buffer }
zle -N note
bindkey '^T' note
touch $HOME/ready
"""
ZSH_WAYS = {
    "alone": "source <(pollday --completion zsh)",
    "after compinit": "autoload -Uz compinit && compinit -u\nsource <(pollday --completion zsh)",
    "as a function": "fpath=($HOME/functions $fpath)\nautoload -Uz compinit && compinit -u",
}
"""What a user may have in ~/.zshrc."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the command ``pollday`` on the path and something to complete."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "my-folder").mkdir()
    command = tmp_path / "bin" / "pollday"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m sim "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    """What a shell of its own sees: nothing of the settings of whoever runs the tests."""
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {"HOME": str(home), "ZDOTDIR": str(home), "PATH": path, "TERM": "xterm", "LANG": "C.UTF-8"}


def shell(name: str) -> str:
    """Where a shell is; skips the test where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


Type = Callable[[str], str]


@pytest.fixture(params=["alone", *(pytest.param(way, marks=pytest.mark.slow) for way in list(ZSH_WAYS)[1:])])
def zsh(request: pytest.FixtureRequest, home: Path) -> Iterator[Type]:
    """zsh on a terminal: gives what stands in the line after the tab key."""
    program = shell("zsh")
    (home / "functions").mkdir()
    (home / "functions" / "_pollday").write_text(script("zsh"), encoding="utf-8")
    (home / ".zshrc").write_text(ZSH_WAYS[request.param] + ZSHRC, encoding="utf-8")
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(home)
        os.execve(program, ["zsh", "-d", "-i"], environment(home))
    reader = threading.Thread(target=_drain, args=(terminal,), daemon=True)
    reader.start()
    _wait_for(home / "ready")

    def typed(line: str) -> str:
        (home / "noted").unlink(missing_ok=True)
        os.write(terminal, f"{line}\t\x14".encode())
        return _wait_for(home / "noted")

    yield typed
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    reader.join()
    os.close(terminal)


def _drain(terminal: int) -> None:
    """Read what a shell draws, so that it is never kept waiting."""
    with suppress(OSError):  # the shell has ended
        while os.read(terminal, 65536):
            pass


def _wait_for(path: Path) -> str:
    begin = time.monotonic()
    while not path.exists():
        assert time.monotonic() - begin < PATIENCE, f"{path.name} never came"
        time.sleep(0.02)
    return path.read_text(encoding="utf-8")


def test_zsh_completes_what_is_typed(zsh: Type) -> None:
    line, after = LINES[1]
    assert zsh(line) == after


@pytest.mark.slow
def test_zsh_completes_more(zsh: Type) -> None:
    assert [zsh(line) for line, _ in [*LINES, *MORE_LINES]] == [after for _, after in [*LINES, *MORE_LINES]]


@pytest.mark.parametrize("lines", [LINES, pytest.param(MORE_LINES, marks=pytest.mark.slow)])
def test_fish_completes_what_is_typed(home: Path, lines: list[tuple[str, str]]) -> None:
    program = shell("fish")
    saved = home / ".config" / "fish" / "completions" / "pollday.fish"
    saved.parent.mkdir(parents=True)
    saved.write_text(script("fish"), encoding="utf-8")
    for line, after in lines:
        command = [program, "-c", 'complete --do-complete "$argv[1]"', line]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home, env=environment(home))
        words = [word.split("\t")[0] for word in said.stdout.splitlines()]
        assert after.rpartition(" ")[2] in words and said.stderr == "", line
