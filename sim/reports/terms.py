"""What the measures of a study are called in front of planners: label, unit, which way is better, and the meaning in one line."""

from __future__ import annotations

from dataclasses import dataclass

from sim import plugins
from sim.language import Language, sayable
from sim.language.vocabulary import name_of
from sim.measures.better import lower_is_better
from sim.reports import units as u
from sim.reports.units import Unit


@dataclass(frozen=True)
class Term:
    """A measure as a planner reads it."""

    measure: str
    label: str
    unit: Unit
    meaning: str
    own: bool = False
    """Whether label and meaning are somebody's own words, which are shown as they are."""
    task: str = ""
    """Task of the ledger that the label names."""

    @property
    def lower_is_better(self) -> bool | None:
        """None where there is no better."""
        return lower_is_better(self.measure)

    def called(self, words: Language) -> str:
        """The label."""
        if self.task:
            return words.say(self.label, task=name_of(words, "task", self.task))
        return words.isolate(self.label) if self.own else words.say(self.label)

    def heading(self, words: Language) -> str:
        """The label with its unit, for tables and axes."""
        unit, label = self.unit.called(words), self.called(words)
        return words.say("%(label)s (%(unit)s)", label=label, unit=unit) if unit and unit != label else label

    def means(self, words: Language) -> str:
        """What it means, in one line."""
        return words.isolate(self.meaning) if self.own else words.say(self.meaning)

    def better(self, words: Language) -> str:
        """Which way is better, in words; empty where there is no better."""
        if self.lower_is_better is None:
            return ""
        return words.say("lower is better") if self.lower_is_better else words.say("higher is better")

    def number(self, words: Language, value: float | None, digits: int | None = None, signed: bool = False) -> str:
        """A stored figure as a number of the unit."""
        return self.unit.number(words, value, digits, signed)

    def figure(self, words: Language, value: float | None, digits: int | None = None) -> str:
        """A stored figure with its unit: ``4.2 min``, ``81 %``."""
        number, unit = self.number(words, value, digits), self.unit.called(words)
        if value is None or number == words.no_data or not unit:
            return number
        if self.unit is u.PERCENT:
            return words.share(value, self.unit.digits if digits is None else digits)
        return words.say("%(number)s %(unit)s", number=number, unit=unit)


def term(measure: str, label: str, unit: Unit, meaning: str) -> Term:
    """A measure of this program."""
    return Term(measure, label, unit, meaning)


