"""What the model leaves out, in one place: texts for planners, each to be translated."""

from __future__ import annotations

from sim.language import sayable

LEFT_OUT = (
    sayable("Intentions: hostile acts are classes of events with a rate; nobody in the model plans, learns or answers the plan."),
    sayable("Crowds as bodies: no pushing, no panic, no flow through doors; a crowd is a number of people and a hazard."),
    sayable("Single voters: a queue is a number, and no voter chooses another hour or another centre."),
    sayable("Roads: drives are straight lines with a detour and a speed; no road works, no jams of the day, no closures."),
    sayable("People on duty: no fatigue, no skill, no error, no injury; a unit is as good in the last hour as in the first."),
    sayable("Radio and power: nothing fails but what the scenario says."),
    sayable("Weather: none."),
    sayable("What happens after polling day: results, appeals, unrest of later days."),
    sayable("Other services: ambulances, firemen and the army act only where the scenario counts their help."),
    sayable("Cost in money: officers and hours are counted, nothing is priced."),
)
"""One sentence for each."""
