"""A plan that goes out as a workbook comes back as the same plan, in any language, and differs exactly where somebody wrote."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from sim.build import build_place, build_scenario
from sim.cli import compose, compose_study, groups
from sim.commands.completion import LANGUAGES as TYPED
from sim.commands.completion import complete
from sim.commands.plan import DEFAULT_PRESET
from sim.forces.heads import OWN_HOURS
from sim.forces.kinds import KINDS
from sim.forces.roster import POLLING
from sim.language import LANGUAGES, language_of
from sim.language.vocabulary import NAMES
from sim.plans.labels import COLUMNS, SHEETS, plain_text
from sim.plans.read import read_workbook
from sim.plans.table import SHIFTS, PlanTable, plan_digest, plan_table
from sim.plans.write import Origin, workbook
from sim.resources import conf_dir
from sim.settings import Settings, dump, read
from sim.study.identity import point_id
from sim.territory.sites import Territory
from tests.cli.conftest import Call

HOURS = MappingProxyType({shift: ((25200.0, 68400.0),) for shift in SHIFTS})
Edited = Callable[..., Path]


def as_settings(settings: Settings, path: Path) -> Settings:
    plain = dump(settings)
    plain["staffing"] |= read_workbook(path).plain
    return read(plain, Settings)


@pytest.mark.parametrize(
    ("preset", "language"),
    [
        pytest.param(preset, language, marks=[pytest.mark.slow] if preset == "dz-2017-national" else [])
        for preset, language in zip(groups()["preset"], (*LANGUAGES, "ar_DZ"))
    ],
)
def test_every_preset_comes_back_as_the_same_scenario(tmp_path: Path, preset: str, language: str) -> None:
    settings = compose([f"preset={preset}"])
    place = build_place(settings)
    table = plan_table(settings, place)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(workbook(table, Origin(settings.name, (), (), "", dict(HOURS)), language_of(language)))
    again = as_settings(settings, path)
    assert build_scenario(again, place).digest() == build_scenario(settings, place).digest()
    assert plan_digest(read_workbook(path).plain) == table.digest()


def day(pollday: Call, *words: str) -> dict[str, str]:
    said = pollday("run", "--no-save", "--json", *words)
    assert said.code == 0, said.err
    return dict(said.json["digests"])


def test_a_run_of_a_plan_has_the_trace_of_its_preset(pollday: Call, city_book: bytes) -> None:
    Path("plan.xlsx").write_bytes(city_book)
    assert pollday("plan", "import", "plan.xlsx", "-o", "plan.yaml").code == 0
    usual = day(pollday, "preset=demo-city")
    assert day(pollday, "plan=plan.xlsx") == day(pollday, "experiment=plan.yaml") == usual


@pytest.mark.slow
@pytest.mark.parametrize("preset", [name for name in groups()["preset"] if name != DEFAULT_PRESET])
def test_so_has_that_of_every_other_preset(pollday: Call, preset: str) -> None:
    assert pollday("plan", "export", "plan.xlsx", f"preset={preset}", "language=ar").code == 0
    assert day(pollday, "plan=plan.xlsx") == day(pollday, f"preset={preset}")


def test_a_plan_keeps_the_settings_it_came_from_and_typed_words_win(pollday: Call) -> None:
    words = ["preset=staff-shortage", "staffing.absence=0.2", "dispatch=nearest", "seed=7", "~staffing.centres_per_rrv.rural"]
    exported = pollday("plan", "export", "plan.xlsx", *words, "--json").json
    assert exported["settings"]["staffing.absence"] == 0.2 and exported["settings"]["dispatch"] == "nearest"
    without_heads = compose(words)
    found = compose(["plan=plan.xlsx"])
    assert found.staffing.absence == 0.2 and found.seed == 7 and found.reinforcement == without_heads.reinforcement
    place = build_place(found)
    assert build_scenario(found, place).digest() == build_scenario(without_heads, place).digest()
    assert compose(["plan=plan.xlsx", "staffing.absence=0.01", "seed=8"]).staffing.absence == 0.01
    again = pollday("plan", "export", "other.xlsx", "plan=plan.xlsx", "language=fr", "--json").json
    assert again["plan_digest"] == exported["plan_digest"] and again["settings"] == exported["settings"]


def test_an_import_says_what_was_changed_and_nothing_else(pollday: Call, edited: Edited) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Heads"]["I3"] = 45

    edited(change)
    found = pollday("plan", "import", "plan.xlsx", "--json").json
    assert found["changed"] == [
        {"area": "Z1", "force": "police", "unit": "patrol_car", "shift": "day", "before": 39, "now": 45}
    ]
    assert found["ledger_closed"] and not found["as_exported"]
    shown = pollday("plan", "import", "plan.xlsx").out
    assert "1 numbers differ from the plan of the settings" in shown and "pollday run plan=plan.xlsx" in shown


def test_an_unchanged_import_says_so(pollday: Call, city_book: bytes) -> None:
    Path("plan.xlsx").write_bytes(city_book)
    found = pollday("plan", "import", "plan.xlsx", "--json").json
    assert found["changed"] == [] and found["as_exported"]
    assert "number by number" in pollday("plan", "import", "plan.xlsx").out


def test_only_the_owner_reads_what_is_written(pollday: Call) -> None:
    assert pollday("plan", "export", "plan.xlsx").code == 0
    assert pollday("plan", "import", "plan.xlsx", "-o", "plan.yaml").code == 0
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in Path().iterdir()} == {
        "plan.xlsx": "0o600", "plan.yaml": "0o600",
    }  # fmt: skip


def test_hidden_rows_count_like_others_and_a_deleted_one_keeps_the_settings(pollday: Call, edited: Edited) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["Heads"].row_dimensions[3].hidden = True
        book["Heads"]["I3"] = 45

    def delete(book: openpyxl.Workbook) -> None:
        book["Heads"].delete_rows(3)

    edited(hide)
    assert len(pollday("plan", "import", "plan.xlsx", "--json").json["changed"]) == 1
    edited(delete)
    assert pollday("plan", "import", "plan.xlsx", "--json").json["changed"] == []


def test_rows_may_stand_in_any_order_below_a_title_and_beside_notes(pollday: Call, edited: Edited) -> None:
    def shuffle(book: openpyxl.Workbook) -> None:
        sheet = book["Heads"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, len(rows))
        for row in reversed(rows):
            sheet.append([*row, "checked by hand"])
        sheet.insert_rows(1, 3)
        sheet["A1"] = "Plan of the colonel"

    edited(shuffle)
    found = pollday("plan", "import", "plan.xlsx", "--json")
    assert found.code == 0 and found.json["changed"] == [] and found.json["as_exported"]


def test_a_link_to_another_workbook_is_not_followed(pollday: Call, packed: Edited) -> None:
    packed({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    assert pollday("plan", "import", "plan.xlsx").code == 0


def test_the_value_saved_with_a_formula_counts(pollday: Call, city_book: bytes, packed: Edited) -> None:
    book = openpyxl.load_workbook(BytesIO(city_book))
    part = "xl/worksheets/sheet2.xml"
    text = zipfile.ZipFile(BytesIO(city_book)).read(part).decode()
    cell = next(c for c in text.split("<c ") if c.startswith('r="I3"'))
    assert book["Heads"]["I3"].value == 39 and "<v>39</v>" in cell
    packed({part: text.replace(cell, cell.replace("<v>39</v>", "<f>36+6</f><v>42</v>")).encode()})
    changed = pollday("plan", "import", "plan.xlsx", "--json").json["changed"]
    assert [(c["unit"], c["now"]) for c in changed] == [("patrol_car", 42)]


def test_identity_goes_by_what_is_in_the_file_and_not_by_where_it_lies(pollday: Call, edited: Edited, city_book: bytes) -> None:
    Path("there").mkdir()
    Path("a.xlsx").write_bytes(city_book)
    Path("there/renamed.xlsx").write_bytes(city_book)
    edited(lambda book: book["Heads"].cell(3, 9, 45), "b.xlsx")
    ids = [point_id(compose([f"plan={name}"])) for name in ("a.xlsx", "there/renamed.xlsx", "b.xlsx")]
    assert ids[0] == ids[1] != ids[2]


def test_plans_are_options_of_a_study_beside_that_of_the_settings(edited: Edited, city_book: bytes, tmp_path: Path) -> None:
    a = tmp_path / "a.xlsx"
    a.write_bytes(city_book)
    b = edited(lambda book: book["Heads"].cell(3, 9, 45), "b.xlsx")
    study = compose_study(f"plan=preset,{a},{b}", "replications=1")
    assert [option.name for option in study.options] == ["plan=preset", "plan=a.xlsx", "plan=b.xlsx"]
    scenarios = [build_scenario(option.settings).digest() for option in study.options]
    assert scenarios[0] == scenarios[1] != scenarios[2]
    assert study.options[0].axes == {"plan": "preset"} and study.baseline == "plan=preset"
    assert {option.settings.name for option in study.options} == {"demo-city"}


def test_plans_from_different_settings_are_not_compared_by_accident(pollday: Call, city_book: bytes) -> None:
    Path("a.xlsx").write_bytes(city_book)
    assert pollday("plan", "export", "b.xlsx", "preset=demo-city", "demand=high", "staffing.rrv_factor=2").code == 0
    said = pollday("sweep", "plan=a.xlsx,b.xlsx", "replications=1")
    assert said.code == 2 and "plans from different settings; type demand=… for all of them" in said.err
    study = compose_study("plan=preset,a.xlsx,b.xlsx", "demand=high", "replications=1")
    assert len(study.options) == 3 and len({build_scenario(option.settings).digest() for option in study.options[:2]}) == 1


def test_words_that_count_units_are_refused_beside_a_plan_unless_it_came_from_them(pollday: Call) -> None:
    assert pollday("plan", "export", "a.xlsx", "preset=demo-city", "staffing.rrv_factor=2").code == 0
    said = pollday("run", "plan=a.xlsx", "staffing.patrol_cars_factor=1.2", "--no-save")
    assert said.code == 2 and "staffing.patrol_cars_factor=1.2: counts units, but plan=a.xlsx gives the heads" in said.err
    assert compose(["plan=a.xlsx", "staffing.rrv_factor=2", "staffing.absence=0.1"]).staffing.absence == 0.1
    swap = pollday("sweep", "design=swap", "plan=a.xlsx", "design.move_from=posts", "design.move_to=rrv", "design.heads=0,60")
    assert swap.code == 2 and "swap: a plan of heads is given" in swap.err, swap.err


def test_two_workbooks_of_one_name_are_refused(pollday: Call, city_book: bytes) -> None:
    for folder in ("north", "south"):
        Path(folder).mkdir()
        Path(folder, "a.xlsx").write_bytes(city_book)
    assert "two workbooks are called a.xlsx" in pollday("sweep", "plan=north/a.xlsx,south/a.xlsx").err


def test_a_plan_that_cannot_be_stops_a_sweep_before_it_runs(pollday: Call, edited: Edited, city_book: bytes) -> None:
    Path("a.xlsx").write_bytes(city_book)
    edited(lambda book: book["Heads"].cell(3, 9, 40), "b.xlsx")
    said = pollday("sweep", "plan=a.xlsx,b.xlsx", "replications=1")
    assert said.code == 2 and "b.xlsx: sheet 'Heads', cell I3: 40 heads are no whole crews of 3" in said.err, said.err
    assert sorted(path.name for path in Path().iterdir()) == ["a.xlsx", "b.xlsx"]


def test_a_name_with_a_comma_or_a_space_is_one_file(pollday: Call, city_book: bytes) -> None:
    Path("plan, final version.xlsx").write_bytes(city_book)
    assert compose(["plan=plan, final version.xlsx"]).staffing.heads


def random_table(data: st.DataObject, where: Territory) -> PlanTable:
    cells, shape = len(where.area_codes) * len(where.forces), (len(where.area_codes), len(where.forces))
    numbers = st.lists(st.integers(0, 10**6), min_size=len(KINDS) * cells * 4, max_size=len(KINDS) * cells * 4)
    heads = np.array(data.draw(numbers)).reshape(len(KINDS), cells, 4)
    for kind in OWN_HOURS:
        heads[KINDS.index(kind)][:, [p for p in range(4) if p != POLLING]] = 0
    flags = st.lists(st.booleans(), min_size=len(KINDS) * cells, max_size=len(KINDS) * cells)
    possible = np.array(data.draw(flags)).reshape(len(KINDS), cells)
    heads[~possible] = 0
    mobilised = np.array(data.draw(st.lists(st.integers(0, 10**6), min_size=cells, max_size=cells))).reshape(shape)
    free = np.array(data.draw(st.lists(st.booleans(), min_size=cells, max_size=cells))).reshape(shape)
    seen = possible.any(axis=0).reshape(shape) | (mobilised > 0)
    return PlanTable(where, heads, possible, np.ones(len(KINDS), dtype=np.int64), mobilised, mobilised, free | ~seen)


@effort(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_table_of_a_small_world_comes_back_number_by_number(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    known = st.sampled_from(["01", "7", "Z1", "=1+1", "BEN", "ولاية", "00"])
    codes = data.draw(st.lists(known, min_size=1, max_size=3, unique=True))
    sites = build_place(compose([])).territory.sites
    where = Territory("tiny", "euclid", tuple(codes), {"en": tuple(f"=Area {c}" for c in codes)},
                      ("police", "gendarmerie"), sites, np.ones(len(codes)))  # fmt: skip
    table = random_table(data, where)
    language = data.draw(st.sampled_from(LANGUAGES))
    path = tmp_path_factory.mktemp("tiny") / "plan.xlsx"
    path.write_bytes(workbook(table, Origin("tiny", (("seed", 3),), ("seed=3",), "1", dict(HOURS)), language_of(language)))
    found = read_workbook(path)
    expected = table.plain()
    assert found.plain == expected
    assert found.settings == [("seed", 3)] and found.exported == table.digest() == plan_digest(found.plain)


def test_names_mean_one_thing_whatever_the_language() -> None:
    for names in (COLUMNS, SHEETS, NAMES["force"], NAMES["task"], NAMES["unit"]):
        meant: dict[str, set[str]] = {}
        for language in map(language_of, LANGUAGES):
            for name, text in names.items():
                meant.setdefault(plain_text(language.say(text)), set()).add(name)
        assert {text: found for text, found in meant.items() if len(found) > 1} == {}


def test_no_cell_of_a_plan_is_a_formula_but_the_sums(city_book: bytes) -> None:
    book = openpyxl.load_workbook(BytesIO(city_book))
    formulas = {sheet.title for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    assert formulas == {"Totals"}


def test_sheets_are_locked_but_for_the_numbers_and_run_right_to_left_in_arabic(pollday: Call) -> None:
    assert pollday("plan", "export", "ar.xlsx", "language=ar").code == 0
    book = openpyxl.load_workbook("ar.xlsx")
    assert book.sheetnames == ["دليل القراءة", "الأعداد", "التعبئة", "المجاميع", "pollday"]
    assert all(sheet.sheet_view.rightToLeft for sheet in book.worksheets[:4])
    assert all(sheet.protection.sheet and sheet.protection.password is None for sheet in book)
    heads = book["الأعداد"]
    locked = {cell.coordinate: cell.protection.locked for row in heads["A1:J3"] for cell in row}
    assert [name for name, is_locked in locked.items() if not is_locked] == [f"{c}{r}" for r in (2, 3) for c in "GHIJ"]
    assert heads.freeze_panes == "G2" and heads.print_title_rows == "$1:$1"
    check = heads.data_validations.dataValidation[0]
    assert check.formula1 == "AND(ISNUMBER(G2),G2>=0,MOD(G2,$F2)=0)"


def test_the_page_of_settings_names_the_default_preset() -> None:
    assert f"- preset: {DEFAULT_PRESET}" in (conf_dir() / "config.yaml").read_text(encoding="utf-8")
    assert TYPED == LANGUAGES


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pollday pl", ["plan"]),
        ("pollday plan ", ["export", "import"]),
        ("pollday plan import a", ["a.xlsx"]),
        ("pollday plan export new.xlsx lang", ["language="]),
        ("pollday plan export new.xlsx language=ar_", ["language=ar_DZ", "language=ar_LY", "language=ar_MA"]),
        ("pollday run plan=", ["plan=preset", "plan=a.xlsx"]),
        ("pollday sweep plan=preset,", ["plan=preset,a.xlsx"]),
    ],
)
def test_the_tab_key_knows_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.xlsx").touch()
    assert complete(line) == words


def test_a_plan_file_is_readable_settings(pollday: Call, city_book: bytes) -> None:
    Path("plan.xlsx").write_bytes(city_book)
    assert pollday("plan", "import", "plan.xlsx", "-o", "plan.yaml").code == 0
    assert Path("plan.yaml").read_text(encoding="utf-8").startswith("# The plan of plan.xlsx: heads on duty by area")
    assert json.loads(json.dumps(dump(compose(["experiment=plan.yaml"])))) == dump(compose(["plan=plan.xlsx"]))
