"""The one definition of every setting: frozen dataclasses with bounds, and the gate from plain values to them."""

from __future__ import annotations

from sim.settings.gate import dump, read
from sim.settings.root import Settings

__all__ = ["Settings", "dump", "read"]
