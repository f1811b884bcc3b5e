"""The shipped exercises: each fits its day, does what it says, and has a page. Run this file to write the pages anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.build import build_ledger, build_place, build_plan, build_tape
from sim.cli import compose
from sim.clock import format_time
from sim.demand.injects import MOST_IDS
from sim.exercise.fork import same_until
from sim.exercise.script import Said, Script, ScriptInject, exercise_of, shipped
from sim.exercise.staging import exercise_tape
from sim.measures.checks import ledger_closes
from sim.processes.simulation import run
from sim.reports.fonts import missing_letters
from sim.trace import CODE

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "exercises"
PRESETS = [
    "coordinated-disturbance", "dz-2017-national", "ly-2024-nine-directorates", "ma-fes-command-room-stadium", "rally-eve",
    "staff-shortage",
]  # fmt: skip
QUICK = ("staff-shortage", "ly-2024-nine-directorates", "rally-eve")
DAYS = [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in PRESETS]
UNLIKELY: dict[str, set[int]] = {}
"""Injects whose condition does not come true on the shipped day."""


def said(script: Script) -> Iterator[Said]:
    """Every text of an exercise."""
    yield from (script.title, script.rehearses, script.debrief)
    for inject in script.injects:
        yield from (inject.title, inject.text, inject.expected)


def test_there_is_one_exercise_for_each_preset_with_its_injects_in_order() -> None:
    assert shipped() == PRESETS
    for name in PRESETS:
        script = exercise_of(name).script
        assert script.name == script.preset == name
        assert 6 <= len(script.injects) <= 8
        assert [inject.id for inject in script.injects] == list(range(1, len(script.injects) + 1))


@pytest.mark.parametrize("name", PRESETS)
def test_every_text_stands_in_three_languages_with_letters_that_a_page_has(name: str) -> None:
    for text in said(exercise_of(name).script):
        assert text.en and text.fr and text.ar and len({text.en, text.fr, text.ar}) == 3
        assert not missing_letters(text.en + text.fr + text.ar)
        assert any("\u0600" <= letter <= "\u06ff" for letter in text.ar)


@pytest.mark.parametrize("name", DAYS)
def test_an_exercise_is_its_presets_day_until_its_first_inject_and_then_does_what_it_says(name: str) -> None:
    exercise = exercise_of(name)
    settings = compose(exercise.script.words)
    place = build_place(settings)
    scenario, forces = build_plan(settings, place)
    drawn = build_tape(settings, place)
    tape = exercise_tape(exercise, drawn, scenario, settings)
    plain, played = run(scenario, drawn), run(scenario, tape)
    assert same_until(plain, played, min(inject.at for inject in exercise.script.injects))
    assert ledger_closes(scenario, forces, build_ledger(scenario, forces), tape, played)
    columns = played.columns()
    carried_out = {tape.injects[int(number)].id for number in columns["value"][columns["kind"] == CODE["decision"]]}
    wanted = {inject.id for inject in exercise.script.injects} - UNLIKELY.get(name, set())
    assert {id for id in carried_out if id < MOST_IDS // 2} == wanted
    brought = {id for inject in exercise.script.injects for id in (inject.id,) if inject.incidents and inject.id in wanted}
    came = columns["task"][columns["kind"] == CODE["occurred"]]
    rows = tape.incidents
    assert brought == {int(parent) for parent in rows.parent[(rows.thinning == 64) & (rows.parent < 100)] if parent in brought}
    assert all(id in came for id in rows.id[(rows.thinning == 64) & (rows.parent < 100)])


# --- pages ----------------------------------------------------------------------------------------------------------------

HOW_TO = """## How to play and to debrief it

```sh
pollday run --exercise {name}
pollday paper {name} language=fr
```

The first line plays the day with its injects and nobody at the table: what the plan alone would have done. The second writes the
cards, the director's list and the room's log, to be printed (en, fr, ar). At the table the director hands out each card at its
time; the room writes what it decides, and when, into its log. A decision that the program knows is then tried on the very same
day: `pollday fork` from its moment, `pollday replay` of both days side by side (docs/scenarios.md, docs/replay.md).

Debrief in this order: what was known when; what was decided, by whom, after how long; what was expected and is missing; what
the fork says that it would have changed, and with how much chance. Nobody is marked for what could not be known at the table.
"""


def page(script: Script) -> str:
    """The page of an exercise, in English."""
    lines = [f"# {script.title.en}", "", f"Exercise `{script.name}`, on the day of `preset={script.preset}`"]
    lines[-1] += f" with {', '.join(f'`{word}`' for word in script.settings)}." if script.settings else "."
    lines += ["", f"**What it rehearses.** {script.rehearses.en}", "", "## Injects and expected actions", ""]
    lines += ["| | when | from → to | inject | on the day | expected action | within |", "|---|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row(inject))} |" for inject in script.injects]
    asked = "".join(f"- {question.strip()}?\n" for question in script.debrief.en.split("?") if question.strip())
    return "\n".join([*lines, "", HOW_TO.format(name=script.name), "Questions of this exercise:", "", asked])


def minutes(seconds: float, word: str) -> str:
    """A length, if there is one."""
    return f", {word} {seconds / 60:g} min" if seconds else ""


def row(inject: ScriptInject) -> list[str]:
    """One inject as a row of the table."""
    when = format_time(inject.at) + (f", as soon as `{inject.when}`" if inject.when else "")
    done = [" ".join(f"{e.effect} {e.target} {e.value}".split()) + minutes(e.lasts, "for") for e in inject.effects]
    done += [f"{one.what} at {one.site}" + minutes(one.after, "after") for one in inject.incidents]
    text = f"**{inject.title.en}.** {inject.text.en}"
    within = f"{inject.reply_time / 60:g} min"
    whom = f"{inject.sender} → {inject.receiver}"
    return [str(inject.id), when, whom, text, "; ".join(done) or "nothing: it is only said", inject.expected.en, within]


@pytest.mark.parametrize("name", PRESETS)
def test_every_exercise_has_its_page(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    assert text == page(exercise_of(name).script), f"run python {Path(__file__).name} to write the pages anew"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for one in shipped():
        (FOLDER / f"{one}.md").write_text(page(exercise_of(one).script), encoding="utf-8")
