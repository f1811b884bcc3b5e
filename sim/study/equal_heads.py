"""Options at equal heads: what a swap of whole crews takes, and one number of mobilised heads for all options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.build import build_plan
from sim.errors import InputError
from sim.forces.build import Forces
from sim.forces.plan import crew_of
from sim.settings import Settings, dump, read
from sim.study.design import Option
from sim.study.point import place_of


def share_for(settings: Settings, heads: int) -> float:
    """The ``move_share`` that moves exactly so many heads, force by force as whole crews.

    A force gives its k-th crew at the share k x crew / heads of its task. Raises ``InputError`` for heads that make no whole
    crews, and for more than can be moved.
    """
    staffing = settings.staffing
    crew = crew_of(staffing.move_to, staffing)
    if heads % crew:
        below = heads // crew * crew
        raise InputError(f"heads={heads}: a {staffing.move_to} has a crew of {crew}; the nearest are {below} and {below + crew}")
    if not heads:
        return 0.0
    pool = _forces(settings).moved.pool
    shares = np.sort(np.concatenate([np.arange(1, int(own) // crew + 1) * crew / own for own in pool if own]))
    if heads // crew > len(shares) or shares[heads // crew - 1] > 0.9:
        most = int((shares <= 0.9).sum()) * crew
        raise InputError(f"heads={heads}: of {int(pool.sum()):,} in {staffing.move_from}, at most {most:,} can be moved")
    return float(f"{shares[heads // crew - 1]:.12g}")


def at_equal_heads(options: Sequence[Option]) -> list[Option]:
    """The same options, each mobilising as many heads of every force as the one that needs most; who has no task rests.

    Raises ``InputError`` for an option that cannot be carried out.
    """
    mobilised = {option.name: _mobilised(option) for option in options}
    most = {force: max(own[force] for own in mobilised.values()) for force in next(iter(mobilised.values()))}
    if all(own == most for own in mobilised.values()):
        return list(options)
    words = tuple(f"staffing.mobilised.{force}={heads}" for force, heads in most.items())
    pinned = [replace(o, overrides=(*o.overrides, *words), settings=_pin(o.settings, most)) for o in options]
    for option in pinned:
        if _mobilised(option) != most:
            raise InputError(f"option '{option.name}': mobilises {_mobilised(option)} heads, the others {most}")
    return pinned


def _pin(settings: Settings, heads: dict[str, int]) -> Settings:
    staffing = dump(settings.staffing)
    staffing["mobilised"] |= heads
    return read({**vars(settings), "staffing": staffing}, Settings)


def _mobilised(option: Option) -> dict[str, int]:
    try:
        heads = _forces(option.settings).mobilised.sum(axis=0).tolist()
    except InputError as error:
        raise InputError(f"option '{option.name}': {error}") from None
    return dict(zip(place_of(option.settings).territory.forces, heads, strict=True))


def _forces(settings: Settings) -> Forces:
    return build_plan(settings, place_of(settings))[1]
