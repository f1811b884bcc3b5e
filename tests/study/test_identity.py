"""One point, one id: the same settings however they are written, another id for whatever can change a result."""

from __future__ import annotations

import ast
import json
import math
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import plugins
from sim.cli import compose
from sim.settings import Settings, dump, read
from sim.study import identity
from sim.study.identity import canonical_text, is_true, make_point, model_files, model_hash, point_id, rounded, settings_of

ROOT = Path(__file__).resolve().parents[2]
CITY = ["preset=demo-city"]
floats = st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any) -> Any:
    """The same data with the keys of every table in the other order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(part) for part in value] if isinstance(value, list) else value


def text(value: Any) -> str:
    return json.dumps(rounded(value), sort_keys=True)


@given(plain)
def test_the_order_of_keys_plays_no_part(value: Any) -> None:
    assert text(value) == text(shuffled(value))


@given(plain)
def test_rounding_twice_is_rounding_once(value: Any) -> None:
    assert rounded(rounded(value)) == rounded(value)
    assert text(json.loads(text(value))) == text(value)


@given(floats.filter(lambda x: 1e-300 < abs(x) < 1e300))
def test_noise_in_the_last_digits_is_the_same_float(value: float) -> None:
    near = float(f"{value:.11e}")
    assert rounded(near) == rounded(near * (1 + 4e-16)) == rounded(math.nextafter(near, math.inf)) == near
    assert math.copysign(1, rounded(-0.0)) == 1


@given(st.floats(min_value=1e-6, max_value=1e6))
def test_a_difference_in_the_twelfth_digit_is_another_float(value: float) -> None:
    assert rounded(value) != rounded(value * (1 + 2e-11))


@given(plain, plain)
def test_different_data_stay_different(one: Any, other: Any) -> None:
    assert (text(one) == text(other)) == (_typed(rounded(one)) == _typed(rounded(other)))


def _typed(value: Any) -> Any:
    """Data in which 1, 1.0 and True differ."""
    if isinstance(value, dict):
        return {key: _typed(part) for key, part in value.items()}
    return [_typed(part) for part in value] if isinstance(value, list) else (type(value), value)


def test_the_same_option_written_in_several_ways_is_one_point() -> None:
    ways = ["0.7", "0.7000000000000001", "0.70", "7e-1"]
    assert len({point_id(compose([*CITY, f"staffing.patrol_cars_factor={way}"])) for way in ways}) == 1
    assert point_id(compose([*CITY, "demand.rate_factor=1"])) == point_id(compose([*CITY, "demand.rate_factor=1.0"]))
    assert point_id(compose(CITY)) == point_id(compose([*CITY, "demand.rate_factor=1"]))


def test_name_and_replication_are_no_part_of_a_point_and_seed_is() -> None:
    city = compose(CITY)
    assert point_id(replace(city, name="other", replication=7)) == point_id(city)
    assert point_id(replace(city, seed=city.seed + 1)) != point_id(city)


def leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every number and switch of some settings, by its path of fields."""
    found = []
    for field in fields(value):
        part = getattr(value, field.name)
        if is_dataclass(part):
            found += leaves(part, (*path, field.name))
        elif isinstance(part, bool | int | float):
            found.append(((*path, field.name), part))
    return found


def test_every_number_and_switch_of_the_settings_is_in_the_identity() -> None:
    city = compose(CITY)
    base, seen = dump(city), {canonical_text(city)}
    tried = [(path, part) for path, part in leaves(city) if path[0] not in identity.NAMING]
    assert len(tried) > 100
    for path, part in tried:
        changed = json.loads(json.dumps(base))
        here = changed
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = not part if isinstance(part, bool) else part * 2 + 1
        kept = {key: value for key, value in changed.items() if key not in identity.NAMING}
        seen.add(json.dumps(rounded(kept), sort_keys=True, ensure_ascii=False, separators=(",", ":")))
    assert len(seen) == len(tried) + 1


@pytest.mark.parametrize("words", [CITY, [], ["preset=rally-eve"], ["preset=dz-2017-national"]])
def test_what_is_run_is_what_the_identity_says(words: list[str]) -> None:
    settings = compose(words)
    again = settings_of(canonical_text(settings))
    assert canonical_text(again) == canonical_text(settings)
    assert replace(again, name=settings.name) == settings  # no shipped value has more digits than count


