"""The columns of a tape file: how they are written, read and bounded; one table for saving and loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.demand.injects import LONGEST, MOST_IDS
from sim.demand.tape import CHANNELS, GATHERINGS, THINNINGS
from sim.errors import InputError, nearest
from sim.tables import Row, bits, codes, floats, integers, join_bits, moments

Ints = NDArray[np.int64]
Column = NDArray[np.generic]

_DAYS = 10 * 86400.0
_BIG = 2**53


@dataclass(frozen=True)
class Spec:
    """One column: ``field`` in memory, ``kind`` of content, bounds, what an empty cell means (None: not allowed)."""

    field: str
    kind: Literal["moment", "number", "whole", "site", "class", "name", "bits"]
    low: float = 0.0
    high: float = _DAYS
    empty: float | None = None
    names: tuple[str, ...] = ()
    bits: Mapping[str, int] | None = None


INCIDENTS: dict[str, Spec] = {
    "id": Spec("id", "whole", 0, _BIG),
    "at": Spec("at", "moment"),
    "site": Spec("site", "site"),
    "class": Spec("cls", "class", empty=0),
    "priority": Spec("priority", "whole", 1, 4, empty=np.nan),
    "channel": Spec("channel", "name", empty=CHANNELS.index("direct"), names=CHANNELS),
    "report_time": Spec("report_time", "number", empty=0.0),
    "talk_time": Spec("talk_time", "number", empty=0.0),
    "caller_patience": Spec("caller_patience", "number", high=1e9, empty=np.inf),
    "redials": Spec("redials", "whole", 0, 1000, empty=0),
    "redial_time": Spec("redial_time", "number", empty=0.0),
    "known": Spec("known", "number", high=1.0, empty=np.nan),
    "route": Spec("route", "number", high=1.0, empty=np.nan),
    "dispatch_time": Spec("dispatch_time", "number", empty=0.0),
    "escalate_time": Spec("escalate_time", "number", high=1e9, empty=np.inf),
    "patience": Spec("patience", "number", high=1e9, empty=np.inf),
    "on_spot": Spec("on_spot", "number", high=1.0, empty=np.nan),
    "candidate": Spec("candidate", "number", high=1.0, empty=np.nan),
    "bound": Spec("bound", "number", 1.0, 1e6, empty=1.0),
    "thinning": Spec("thinning", "bits", empty=0, bits=THINNINGS),
    "parent": Spec("parent", "whole", 0, _BIG, empty=-1),
    "convey_to": Spec("convey_to", "site", empty=-1),
    "handover_time": Spec("handover_time", "number", empty=0.0),
    "voting_stop_time": Spec("voting_stop_time", "number", empty=0.0),
    "entry": Spec("entry", "number", high=1.0, empty=np.nan),
}
"""Incidents, one row each; ``x``, ``y``, ``scene_time``, ``noise`` and ``package`` are read beside these."""
VEHICLES: dict[str, Spec] = {
    "id": Spec("id", "whole", 0, _BIG),
    "at": Spec("at", "moment"),
    "site": Spec("site", "site"),
    "inspect": Spec("inspect", "number", high=1.0),
    "detect": Spec("detect", "number", high=1.0),
    "incident": Spec("incident", "whole", 0, _BIG, empty=-1),
    "outbound": Spec("outbound", "whole", 0, 1, empty=0),
}
RALLIES: dict[str, Spec] = {
    "id": Spec("id", "whole", 0, _BIG),
    "site": Spec("site", "site"),
    "start_at": Spec("start_at", "moment"),
    "end_at": Spec("end_at", "moment"),
    "people": Spec("people", "whole", 1, 1_000_000),
    "early_share": Spec("early_share", "number", high=1.0, empty=0.65),
    "early_time": Spec("early_time", "number", empty=2700.0),
    "kind": Spec("kind", "name", empty=0, names=GATHERINGS),
    "sweep": Spec("sweep", "whole", 0, _BIG, empty=-1),
    "swept_by": Spec("swept_by", "moment", empty=-1.0),
}
LEGS: dict[str, Spec] = {
    "task": Spec("task", "whole", 0, _BIG),
    "order": Spec("order", "whole", 1, 1000),
    "site": Spec("site", "site"),
    "hold_time": Spec("hold_time", "number", empty=0.0),
}
COUNTS: dict[str, Spec] = {
    "site": Spec("site", "site"),
    "votes": Spec("votes", "whole", 0, _BIG, empty=0),
    "queue_time": Spec("queue_time", "number", empty=0.0),
    "count_time": Spec("count_time", "number"),
}
WARNINGS: dict[str, Spec] = {
    "id": Spec("id", "whole", 0, _BIG),
    "at": Spec("at", "moment"),
    "due_at": Spec("due_at", "moment"),
    "site": Spec("site", "site"),
    "presence": Spec("presence", "whole", 0, _BIG, empty=-1),
}
RUMOURS: dict[str, Spec] = {
    "id": Spec("id", "whole", 0, _BIG),
    "at": Spec("at", "moment"),
    "site": Spec("site", "site"),
    "start": Spec("start", "number", 1e-3, 1e6, empty=8.0),
    "doubling_time": Spec("doubling_time", "number", 1.0, empty=2400.0),
    "peak": Spec("peak", "number", 1e-3, 1e6),
    "life_time": Spec("life_time", "number", 1.0, empty=14_400.0),
}
INJECTS: dict[str, Spec] = {
    "at": Spec("at", "moment"),
    "effect": Spec("effect", "name"),
    "target": Spec("target", "whole", 0, _BIG, empty=-1),
    "value": Spec("value", "number", -1e12, 1e12, empty=0.0),
    "id": Spec("id", "whole", 0, MOST_IDS - 1, empty=-1),
    "lasts": Spec("lasts", "number", 1.0, LONGEST, empty=0.0),
    "within": Spec("within", "number", 1.0, 1e6, empty=0.0),
    "when": Spec("when", "name", empty=0.0),
}


def needed(specs: Mapping[str, Spec]) -> list[str]:
    """Columns that a file must have."""
    return [name for name, spec in specs.items() if spec.empty is None]


class SiteNames:
    """Sites by id or by name, for columns that name them."""

    def __init__(self, ids: Ints, names: Sequence[str]) -> None:
        self.ids = ids
        self._by_id = {str(i): row for row, i in enumerate(ids.tolist())}
        self._by_name: dict[str, int] = {}
        for row, name in enumerate(names):
            self._by_name[name] = -1 if name in self._by_name else row

    def find(self, text: str) -> int:
        """Position of a site; raises ``InputError`` for an unknown one or a name that several sites have."""
        place = self._by_id.get(text, self._by_name.get(text))
        if place is None:
            hint = nearest(text, self._by_name) or nearest(text, self._by_id)
            raise InputError(f"unknown site {text!r}{hint}; give the id or the name of one of {len(self.ids)} sites")
        if place < 0:
            raise InputError(f"several sites are called {text!r}; give the site's id")
        return place

    def positions(self, rows: Sequence[Row], column: str, empty: float | None) -> Ints:
        """Position of each row's site; raises ``InputError`` like ``find``, naming the row."""
        out = np.full(len(rows), -1, dtype=np.int64)
        for i, row in enumerate(rows):
            if row[column] or empty is None:
                try:
                    out[i] = self.find(row[column])
                except InputError as error:
                    raise row.error(column, str(error)) from None
        return out


