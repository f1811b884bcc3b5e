"""What the words that settings and tables use for forces, tasks, units and the like are called in front of planners."""

from __future__ import annotations

from typing import Protocol

from sim.language.catalogue import sayable

FORCES = {"police": sayable("police"), "gendarmerie": sayable("gendarmerie")}
TASKS = {
    "posts": sayable("posts at centres"),
    "patrol": sayable("patrols"),
    "traffic": sayable("traffic"),
    "checkpoints": sayable("checkpoints"),
    "rallies": sayable("order at gatherings"),
    "rapid_response": sayable("rapid response"),
    "reserve": sayable("reserve"),
    "normal_service": sayable("normal service"),
    "reinforcement": sayable("reinforcement"),
    "escorts": sayable("escorts"),
    "overtime": sayable("overtime"),
    "released": sayable("released"),
    "rest": sayable("rest"),
    "absent": sayable("absent"),
}
"""Lines of the force ledger."""
UNITS = {
    "patrol_car": sayable("patrol car"),
    "motorcycle_pair": sayable("motorcycle pair"),
    "foot_pair": sayable("foot patrol"),
    "rrv": sayable("rapid response vehicle"),
    "section": sayable("reserve section"),
    "search_team": sayable("search team"),
    "traffic_unit": sayable("mobile traffic unit"),
    "normal_car": sayable("car of the normal service"),
    "fixed_team": sayable("fixed team at a centre"),
    "checkpoint_crew": sayable("checkpoint crew"),
    "rally_ring": sayable("outer ring of a gathering"),
    "traffic_post": sayable("traffic post"),
    "normal_service": sayable("officers of the normal service"),
    "match_force": sayable("force at a match"),
    "escort": sayable("escort"),
}
SKILLS = {
    "female_officer": sayable("female officer"),
    "search": sayable("search of halls"),
    "technical": sayable("technical search"),
    "public_order": sayable("public order"),
    "traffic": sayable("traffic"),
    "medical": sayable("first aid"),
    "escort": sayable("escort"),
}
PLACES = {
    "centre": sayable("polling centre"),
    "office": sayable("polling office"),
    "base": sayable("base"),
    "checkpoint": sayable("town entrance"),
    "venue": sayable("hall"),
    "market": sayable("market"),
    "place": sayable("place"),
    "collection": sayable("collection point"),
    "area": sayable("area"),
    "commune": sayable("commune"),
}
FABRICS = {
    "old_city": sayable("old city"), "urban": sayable("urban"), "suburban": sayable("suburban"), "rural": sayable("rural"),
}  # fmt: skip
TIERS = {"low": sayable("low risk"), "medium": sayable("medium risk"), "high": sayable("high risk")}
LEVELS = {"normal": sayable("normal alert"), "raised": sayable("raised alert"), "maximum": sayable("maximum alert")}
PHASES = {
    "before": sayable("before the campaign"),
    "campaign": sayable("campaign"),
    "silence": sayable("electoral silence"),
    "posted": sayable("teams in place"),
    "delivery": sayable("delivery of material"),
    "voting": sayable("voting"),
    "closing_queue": sayable("voters still inside at closing"),
    "count": sayable("count"),
    "transport": sayable("transport of boxes"),
    "stand_down": sayable("stand-down"),
}
GROUPS = {
    "election": sayable("election incidents"),
    "medical": sayable("medical cases"),
    "normal": sayable("calls of the normal service"),
    "planned": sayable("planned tasks"),
}
INCIDENTS = {
    "dispute": sayable("dispute at a centre"),
    "intimidation": sayable("intimidation of voters"),
    "queue_disorder": sayable("disorder in a queue"),
    "campaign_violation": sayable("breach of campaign rules"),
    "unauthorised_person": sayable("unauthorised person"),
    "late_opening": sayable("late opening"),
    "material_threatened": sayable("threat to election material"),
    "medical": sayable("medical case"),
    "collision": sayable("road accident"),
    "power_cut": sayable("power cut"),
    "suspicious_object": sayable("suspicious object"),
    "blockade": sayable("blocked access"),
    "rumour_crowd": sayable("crowd after a rumour"),
    "armed_attack": sayable("armed attack"),
    "assistance": sayable("request for assistance"),
    "rally_disorder": sayable("disorder at a gathering"),
    "rally_medical": sayable("medical case at a gathering"),
    "match_disorder": sayable("disorder at a match"),
    "match_medical": sayable("medical case at a match"),
    "match_force": sayable("force at a match"),
    "normal_help": sayable("call for help"),
    "normal_collision": sayable("road accident elsewhere"),
    "normal_crime": sayable("offence"),
    "normal_urgent": sayable("urgent call"),
    "advice_call": sayable("call for advice"),
    "false_call": sayable("false call"),
    "tip_call": sayable("tip"),
    "complaint_call": sayable("complaint"),
    "duplicate_call": sayable("repeated call"),
    "rumour_call": sayable("call about a rumour"),
    "ballot_escort": sayable("escort of ballot boxes"),
    "hall_sweep": sayable("search of a hall"),
    "rally_patrol": sayable("patrol round a gathering"),
    "vip_escort": sayable("escort of a person under protection"),
    "vip_route": sayable("route of an escort"),
    "commission_tour": sayable("tour of a commission"),
    "material_delivery": sayable("delivery of material to centres"),
    "warning_presence": sayable("presence after a warning"),
}
NAMES = {
    "force": FORCES, "task": TASKS, "unit": UNITS, "skill": SKILLS, "place": PLACES, "fabric": FABRICS, "tier": TIERS,
    "alert": LEVELS, "phase": PHASES, "group": GROUPS, "class": INCIDENTS,
}  # fmt: skip
"""Kind of thing -> the program's own word -> what it is called."""


class Speaker(Protocol):
    """What a language does for single words."""

    def say(self, text: str, **values: object) -> str: ...

    def isolate(self, text: object) -> str: ...


def name_of(words: Speaker, kind: str, name: str) -> str:
    """What a force, task, unit … is called; somebody's own word, which has no translation, as it is.

    ``kind`` is a key of ``NAMES``.
    """
    known = NAMES[kind].get(name)
    return words.isolate(name) if known is None else words.say(known)