def test_settings_with_digits_to_spare_run_as_their_point() -> None:
    typed = compose([*CITY, "demand.rate_factor=0.7000000000000001"])
    assert settings_of(canonical_text(typed)).demand.rate_factor == 0.7 != typed.demand.rate_factor
    assert read(dump(typed), Settings) == typed


def test_a_point_says_what_its_id_is_made_from() -> None:
    point = make_point("as is", CITY, compose(CITY))
    assert is_true(point) and point.numpy == np.__version__ and len(point.id) == 64
    for change in ({"config": point.config + " "}, {"model": "0" * 64}, {"numpy": "1.26.0"}):
        assert not is_true(replace(point, **change))
    assert is_true(replace(point, name="other", overrides=()))  # how people call it does not matter


def test_a_plugin_belongs_to_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {model_hash()}
    for text in ("x = 1", "x = 2"):
        monkeypatch.setattr(plugins, "_sources", {"mine.py": text})
        hashes.add(model_hash())
    assert len(hashes) == 3
    monkeypatch.setattr(plugins, "_sources", {"moved.py": "x = 2"})
    assert model_hash() in hashes


# Which modules a task is made of: read from the import statements, and seen in a process that ran one.

NAMES = {name for name, _ in model_files()}


def module_file(module: str) -> str | None:
    """``sim.study.point`` -> ``study/point.py``; a package by its ``__init__``; None for what is no module of sim."""
    base = ROOT / module.replace(".", "/")
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path.relative_to(ROOT / "sim").as_posix()
    return None


def imported_by(module: str) -> set[str]:
    """Modules of sim that a module imports anywhere in its text, with the packages they stand in."""
    path = ROOT / "sim" / str(module_file(module))
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parents = {name.rsplit(".", i)[0] for name in names for i in range(name.count(".") + 1)}
    return {name for name in names | parents if name.split(".")[0] == "sim" and module_file(name)}


def test_every_module_that_a_task_imports_is_in_the_hash() -> None:
    reached, waiting = set(), {"sim.study.point", "sim.study", "sim"}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= imported_by(module) - reached
    assert len(reached) > 100
    assert {module_file(module) for module in reached} <= NAMES


def test_every_module_loaded_by_a_running_task_is_in_the_hash() -> None:
    script = (
        "import json, sys\n"
        "from sim.study.identity import settings_of\n"
        "before = set(sys.modules) - {'sim.study.identity'}\n"
        "from sim.study.point import run_point\n"
        "run_point(settings_of(sys.stdin.read()), 0)\n"
        "print(json.dumps(sorted(m for m in sys.modules if m.split('.')[0] == 'sim' and m != 'sim.study.identity')))\n"
    )
    small = [*CITY, "territory.city.centres=20", "territory.city.offices=80", "territory.city.voters=30000"]
    done = subprocess.run([sys.executable, "-c", script], input=canonical_text(compose(small)), cwd=ROOT, text=True,
                          capture_output=True, check=True)  # fmt: skip
    loaded = json.loads(done.stdout)
    assert "sim.processes.simulation" in loaded
    assert {module_file(module) for module in loaded} <= NAMES


def test_shipped_tables_are_in_the_hash_and_words_about_them_are_not() -> None:
    assert {"data/dz_communes.csv", "data/north_africa.geojson", "study/point.py"} <= NAMES
    assert not {name for name in NAMES if name.endswith((".txt", ".md", ".pyc"))}
    outside = ("cli.py", "commands/", "reports/", "bench/", "study/store", "study/identity.py", "study/statistics.py")
    assert not [name for name in NAMES if name.startswith(outside)]


def test_a_changed_module_or_table_changes_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study").mkdir()
    for name in ("movement.py", "table.csv", "cli.py", "study/point.py", "study/store.py"):
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(identity, "_PACKAGE", tmp_path)
    fresh = identity._own_hash.__wrapped__
    base = fresh()
    for name, counts in (("movement.py", 1), ("table.csv", 1), ("study/point.py", 1), ("cli.py", 0), ("study/store.py", 0)):
        (tmp_path / name).write_text("x = 2\n")
        assert (fresh() != base) == bool(counts), name
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "movement.py").rename(tmp_path / "moved.py")
    assert fresh() != base
