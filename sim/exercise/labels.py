"""What roles, kinds and effects of an exercise are called on paper."""

from __future__ import annotations

from sim.clock import MINUTE
from sim.exercise.script import ScriptEffect, ScriptIncident, ScriptInject
from sim.language import Language, sayable
from sim.language.vocabulary import name_of

ROLES = {
    "director": sayable("director"),
    "command room": sayable("command room"),
    "main room": sayable("main room"),
    "field unit": sayable("field unit"),
    "fixed team": sayable("fixed team"),
    "office head": sayable("head of the office"),
    "electoral authority": sayable("electoral authority"),
    "public": sayable("the public"),
}
KINDS = {"inject": sayable("inject"), "information": sayable("information"), "contingency": sayable("contingency")}
INCIDENT, ONLY_SAID = sayable("incident"), sayable("only said")
EFFECTS = {
    "spawn_incident": INCIDENT,
    "demand_surge": sayable("surge of calls and incidents"),
    "unit_out_of_service": sayable("unit out of service"),
    "unit_back_in_service": sayable("unit back in service"),
    "checkpoint_closed": sayable("checkpoint closed"),
    "checkpoint_opened": sayable("checkpoint open again"),
    "road_slowed": sayable("roads slowed"),
    "desk_operators": sayable("operators at the desk"),
    "communications_outage": sayable("radio out"),
    "rumour": sayable("rumour"),
    "request_reinforcement": sayable("reinforcement asked for"),
    "alert_level": sayable("alert level"),
    "extend_voting": sayable("vote prolonged"),
    "request_extension": sayable("prolongation asked for"),
    "recall": sayable("unit called back"),
    "assign": sayable("unit sent to a task"),
    "enter_centre": sayable("told to enter a centre"),
    "carry_box": sayable("told to carry a box"),
    "attend_count": sayable("told to attend the count"),
    "note": ONLY_SAID,
    "redirect": sayable("diverting units allowed or not"),
    "reserve": sayable("units held in reserve"),
}


def what_happens(words: Language, inject: ScriptInject) -> list[str]:
    """What an inject does on the day, one line for each effect and incident; what is named on the day stays as it is written."""
    lines = [_effect(words, effect) for effect in inject.effects] + [_incident(words, one) for one in inject.incidents]
    return lines or [words.say(ONLY_SAID)]


def _effect(words: Language, effect: ScriptEffect) -> str:
    given = (f"{part:g}" if isinstance(part, float) else str(part) for part in (effect.target, effect.value))
    parts = [words.say(EFFECTS[effect.effect]), *(words.isolate(part) for part in given if part)]
    return " · ".join([*parts, words.minutes(effect.lasts, 0)] if effect.lasts else parts)


def _incident(words: Language, one: ScriptIncident) -> str:
    parts = [words.say(INCIDENT), name_of(words, "class", one.what), words.isolate(one.site)]
    later = words.say("%(minutes)s later", minutes=words.minutes(one.after, 0)) if one.after >= MINUTE else ""
    return " · ".join([*parts, later] if later else parts)
