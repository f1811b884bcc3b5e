"""docs/studies.md: every sweep and run that it shows composes, and its study file is one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import DOCS, Call

PAGE = (DOCS / "studies.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
COMMANDS = [shlex.split(line, comments=True) for line in LINES if re.match(r"pollday (run|sweep) ", line)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_of_the_page_composes(pollday: Call, tmp_path: Path, words: list[str]) -> None:
    files = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    own = next(
        file for file in files if ("question" in file) == (words[1] == "sweep") and ("defaults" in file) != (words[1] == "sweep")
    )
    (tmp_path / "mine.yaml").write_text(own, encoding="utf-8")
    said = pollday(*words[1:], "--cfg", "job", "--json")
    assert said.code == 0, said.err
    assert said.json.get("points", [{}, {}])[1:], "a sweep of the page has several points"


def test_the_design_of_the_page_is_one(pollday: Call, tmp_path: Path) -> None:
    design = next(file for file in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if file.startswith("design:"))
    (tmp_path / "mine.yaml").write_text(f"question: Why?\nwords: [preset=demo-city]\n{design}", encoding="utf-8")
    assert len(pollday("sweep", "study=mine.yaml", "--cfg", "job", "--json").json["points"]) == 16