def parse(
    rows: Sequence[Row], specs: Mapping[str, Spec], sites: SiteNames, classes: Sequence[str], span: tuple[float, float]
) -> dict[str, Column]:
    """Columns in memory out of rows of text, by field name; an empty priority comes back as NaN."""
    out: dict[str, Column] = {}
    for name, spec in specs.items():
        if spec.kind == "moment":
            out[spec.field] = moments(rows, name, spec.empty, *span)
        elif spec.kind == "site":
            out[spec.field] = sites.positions(rows, name, spec.empty)
        elif spec.kind == "class":
            out[spec.field] = codes(rows, name, classes, 0)
        elif spec.bits is not None:
            out[spec.field] = bits(rows, name, spec.bits)
        elif spec.names:
            out[spec.field] = codes(rows, name, spec.names, None if spec.empty is None else int(spec.empty))
        elif spec.kind == "number" or spec.field == "priority":
            out[spec.field] = floats(rows, name, spec.low, spec.high, spec.empty)
        elif spec.kind == "whole":
            out[spec.field] = integers(
                rows, name, int(spec.low), int(spec.high), None if spec.empty is None else int(spec.empty)
            )
    return out


def texts(values: Column, spec: Spec, sites: Sequence[int], classes: Sequence[str]) -> list[str]:
    """One column as text: numbers by ``repr``, so that they read back bit by bit; what is empty in memory is empty."""
    if spec.kind == "site":
        return [str(sites[v]) if v >= 0 else "" for v in values.tolist()]
    if spec.kind == "class":
        return [classes[v] for v in values.tolist()]
    if spec.names:
        return [spec.names[v] for v in values.tolist()]
    if spec.bits is not None:
        return [join_bits(v, spec.bits) for v in values.tolist()]
    if spec.kind == "name":
        return [str(v) for v in values.tolist()]
    empty = spec.empty if spec.empty is not None and not spec.low <= spec.empty <= spec.high else None
    if empty is None:
        return [repr(v) for v in values.tolist()]
    return ["" if v == empty or v != v else repr(v) for v in values.tolist()]
