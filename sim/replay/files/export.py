"""What is to be written of a run: for whom, on which date, which part of the day, and where on the globe it lies.

Whoever may read the files is a matter of ``share``, as on the page: at ``restricted`` places are those of groups of at least five
centres; areas with fewer, and everything about single sites and posts, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.errors import InputError
from sim.measures.day import Day, Floats
from sim.measures.entry import Cell
from sim.replay.files.fixes import Fixes, fixes, without_rests
from sim.replay.files.moments import PollingDay
from sim.replay.state import in_degrees
from sim.replay.view import View
from sim.territory.travel import EARTH_RADIUS

Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Export:
    """What is to be written of one run: for whom, on which date, which part of the day, and where a plane lies on the globe."""

    view: View
    day_of: PollingDay
    begin: float
    end: float
    origin: Place | None = None

    @property
    def day(self) -> Day:
        """The run's records as arrays."""
        return self.view.day

    @property
    def on_globe(self) -> bool:
        """Whether the coordinates of the run are longitude and latitude."""
        return in_degrees(self.day.scenario.territory)

    def check_places(self) -> None:
        """Raise ``InputError`` for a case without coordinates: nothing of it can be drawn."""
        territory = self.day.scenario.territory
        if territory.metric == "matrix" and not (territory.sites.x.any() or territory.sites.y.any()):
            raise InputError("the sites of this run have no coordinates, only travel times; --as records.csv needs none")

    @cached_property
    def units(self) -> Fixes:
        """Movements of the units that are shown, at the places that may be shown."""
        found = fixes(self.day, self.view.units, self.begin, self.end)
        if not self.view.internal:
            x, y = self.view.pools.moved(found.x, found.y, self.day.scenario.units.id[found.unit])
            found = Fixes(found.unit, found.duty, found.time, x, y, found.status)
        return without_rests(found)

    def lon_lat(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude of places. Raises ``InputError`` for a plane that nobody has put on the globe."""
        if self.on_globe:
            return x, y
        if self.origin is None:
            raise InputError(
                "the sites of this run have x and y in metres, and GeoJSON needs longitude and latitude; say with "
                "--origin LON,LAT where the point 0, 0 lies, or write fixes.csv and records.csv only"
            )
        lon, lat = self.origin
        metres = np.pi / 180.0 * EARTH_RADIUS
        return lon + x / (metres * np.cos(np.radians(lat))), lat + y / metres


def unit_facts(export: Export, row: int) -> dict[str, Cell]:
    """Name, kind, area and force of a unit (row of ``Scenario.units``)."""
    units, territory = export.day.scenario.units, export.day.scenario.territory
    return {
        "unit": export.view.unit_names[row],
        "kind": units.kinds[units.kind[row]],
        "area": territory.area_codes[units.area[row]],
        "force": territory.forces[units.force[row]],
    }
