"""Rules of engagement as pure decisions: what a force's rules say of an action, and which rule says it.

A closed list: each kind is a key of ``sim.settings.rules.ForceRules``, positions are codes in records and tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log

from scipy.special import ndtri

from sim.errors import InputError, nearest
from sim.settings.rules import ForceRules, RulesSettings
from sim.territory.calendar import Calendar

RULES = ("enter_centre", "carry_boxes", "attend_count", "leave_building_at_opening")
"""Kinds of rules; positions are codes in stored traces: append only."""
ENTER, CARRY, ATTEND, LEAVE = range(len(RULES))
_Z90 = float(ndtri(0.9))


def check_rules(rules: RulesSettings, forces: Iterable[str]) -> None:
    """Raise ``InputError`` for rules of a force that does not exist."""
    known = tuple(forces)
    for name in rules.forces:
        if name not in (*known, "police", "gendarmerie"):
            raise InputError(f"rules.forces.{name}: no such force{nearest(name, known)}; forces are {', '.join(known)}")


def counting(calendar: Calendar, area: int, t: float) -> bool:
    """Whether votes are counted in an area at ``t``."""
    return calendar.phase_at(t, area) == "count"


def may_enter(own: ForceRules, count: bool) -> tuple[str, int]:
    """Whether a centre may be entered (``never``, ``on_request``, ``allowed``), and the code of the rule that decides."""
    if count and own.attend_count == "forbidden":
        return "never", ATTEND
    return own.enter_centre, ATTEND if count else ENTER


def answer(rules: RulesSettings, mark: float) -> tuple[float, bool]:
    """Seconds until the office head answers a request, and whether it is granted, from the uniform ``mark`` of the tape.

    Without a mark (NaN) it is granted after the median time.
    """
    median, p90 = rules.request_time
    if mark != mark:
        return median, True
    refused = mark < rules.refusal_share
    low, width = (0.0, rules.refusal_share) if refused else (rules.refusal_share, 1.0 - rules.refusal_share)
    u = min(max((mark - low) / width, 1e-9), 1.0 - 1e-9)
    return median * exp(float(ndtri(u)) * log(p90 / median) / _Z90), not refused
