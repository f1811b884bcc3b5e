"""Everything that a record or a status may be has a name on the page."""

from __future__ import annotations

from sim.measures.day import TASK_STATUSES, UNIT_STATUSES
from sim.replay.records import ALONE, COUNTS, TIMES
from sim.replay.texts import LAPSES, RECORDS, STEPS, TASK_STATES, UNIT_STATES
from sim.trace import KINDS, LADDER, LAPSE_REASONS


def test_every_kind_of_record_and_every_status_has_a_name() -> None:
    kinds = {kind.name for kind in KINDS}
    assert set(RECORDS) == kinds
    assert set(UNIT_STATES) == set(UNIT_STATUSES) and set(TASK_STATES) == set(TASK_STATUSES)
    assert {*ALONE, *COUNTS, *TIMES} <= kinds and not {*COUNTS} & {*TIMES}


def test_codes_are_named_in_their_order() -> None:
    assert LAPSES == LAPSE_REASONS and STEPS == LADDER
