"""The first sheet of a plan: how to read and fill it, what the units and shifts are, and which settings it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from sim.clock import DAY
from sim.forces.kinds import KINDS, TASKS
from sim.language import Language
from sim.plans.hours import Span
from sim.plans.labels import COLUMNS, HEADS, MOBILISED, TOTALS, heading, sheet_name, term
from sim.plans.style import FONT, LINE, header, put, widths
from sim.plans.table import SHIFTS, TASK_OF, PlanTable


def write_guide(
    sheet: Worksheet, table: PlanTable, name: str, settings: Sequence[str], hours: Mapping[str, Sequence[Span]], words: Language
) -> None:
    """Fill the sheet."""
    title = put(sheet, 1, 1, words.say("Deployment plan: %(name)s", name=words.isolate(name)))
    sheet.merge_cells("A1:D1")
    title.font = Font(name=FONT, bold=True, size=16)
    sheet.row_dimensions[1].height = 30
    row = 2
    for text in _rules(words):
        row += 1
        _whole_line(sheet, row, text)
        sheet.row_dimensions[row].height = 34
    row = _shifts(sheet, row + 2, hours, words)
    row = _units(sheet, row + 2, table, words)
    row += 2
    put(sheet, row, 1, words.say("Settings that this plan belongs to")).font = Font(name=FONT, bold=True)
    for text in settings:
        row += 1
        _whole_line(sheet, row, words.isolate(text))
    row += 2
    put(sheet, row, 1, words.say("Digest of the plan as exported")).font = Font(name=FONT, bold=True)
    _whole_line(sheet, row + 1, words.isolate(table.digest()))
    widths(sheet, (34, 30, 34, 20))


def _whole_line(sheet: Worksheet, row: int, text: str) -> None:
    """A text over the whole width."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
    put(sheet, row, 1, text).alignment = Alignment(wrap_text=True, vertical="top")


def _rules(words: Language) -> list[str]:
    heads, mobilised, totals = (sheet_name(words, name) for name in (HEADS, MOBILISED, TOTALS))
    return [
        words.say("Fill in the coloured cells of the sheet “%(sheet)s” only: officers on duty in the busiest hour of the shift. "
                  "Write 0 where nobody is on duty; no cell may be empty.", sheet=heads),
        words.say("Units work in whole crews: where one unit has 3 heads, 6 are two units and 7 are refused."),
        words.say("The sheet “%(sheet)s” says how many officers each area has, on duty and at rest. "
                  "An empty cell means: as many as the plan needs.", sheet=mobilised),
        words.say("Whoever has worked a shift rests before the next one, so an area needs more officers than are on duty at "
                  "once. A plan whose officers do not suffice is refused: pollday says where, when, and how many are missing."),
        words.say("The sheet “%(sheet)s” adds up by itself; its last line must be 0.", sheet=totals),
        words.say("An area, force or unit whose row is deleted keeps what the settings below give it."),
        words.say("Reinforcement, absence, alert levels and shares by phase are no part of this table: the settings below say "
                  "them. Of the reserve, the alert level says who is on duty and who is on call."),
    ]  # fmt: skip


def _shifts(sheet: Worksheet, row: int, hours: Mapping[str, Sequence[Span]], words: Language) -> int:
    header(sheet, row, [words.say("shift"), words.say("hours in most areas")], 20)
    for shift in SHIFTS:
        row += 1
        put(sheet, row, 1, heading(words, shift)).border = LINE
        put(sheet, row, 2, clock_spans(hours[shift], words)).border = LINE
    return row


def clock_spans(spans: Sequence[Span], words: Language) -> str:
    """The hours of a shift by the clock, each once; what the beginning of the time looked at cuts off is left out."""
    longest: dict[float, Span] = {}
    for begin, end in spans:
        old = longest.get(end % DAY)
        longest[end % DAY] = (begin, end) if old is None or end - begin > old[1] - old[0] else old
    texts = sorted(f"{words.clock(begin % DAY)}–{words.clock(end % DAY)}" for begin, end in longest.values())
    return words.isolate(", ".join(texts)) if texts else ""


def _units(sheet: Worksheet, row: int, table: PlanTable, words: Language) -> int:
    header(sheet, row, [words.say(COLUMNS[column]) for column in ("task", "unit", "crew")], 20)
    kinds = [k for k in range(len(KINDS)) if table.possible[k].any()]
    for kind in sorted(kinds, key=lambda k: (TASKS.index(TASK_OF[KINDS[k]]), k)):
        row += 1
        put(sheet, row, 1, term(words, "task", TASK_OF[KINDS[kind]])).border = LINE
        put(sheet, row, 2, term(words, "unit", KINDS[kind])).border = LINE
        put(sheet, row, 3, int(table.crew[kind])).border = LINE
    return row