_RESPONSE = (
    term("potential_response", sayable("potential response"), u.MINUTES,
         sayable("How soon the nearest free unit could be at a polling centre if something happened now.")),
    term("response_mean", sayable("mean response"), u.MINUTES,
         sayable("From the report of an incident to the first mobile unit on the spot, on average.")),
    term("response_p50", sayable("response, half of the incidents within"), u.MINUTES,
         sayable("Half of the incidents had a unit on the spot within this time.")),
    term("response_p90", sayable("response, 90 % of the incidents within"), u.MINUTES,
         sayable("Nine of ten incidents had a unit on the spot within this time.")),
    term("call_processing_mean", sayable("taking of the call"), u.MINUTES,
         sayable("Time until the call was taken and understood.")),
    term("queueing_mean", sayable("wait for a free unit"), u.MINUTES, sayable("Time until a unit could be sent.")),
    term("mobilisation_mean", sayable("setting out"), u.MINUTES, sayable("Time from the order until the unit left.")),
    term("travel_mean", sayable("drive"), u.MINUTES, sayable("Time from leaving until arrival.")),
    term("other_response_mean", sayable("response to medical cases and normal service"), u.MINUTES,
         sayable("Mean response to everything that is not the election, shown apart.")),
    term("compliance_p1", sayable("within target, priority 1"), u.PERCENT,
         sayable("Share of the gravest incidents that had a unit within the target time.")),
    term("compliance_p2", sayable("within target, priority 2"), u.PERCENT,
         sayable("Share of serious incidents that had a unit within the target time.")),
    term("compliance_p1_p2", sayable("within target, priorities 1 and 2"), u.PERCENT,
         sayable("Share of grave and serious incidents that had a unit within the target time.")),
    term("needing_unit", sayable("incidents that need a mobile unit"), u.COUNT,
         sayable("Incidents that were neither prevented nor settled by the fixed team.")),
    term("incidents", sayable("incidents"), u.COUNT, sayable("Incidents that came.")),
    term("answered", sayable("incidents answered"), u.COUNT, sayable("Incidents to which a unit came.")),
    term("patrol_first", sayable("patrol first on the spot"), u.PERCENT,
         sayable("Share of incidents that a patrol reached first.")),
    term("closed", sayable("incidents closed"), u.COUNT, sayable("Incidents that were settled and closed.")),
    term("open", sayable("incidents still open"), u.COUNT, sayable("Incidents that nobody had settled when the day ended.")),
    term("lapsed", sayable("incidents never attended"), u.COUNT, sayable("Incidents that ended before anybody came.")),
    term("handled_on_spot", sayable("settled by fixed teams"), u.COUNT,
         sayable("Incidents that the team at the centre settled without a mobile unit.")),
    term("prevented", sayable("incidents prevented"), u.COUNT,
         sayable("Incidents that did not happen because somebody was there.")),
)  # fmt: skip
_COVER = (
    term("coverage", sayable("offices covered"), u.PERCENT,
         sayable("Share of polling offices that a free unit could reach within the target time.")),
    term("coverage_worst_area", sayable("offices covered in the worst area"), u.PERCENT,
         sayable("The same in the area that is served worst.")),
    term("presence_gap_mean", sayable("time between two patrols"), u.MINUTES,
         sayable("How long a centre sees no patrol, on average.")),
    term("presence_gap_max", sayable("longest time between two patrols"), u.MINUTES,
         sayable("The longest time for which a single centre saw no patrol.")),
    term("presence_gap_worst_area", sayable("time between two patrols in the worst area"), u.MINUTES,
         sayable("The same in the area that patrols visit least.")),
    term("revisit_compliance", sayable("patrols back in time"), u.PERCENT,
         sayable("Share of visits that came back to a centre within the planned interval.")),
    term("posted_in_time", sayable("teams in place 48 hours before"), u.PERCENT,
         sayable("Share of centres whose team was in place 48 hours before the opening.")),
    term("cover_gap_hours", sayable("hours without a team at a centre"), u.HOURS,
         sayable("Time for which a centre that should be guarded was not, all centres together.")),
    term("long_duty_share", sayable("hours on duty beyond 12 in a row"), u.PERCENT,
         sayable("Share of the hours of fixed teams that lie beyond twelve hours on duty: a measure of fatigue.")),
    term("overloaded_areas", sayable("overloaded areas"), u.COUNT,
         sayable("Areas whose units could not keep up with their work.")),
    term("utilisation", sayable("use of mobile units"), u.PERCENT,
         sayable("Share of their time on duty for which mobile units were busy with incidents.")),
    term("officers_near_doors", sayable("officers at each centre"), u.COUNT,
         sayable("Officers of fixed teams at a polling centre during the vote, on average.")),
)  # fmt: skip
_OUTCOME = (
    term("calm_index", sayable("calm centres"), u.PERCENT,
         sayable("Share of polling centres at which no grave or serious incident disturbed the vote.")),
    term("harm", sayable("weighted harm"), u.POINTS,
         sayable("All election incidents that happened, the grave ones counting more; the weights are assumed.")),
    term("harm_late", sayable("weighted harm without timely response"), u.POINTS,
         sayable("The part of it for which no unit came within the target time.")),
    term("office_minutes_lost", sayable("voting time lost"), u.OFFICE_MINUTES,
         sayable("Minutes for which voting stood still, all offices together.")),
    term("office_minutes_unattended", sayable("voting time lost for want of a unit"), u.OFFICE_MINUTES,
         sayable("The part of it that was lost because no unit had come.")),
    term("voting_lost", sayable("share of voting time lost"), u.PERCENT, sayable("Share of all voting time that was lost.")),
    term("voting_stops", sayable("stops of the vote"), u.COUNT, sayable("Incidents that stopped the vote at a centre.")),
    term("voting_offices", sayable("offices open"), u.COUNT, sayable("Polling offices whose voting has begun.")),
    term("voters", sayable("voters"), u.VOTERS, sayable("Voters who come, as expected.")),
    term("voters_delayed", sayable("voters delayed"), u.VOTERS, sayable("Voters who wait longer than the limit.")),
    term("voters_lost", sayable("voters lost"), u.VOTERS,
         sayable("Voters who leave without having voted; the share is assumed.")),
    term("voters_at_closing", sayable("voters inside at closing"), u.VOTERS,
         sayable("Voters still inside when the doors close; they may vote.")),
    term("waiting_hours", sayable("waiting of voters"), u.VOTER_HOURS, sayable("Hours that voters wait, all together.")),
    term("minutes_lost", sayable("time lost by citizens"), u.MINUTES_OF_CITIZENS,
         sayable("Minutes that citizens lose at checkpoints and entries: the burden of security.")),
    term("minutes_lost_checkpoints", sayable("time lost at checkpoints"), u.MINUTES_OF_CITIZENS,
         sayable("Minutes that drivers lose in queues and checks.")),
    term("minutes_lost_rallies", sayable("time lost at gatherings"), u.MINUTES_OF_CITIZENS,
         sayable("Minutes that visitors lose at the entry of gatherings.")),
    term("vehicles_stopped", sayable("vehicles stopped"), u.COUNT, sayable("Ordinary vehicles that were checked or searched.")),
    term("false_alarms", sayable("vehicles held without reason"), u.COUNT, sayable("Vehicles held though there was nothing.")),
)  # fmt: skip
_WORK = (
    term("heads_mobilised", sayable("officers mobilised"), u.HEADS, sayable("All officers of the day, on duty or not.")),
    term("heads_on_duty", sayable("officers on duty at noon"), u.HEADS, sayable("Officers present at 12:00 of polling day.")),
    term("heads_mobile", sayable("officers in mobile units at noon"), u.HEADS,
         sayable("Officers present at 12:00 in units that can be sent to an incident.")),
    term("heads_at_centres", sayable("officers at centres at noon"), u.HEADS,
         sayable("Officers present at 12:00 in the fixed teams at polling centres.")),
    term("officer_hours", sayable("officer-hours"), u.OFFICER_HOURS, sayable("Hours on duty, all officers together.")),
    term("planned_tasks", sayable("planned tasks"), u.COUNT, sayable("Escorts, searches and rounds that came due.")),
    term("planned_covered", sayable("planned tasks covered"), u.PERCENT,
         sayable("Share of escorts, searches and rounds that had all their units.")),
    term("planned_hours", sayable("unit-hours of planned tasks"), u.HOURS, sayable("Hours that units spent on them.")),
    term("halls_unswept", sayable("halls opened without a search"), u.COUNT, sayable("Halls whose doors opened unsearched.")),
    term("doors_delay_mean", sayable("delay of doors"), u.MINUTES, sayable("How late the doors of halls to be searched opened.")),
    term("calls", sayable("calls"), u.COUNT, sayable("Calls and reports of citizens that came in.")),
    term("call_conversion", sayable("calls that led to a dispatch"), u.PERCENT,
         sayable("Share of calls to which a unit was sent.")),
    term("calls_in_time", sayable("calls taken in time"), u.PERCENT, sayable("Share of calls taken within the target.")),
    term("calls_lost", sayable("calls lost"), u.PERCENT, sayable("Share of calls that nobody ever took.")),
    term("disturbances_prevented", sayable("disturbances prevented after a warning"), u.COUNT,
         sayable("Announced disturbances that did not happen because a unit was in place.")),
    term("false_hours", sayable("officer-hours spent on false warnings"), u.OFFICER_HOURS,
         sayable("What acting on warnings without substance costs.")),
    term("rumour_calls", sayable("calls about rumours"), u.COUNT, sayable("Calls that rumours caused.")),
    term("peak_crowd", sayable("largest crowd after a rumour"), u.PEOPLE, sayable("Most people that a rumour brought together.")),
    term("rule_violations", sayable("breaches of the rules of engagement"), u.COUNT, sayable("Always 0: the plan blocks them.")),
    term("actions_blocked", sayable("actions stopped by the rules"), u.COUNT,
         sayable("Actions that the rules of engagement refused.")),
)  # fmt: skip
TERMS = {t.measure: t for t in (*_RESPONSE, *_COVER, *_OUTCOME, *_WORK)}


def term_of(measure: str) -> Term:
    """The term of a measure: those above, ``officer_hours <task>``, and users' own measures in their own words.

    >>> term_of("response_mean").label, term_of("officer_hours posts").task
    ('mean response', 'posts')
    """
    if measure in TERMS:
        return TERMS[measure]
    base, _, task = measure.partition(" ")
    if base == "officer_hours" and task:
        label, meaning = sayable("officer-hours: %(task)s"), sayable("Hours on duty with this task.")
        return Term(measure, label, u.OFFICER_HOURS, meaning, task=task)
    own = plugins.MEASURES.get(measure)
    unit = Unit(own.unit if own else "", digits=2)
    return Term(measure, measure.replace("_", " "), unit, own.definition if own else "", own=True)
