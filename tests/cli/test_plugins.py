"""A user's own policies and measures, by the command line as the documentation shows it, and every mistake in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import plugins
from sim.cli import main
from sim.errors import InputError
from sim.policies.dispatch import own_choice

DOCS = Path(__file__).resolve().parents[2] / "docs" / "plugins.md"
EXAMPLE = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
RUN = ["run", "preset=demo-city", "--no-save", "--json"]


@pytest.fixture(autouse=True)
def no_plugins() -> Iterator[None]:
    yield
    plugins.forget()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    assert EXAMPLE is not None
    file = tmp_path / "mine.py"
    file.write_text(EXAMPLE[1], encoding="utf-8")
    return file


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*RUN, *words]) == 0, capsys.readouterr().err
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*RUN, *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err and len(err.splitlines()) <= 3
    return err


def test_the_documented_plugin_changes_who_is_sent_and_is_measured(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = run(capsys)
    own = run(capsys, "--plugin", str(mine), "dispatch.policy=spare_the_busy")
    assert ours["digests"]["tape"] == own["digests"]["tape"]
    assert ours["digests"]["trace"] != own["digests"]["trace"]
    assert "very_late" not in ours["measures"] and own["measures"]["very_late"] >= 0


def test_a_policy_that_does_what_ours_does_gives_the_very_same_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "same.py"
    file.write_text(
        "from sim.plugins import policy\n"
        "@policy('same')\n"
        "def same(drives, mobilisation, available, priority):\n"
        "    time = drives + mobilisation\n"
        "    time += available\n"
        "    row = int(time.argmin())\n"
        "    return row if time[row] < float('inf') else -1\n",
        encoding="utf-8",
    )
    ours = run(capsys, "dispatch.policy=least_time")
    assert run(capsys, "--plugin", str(file), "dispatch.policy=same")["digests"]["trace"] == ours["digests"]["trace"]


def test_without_the_plugin_its_policy_is_unknown_and_the_nearest_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, "dispatch.policy=least_tim")
    assert "did you mean 'least_time'" in error and "--plugin" in error


BAD = {
    "no policy and no measure": "x = 1\n",
    "line 2: ": "x = 1\ny = = 2\n",
    "line 1: ModuleNotFoundError": "import nothing_of_the_kind\n",
    "is taken": "from sim.plugins import policy\n@policy('nearest')\ndef f(*a): return 0\n",
    "is not allowed": "from sim.plugins import measure\n@measure('two words', unit='s', definition='')\ndef f(m): return 0\n",
}


@pytest.mark.parametrize("words", BAD)
def test_a_mistake_in_a_plugin_is_one_line(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.py"
    file.write_text(BAD[words], encoding="utf-8")
    assert words in refused(capsys, "--plugin", str(file))


WRONG = {
    "line 4: ZeroDivisionError": "1 / 0",
    "gave 'ten': allowed is a number": "'ten'",
    "gave nan": "float('nan')",
    "measure of pollday has this name": None,
}


@pytest.mark.parametrize("words", WRONG)
def test_a_measure_that_fails_or_is_no_number_is_one_line(words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, value = ("response_mean", "0") if WRONG[words] is None else ("mine", WRONG[words])
    text = f"from sim.plugins import measure\n@measure('{name}', unit='s', definition='')\ndef own(m):\n    return {value}\n"
    (tmp_path / "m.py").write_text(text, encoding="utf-8")
    assert words in refused(capsys, "--plugin", str(tmp_path / "m.py"))


@pytest.mark.parametrize("name", ["nowhere.py", "mine.txt", ""])
def test_a_plugin_that_is_no_python_file_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no such Python file" in refused(capsys, "--plugin", name)


def test_no_yaml_can_name_a_plugin(tmp_path: Path, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(f"question: q\nplugin: {mine}\noptions: {{a: []}}\n", encoding="utf-8")
    assert main(["sweep", f"study={study}", "--cfg", "job"]) == 2
    assert "unknown key 'plugin'" in capsys.readouterr().err
    assert "unknown key" in refused(capsys, f"plugin={mine}")
    assert not plugins.sources()


def test_a_policy_cannot_send_a_unit_that_is_not_available() -> None:
    free, barred = 0.0, float("inf")
    arrays = np.zeros(2), np.zeros(2), np.array([barred, free])
    assert own_choice(lambda *_: 1, *arrays, 1) == 1
    assert own_choice(lambda *_: -1, *arrays, 1) == -1
    for row in (0, 2):
        with pytest.raises(InputError, match="no available unit"):
            own_choice(lambda *_, row=row: row, *arrays, 1)


def test_a_policy_sees_copies_only() -> None:
    arrays = np.zeros(2), np.zeros(2), np.zeros(2)

    def vandal(drives: Any, mobilisation: Any, available: Any, priority: int) -> int:
        drives += 1
        available += 1
        return 0

    own_choice(vandal, *arrays, 1)
    assert all((array == 0).all() for array in arrays)


def test_the_digest_follows_the_text_and_loading_twice_is_loading_once(mine: Path) -> None:
    assert plugins.digest() == ""
    plugins.load(mine)
    first = plugins.digest()
    plugins.load(mine)
    assert plugins.digest() == first and len(first) == 64
    plugins.forget()
    mine.write_text(mine.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    plugins.load(mine)
    assert plugins.digest() != first
