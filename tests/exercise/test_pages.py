"""docs/scenarios.md lists the effects as the program knows them. Run this file to write the list anew."""

from __future__ import annotations

import re
from pathlib import Path

from sim.demand.injects import EFFECTS, STAGES, STATES, TARGETS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"
BLOCK = re.compile(r"(?<=<!-- effects -->\n).*?(?=<!-- end of effects -->)", re.DOTALL)


def effects() -> str:
    """The tables of effects and of conditions."""
    lines = ["| effect | what it does | `target` | `value` | may last | may wait |", "|---|---|---|---|---|---|"]
    for name, effect in EFFECTS.items():
        lasts = "must" if effect.brief else "yes" if effect.may_last else ""
        cells = (f"`{name}`", effect.text, TARGETS[effect.target], effect.value, lasts, "yes" if effect.may_wait else "")
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "A condition compares a state with a number (`free_units in Alger < 3`; without `in`: everywhere), or names a"]
    lines += ["stage that another inject has reached (`attended 4`):", ""]
    lines += ["| condition | meaning |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in {**STATES, **STAGES}.items())]
    return "\n".join(lines) + "\n"


def test_the_page_lists_every_effect_and_condition() -> None:
    found = BLOCK.search(PAGE.read_text(encoding="utf-8"))
    assert found and found.group() == effects(), f"run python {Path(__file__).name} to write the list anew"


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(lambda _: effects(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
