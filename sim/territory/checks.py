"""Guards on places given by a user: inside the country, and not latitude for longitude."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest

Box = tuple[float, float, float, float]

COUNTRY_BOXES: dict[str, Box] = {
    "algeria": (-8.7, 18.9, 12.0, 37.2),
    "libya": (9.2, 19.4, 25.3, 33.3),
    "morocco": (-17.2, 20.7, -0.9, 36.0),
}
"""Least longitude, least latitude, greatest longitude, greatest latitude, in degrees."""

Floats = NDArray[np.float64]


def check_inside(
    lon: Floats, lat: Floats, box: str | Box, source: str = "sites", names: Sequence[object] | None = None
) -> None:
    """Refuse places (n,) outside a country's box (a name of ``COUNTRY_BOXES`` or a box).

    Raises ``InputError`` naming the first bad row, and says so when the two coordinates look swapped.
    """
    west, south, east, north = named_box(box) if isinstance(box, str) else box
    good = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if good.all():
        return
    i = int(np.flatnonzero(~good)[0])
    row = f"row {i + 1}" if names is None else f"'{names[i]}'"
    swapped = west <= lat[i] <= east and south <= lon[i] <= north
    hint = "; longitude and latitude look swapped" if swapped else ""
    allowed = f"longitude {west} to {east}, latitude {south} to {north}"
    raise InputError(f"{source}: {row}: longitude {lon[i]:g}, latitude {lat[i]:g} lies outside ({allowed}){hint}")


def named_box(country: str) -> Box:
    """The box of a country by name. Raises ``InputError`` for an unknown one."""
    if country not in COUNTRY_BOXES:
        raise InputError(
            f"no box for country '{country}'{nearest(country, COUNTRY_BOXES)}; known: {', '.join(COUNTRY_BOXES)}"
        )
    return COUNTRY_BOXES[country]


def check_wrap(wrap: tuple[float, float] | None, x: Floats, y: Floats, source: str = "wrap") -> None:
    """Refuse a torus of no size, and one that is smaller than the extent of its places. Raises ``InputError``."""
    if wrap is None:
        return
    if len(wrap) != 2 or not all(np.isfinite(side) and side > 0.0 for side in wrap):
        raise InputError(f"{source}: {wrap} is no size, allowed: width and height in metres, above 0")
    for side, word, places in zip(wrap, ("width", "height"), (x, y)):
        if len(places) and (extent := float(np.ptp(places))) > side:
            raise InputError(f"{source}: the {word} of {side:g} m is smaller than the extent of the sites, {extent:g} m")
