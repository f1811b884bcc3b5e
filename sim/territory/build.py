"""The one door to every territory that can be built from settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sim.settings.territory import TerritorySettings
from sim.territory.algeria import build_algeria
from sim.territory.city import build_city
from sim.territory.hotspots import hot_spots
from sim.territory.sites import Territory
from sim.territory.towns import TOWN_BUILDERS

BUILDERS: dict[str, Callable[[TerritorySettings], Territory]] = {
    "algeria": build_algeria,
    "city": build_city,
    **TOWN_BUILDERS,
}


def build_territory(settings: TerritorySettings) -> Territory:
    """Build the territory of ``settings``: same settings, same territory. Raises ``InputError`` for what cannot be
    built.
    """
    territory = BUILDERS[settings.country](settings)
    return replace(territory, hot=hot_spots(territory, settings.risk.hot_places))
