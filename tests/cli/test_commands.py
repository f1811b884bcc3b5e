"""Every command prints one JSON object, teaches by its help, and does what its help says."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pytest

from sim.cli import split
from sim.commands.parser import COMMANDS
from tests.cli.conftest import Call

OURS = [name for name in COMMANDS if name not in ("sweep", "bench")]


def test_the_help_names_every_command(pollday: Call) -> None:
    said = pollday("--help")
    assert said.code == 0 and all(f"\n  {name}" in said.out for name in COMMANDS)
    assert pollday().out == said.out


def test_the_version_is_printed(pollday: Call) -> None:
    assert pollday("--version").out.startswith("pollday ")


@pytest.mark.parametrize("name", OURS)
def test_the_help_of_a_command_has_examples(pollday: Call, name: str) -> None:
    said = pollday(name, "--help")
    assert said.code == 0 and f"  pollday {name} " in said.out and said.err == ""


LINES = ["run", "territory", "forces", "tape", "explain coverage", "explain staffing.absence", "run --cfg job"]


@pytest.mark.parametrize("line", LINES)
def test_json_is_one_object(pollday: Call, line: str) -> None:
    said = pollday(*line.split(), "--json")
    assert said.code == 0, said.err
    assert said.out.count("\n") == 1
    assert said.json["command"] in (line.split()[0], "config")


def test_a_run_carries_its_digests_measures_and_ledger(pollday: Call) -> None:
    data = pollday("run", "--json").json
    assert all(len(data["digests"][part]) == 64 for part in ("scenario", "tape", "trace"))
    assert data["seed"] == 2017 and data["replication"] == 0 and data["level"] == "restricted"
    assert data["ledger_closed"] is True
    assert data["measures"]["needing_unit"] > 0 and data["measures"]["response_mean"] > 0
    assert {"build", "tape", "run", "measures", "total"} <= data["seconds"].keys()
    assert Path(data["run_directory"], "manifest.json").exists()
    assert all(row["centres"] >= 5 for row in data["areas"])


def test_gaps_of_a_single_centre_are_shown_at_the_level_internal_only(pollday: Call) -> None:
    saved = pollday("run", "--json").json
    inside = pollday("run", "--no-save", "--internal", "--json").json
    assert saved["level"] == "restricted" and "presence_gap_max" not in saved["measures"]
    assert inside["measures"]["presence_gap_max"] >= saved["measures"]["presence_gap_worst_area"] > 0
    again = pollday("measures", saved["run_directory"], "--json").json
    assert again["measures"] == saved["measures"]
    said = pollday("run", "--no-save").out
    assert "presence_gap_worst_area" in said and "presence_gap_max" not in said
    assert "presence_gap_max" in pollday("run", "--no-save", "--internal").out


def test_the_first_line_tells_incidents_from_calls_that_need_nobody(pollday: Call) -> None:
    counts = pollday("run", "--no-save", "--json").json["counts"]
    rows, calls = counts["incidents"], counts["calls_only"]
    assert 0 < calls < rows
    first = pollday("run", "--no-save").out.splitlines()[0]
    assert f"{rows:,} rows on the tape, of them {rows - calls:,} incidents and {calls:,} calls that need nobody" in first


def test_planned_rings_stand_where_the_gatherings_are(pollday: Call) -> None:
    saved = pollday("run", "preset=demo-city", "--json").json
    table = Path(saved["run_directory"], "tables", "rallies.csv")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    rings = next(row for row in saved["load"] if row["resource"] == "rally_ring")
    assert rows and all(float(row["ring_officers"]) > 0 for row in rows)
    assert rings["count"] == len(rows) and rings["load"] > 0.25


def test_staff_does_not_change_the_tape(pollday: Call) -> None:
    one = pollday("run", "--no-save", "--json").json["digests"]
    two = pollday("run", "--no-save", "--json", "staffing.patrol_cars_factor=1.2", "dispatch=joint").json["digests"]
    assert one["tape"] == two["tape"] and one["scenario"] != two["scenario"] and one["trace"] != two["trace"]


def test_the_replication_changes_the_day_and_not_the_plan(pollday: Call) -> None:
    one, two = (pollday("run", "--no-save", "--json", f"replication={r}").json for r in (0, 1))
    assert one["digests"]["tape"] != two["digests"]["tape"]
    assert one["counts"]["units"] == two["counts"]["units"]


def test_a_saved_tape_gives_the_same_day(pollday: Call) -> None:
    drawn = pollday("tape", "seed=5", "--out", "day.csv", "--json").json
    again = pollday("run", "seed=5", "--tape", "day.csv", "--no-save", "--json").json
    straight = pollday("run", "seed=5", "--no-save", "--json").json
    assert drawn["digests"]["tape"] == again["digests"]["tape"] == straight["digests"]["tape"]
    assert again["digests"] == straight["digests"]


def test_an_inject_can_be_merged(pollday: Call) -> None:
    Path("more.yaml").write_text("injects: [{at: 12:00, effect: desk_operators, target: 0, value: 5}]\n", encoding="utf-8")
    one = pollday("run", "--no-save", "--json").json["digests"]
    two = pollday("run", "--no-save", "--merge", "more.yaml", "--json").json["digests"]
    assert one["tape"] != two["tape"] and one["scenario"] == two["scenario"]


def test_the_ledger_is_told_by_force_task_and_hour(pollday: Call) -> None:
    data = pollday("forces", "--json").json
    for row in data["hours"]:
        heads = sum(value for key, value in row.items() if key not in ("force", "at"))
        assert heads == data["mobilised"][row["force"]]
    assert {row["task"] for row in data["ledger"]} > {"posts", "patrol", "rest", "absent"}


def test_the_territory_adds_up(pollday: Call) -> None:
    data = pollday("territory", "--json").json
    assert data["all"] == {"centres": 200, "offices": 1000, "voters": 390_000}
    assert sum(row["offices"] for row in data["by_area"].values()) == 1000


def test_text_and_tables_are_printed_for_people(pollday: Call) -> None:
    for line in ("run", "territory", "forces", "tape", "explain response_mean"):
        said = pollday(*line.split())
        assert said.code == 0 and len(said.out) > 50 and "nan" not in said.out.lower().split()


def test_internal_output_is_stamped(pollday: Call) -> None:
    assert "INTERNAL" in pollday("run", "--internal", "--no-save").out
    assert "INTERNAL" not in pollday("run", "--no-save").out


def test_options_on_the_command_line_win_over_the_preset(pollday: Call) -> None:
    config = pollday("run", "preset=demo-city", "calendar=ly-2024", "demand=none", "--cfg", "job", "--json").json["config"]
    assert config["calendar"]["opening"] == 9 * 3600.0 and config["demand"]["rate_factor"] == 0.0
    assert config["demand"]["rallies"]["per_area"] == 0.0 and config["name"] == "demo-city"


@pytest.mark.parametrize("preset", ["demo-city", "dz-2017-national"])
def test_demand_none_draws_nothing_at_all(pollday: Call, preset: str) -> None:
    drawn = pollday("tape", f"preset={preset}", "demand=none", "--json").json
    assert [drawn[part] for part in ("incidents", "vehicles", "rallies", "injects")] == [0, 0, 0, 0]


def test_each_command_says_where_it_writes(pollday: Call) -> None:
    for name, place in (("run", "runs/NAME"), ("sweep", "./NAME"), ("tape", "not saved")):
        assert place in pollday(name, "--help").out


def test_tables_are_merged_and_entries_can_be_taken_out(pollday: Call) -> None:
    words = ["staffing.fixed.police.day=12", "~staffing.centres_per_rrv.rural", "dispatch.reserve=[0,0,2,2]"]
    config = pollday("run", *words, "calendar.closing=20:00", "--cfg", "job", "--json").json["config"]
    assert config["staffing"]["fixed"]["police"] == {"day": 12, "night": 4, "before": 4}
    assert "rural" not in config["staffing"]["centres_per_rrv"]
    assert config["dispatch"]["reserve"] == [0.0, 0.0, 2.0, 2.0] and config["calendar"]["closing"] == 20 * 3600.0


def test_paths_never_meet_the_grammar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("يوم [1]", "a=b", "~home", "{x}"):
        (tmp_path / name).mkdir()
        assert split([f"./{name}", "seed=3"]) == (f"./{name}", ["seed=3"])


def test_examples_of_the_help_are_understood(pollday: Call) -> None:
    """Every example line is parsed and composed; none of the long ones is run."""
    for name in ("territory", "forces", "tape"):
        for line in pollday(name, "--help").out.splitlines():
            words = shlex.split(line.split("   ")[0]) if line.startswith(f"  pollday {name}") else []
            if words:
                words = [word for word in words[1:] if word not in ("--out", "day.csv")]
                assert pollday(*words, "--cfg", "job").code == 0, line
