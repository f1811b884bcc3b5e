"""pollday: a discrete-event simulation of polling-day security.

A tiny world from arrays in a few lines; see ``docs/api.md`` for the three smallest useful ones.

>>> import sim
>>> territory = sim.make_territory(sim.make_sites(x=[0, 3000], y=[0, 4000]))
>>> units = sim.make_units(base=[0], territory=territory)
>>> scenario = sim.make_scenario(territory, units, travel=sim.uniform_travel(speed_kmh=36))
>>> trace = sim.run(scenario, sim.make_tape(territory, at=[60], site=[1], scene_time=[600]))
>>> [sim.KINDS[kind].name for kind in trace.columns()["kind"]][-5:]
['dispatched', 'arrived', 'cleared', 'closed', 'returning']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.arrays import (
        make_calendar,
        make_scenario,
        make_sites,
        make_tape,
        make_territory,
        make_units,
        uniform_travel,
    )
    from sim.demand.classes import IncidentClass, Slot
    from sim.demand.tape import Inject, Tape
    from sim.errors import InputError
    from sim.movement import build_loops
    from sim.processes.simulation import Simulation, run
    from sim.scenario import Scenario
    from sim.settings.response import DispatchSettings, RoomSettings
    from sim.trace import KINDS, Trace

__all__ = [
    "KINDS",
    "DispatchSettings",
    "IncidentClass",
    "Inject",
    "InputError",
    "RoomSettings",
    "Scenario",
    "Simulation",
    "Slot",
    "Tape",
    "Trace",
    "build_loops",
    "make_calendar",
    "make_scenario",
    "make_sites",
    "make_tape",
    "make_territory",
    "make_units",
    "run",
    "uniform_travel",
]

_HOMES = {
    "sim.arrays": "make_calendar make_scenario make_sites make_tape make_territory make_units uniform_travel",
    "sim.demand.classes": "IncidentClass Slot",
    "sim.demand.tape": "Inject Tape",
    "sim.errors": "InputError",
    "sim.movement": "build_loops",
    "sim.processes.simulation": "Simulation run",
    "sim.scenario": "Scenario",
    "sim.settings.response": "DispatchSettings RoomSettings",
    "sim.trace": "KINDS Trace",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first used: a worker must watch its driver before it has loaded the model."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(_HOME_OF[name]), name)
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
