"""The two programs behind the same door: work in, response times out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import simpy

from sim.arrays import make_scenario, make_sites, make_tape, make_territory, make_units, uniform_travel
from sim.bench import plain
from sim.bench.work import DETOUR, OPENING, SPEED, Floats, Work
from sim.demand.tape import CHANNELS
from sim.processes.simulation import Simulation
from sim.trace import CODE


@dataclass(frozen=True, eq=False)
class Result:
    """What a program did: seconds from report to arrival (incidents,), events it had SimPy process, records it kept."""

    response_time: Floats
    events: int
    records: int


def run_engine(work: Work) -> Callable[[], Result]:
    """Run the ordinary engine, from the drawn arrays to the trace as columns; what is returned reads off the result."""
    centres = len(work.x)
    sites = make_sites(
        np.concatenate((work.x, work.home_x)),
        np.concatenate((work.y, work.home_y)),
        area=np.concatenate((work.area, work.home_area)),
    )
    territory = make_territory(sites)
    units = make_units(centres + np.arange(len(work.home_x)), territory, begin=OPENING)
    travel = uniform_travel(SPEED * 3.6, DETOUR)
    scenario = make_scenario(territory, units, travel=travel, operators=work.operators)
    phone = np.full(len(work), CHANNELS.index("phone"))
    marks = {"priority": work.priority, "talk_time": work.talk_time, "channel": phone}
    simulation = Simulation(scenario, make_tape(territory, work.at, work.centre, work.scene_time, **marks))
    trace = simulation.advance()
    records = trace.columns()
    trace.legs()

    def result() -> Result:
        came = records["kind"] == CODE["arrived"]
        response_time = np.full(len(work), np.nan)
        response_time[records["task"][came]] = records["time"][came]
        return Result(response_time - work.at, events_of(simulation.world.clock), len(trace))

    return result


def run_plain(work: Work) -> Callable[[], Result]:
    """Run the plain program, from the drawn arrays to its list of response times."""
    env = simpy.Environment()
    homes: list[list[plain.Place]] = [[] for _ in work.operators]
    for x, y, number in zip(work.home_x.tolist(), work.home_y.tolist(), work.home_area.tolist()):
        homes[number].append((x, y))
    areas = [plain.Area(env, *given) for given in zip(homes, work.operators.tolist())]
    x, y, area = work.x.tolist(), work.y.tolist(), work.area.tolist()
    columns = (work.at, work.centre, work.priority, work.talk_time, work.scene_time)
    rows = enumerate(zip(*(column.tolist() for column in columns)))
    calls = [(plain.Call(i, at, (x[c], y[c]), *rest), areas[area[c]]) for i, (at, c, *rest) in rows]
    town = plain.Town(env, areas, SPEED, DETOUR, len(calls))
    env.process(town.source(calls))
    env.run()
    return lambda: Result(np.array(town.responses), events_of(env), 0)


def events_of(env: simpy.Environment) -> int:
    """Events that SimPy has processed: numbers given out less those still waiting. Call it once, after the run."""
    return int(next(env._eid)) - len(env._queue)
