from __future__ import annotations

import pytest

from sim.settings.territory import TerritorySettings
from sim.territory.build import build_territory
from sim.territory.sites import Territory


@pytest.fixture(scope="session")
def algeria() -> Territory:
    """The national territory as shipped."""
    return build_territory(TerritorySettings())


@pytest.fixture(scope="session")
def city() -> Territory:
    """The demonstration city as shipped."""
    return build_territory(TerritorySettings(country="city"))
