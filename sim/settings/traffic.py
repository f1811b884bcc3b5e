"""Settings of traffic and parking round polling centres."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.settings.base import Metres, Share, settings


@settings
class TrafficSettings:
    """What cars round the centres do to emergency drives, and what traffic control does about it.

    While an area votes, a drive to a task within ``radius`` metres of a centre takes ``access_factor`` times as long (1: nothing
    is ever in the way). A traffic post within ``post_reach`` metres of that centre and a no-parking ring round the centre
    (``parking_ring``, 100 m) together take the whole delay away; a post without a ring takes ``post_share`` of it, a ring that
    nobody enforces ``ring_share``.
    """

    access_factor: Annotated[float, Field(ge=1.0, le=5.0)] = 1.0
    radius: Metres = 1000.0
    parking_ring: bool = True
    post_reach: Metres = 500.0
    post_share: Share = 0.5
    ring_share: Share = 0.5

    def factor(self, post: bool) -> float:
        """What multiplies a drive, with or without a post on duty near its centre."""
        if post:
            eased = 1.0 if self.parking_ring else self.post_share
        else:
            eased = self.ring_share if self.parking_ring else 0.0
        return 1.0 + (self.access_factor - 1.0) * (1.0 - eased)
