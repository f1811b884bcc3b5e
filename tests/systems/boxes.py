"""The way of every ballot box of a day, looked at from outside."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.demand.tape import Tape
from sim.measures.ballots import custody, custody_log
from sim.measures.day import Day
from sim.scenario import Scenario


def unbroken(scenario: Scenario, tape: Tape, trace: Any) -> int:
    """Boxes of a day, all of them delivered, each held by staff, carriers and the collection point without a gap."""
    read = Day.of(scenario, tape, trace)
    boxes = custody(read)
    assert np.isfinite(boxes.delivered_at).all(), f"{int(boxes.offices[~np.isfinite(boxes.delivered_at)].sum())} are missing"
    assert (boxes.counted_at <= boxes.collected_at).all() and (boxes.collected_at < boxes.delivered_at).all()
    log = custody_log(read, boxes)
    assert set(log["holder"]) == {"office staff", "carriers", "collection point"}
    held = {name: np.array(log[name]).reshape(-1, 3) for name in ("site", "held_from", "held_until")}
    assert (held["site"] == held["site"][:, :1]).all()
    assert (held["held_until"][:, :-1] == held["held_from"][:, 1:]).all()
    return int(boxes.offices.sum())
