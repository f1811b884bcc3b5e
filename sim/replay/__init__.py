"""Replay: see any run again, at any moment, as a page, as files for other tools, or checked against itself."""

from __future__ import annotations

from sim.replay.state import Replay, State

__all__ = ["Replay", "State"]
