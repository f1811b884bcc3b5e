"""The tape: every exogenous fact of one replication, drawn (or written by hand) before the day begins.

It never sees forces or plan, so two plans face the very same day. A mark that is missing in a hand-written tape
means: no noise, never prevented, never escalates, infinite patience.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from sim.demand.counts import Counts, no_counts
from sim.demand.legs import Legs, no_legs
from sim.demand.signals import Rumours, Warnings, no_rows
from sim.digest import digest_columns, digest_text
from sim.errors import InputError, nearest
from sim.given import check

CHANNELS = ("phone", "radio", "patrol", "online", "direct")
"""How an incident is reported. ``direct`` needs no operator at all."""
THINNINGS = {"deterrence": 1, "rally": 2, "open": 4, "warning": 8, "rumour": 16, "count": 32, "inject": 64}
"""What may prevent a candidate incident (``count``: what moves it with the closing; ``inject``: what brings it): bits of
``Incidents.thinning``, in stored tapes, so append only."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Incidents:
    """Incidents in order of (at, id); arrays have shape (incidents,) unless said.

    ``at``: moment it occurs; ``site``: position in ``Territory.sites`` whose area, force and fabric it has; ``x``,
    ``y``: its place (may differ from the site's). ``cls``: position in ``Scenario.classes``; ``priority``: 1 … 4.
    ``report_time``: seconds until it is reported; ``talk_time``: seconds an operator needs; ``caller_patience``:
    seconds a caller waits for an operator; one who gave up calls again up to ``redials`` times, each time ``redial_time``
    seconds later; ``dispatch_time``: handling after the call, without an operator. ``known``: uniform compared with the
    share of such incidents that citizens report (NaN: always reported); ``route``: uniform compared with the share of
    border incidents that reach the neighbouring room first (NaN: never).
    ``escalate_time``: seconds after the report at which it becomes one priority more urgent if no unit has arrived;
    ``patience``: seconds after the report at which it lapses if no unit is on its way or there. ``on_spot``: uniform
    compared with the class's probability (NaN: never settled on the spot). ``candidate``: uniform u that the state may
    thin; it happens iff u <= factor / ``bound`` (NaN: always); ``thinning``: sum of the bits of ``THINNINGS`` whose
    factors are multiplied; ``parent``: id of the rally, warning, rumour or inject it hangs on, or of the incident about which
    it is one more call (-1: none). ``convey_to``: site to which the first unit conveys afterwards (-1: none), with
    ``handover_time`` there. ``voting_stop_time``: seconds of voting lost at the site. ``scene_time`` and ``noise``:
    (incidents, slots) seconds of work and travel-time multiplier of the unit in each place of the package. ``entry``:
    uniform that decides what the office head answers to a request to enter (NaN: yes, after the median time).
    """

    id: Ints
    at: Floats
    site: Ints
    x: Floats
    y: Floats
    cls: Ints
    priority: Ints
    channel: Ints
    report_time: Floats
    talk_time: Floats
    caller_patience: Floats
    redials: Ints
    redial_time: Floats
    known: Floats
    route: Floats
    dispatch_time: Floats
    escalate_time: Floats
    patience: Floats
    on_spot: Floats
    candidate: Floats
    bound: Floats
    thinning: Ints
    parent: Ints
    convey_to: Ints
    handover_time: Floats
    voting_stop_time: Floats
    entry: Floats
    scene_time: Floats
    noise: Floats

    def __len__(self) -> int:
        return len(self.id)


_DEFAULTS: dict[str, tuple[str, float]] = {
    "cls": ("i8", 0),
    "priority": ("i8", 1),
    "channel": ("i8", CHANNELS.index("direct")),
    "report_time": ("f8", 0.0),
    "talk_time": ("f8", 0.0),
    "caller_patience": ("f8", np.inf),
    "redials": ("i8", 0),
    "redial_time": ("f8", 0.0),
    "known": ("f8", np.nan),
    "route": ("f8", np.nan),
    "dispatch_time": ("f8", 0.0),
    "escalate_time": ("f8", np.inf),
    "patience": ("f8", np.inf),
    "on_spot": ("f8", np.nan),
    "candidate": ("f8", np.nan),
    "bound": ("f8", 1.0),
    "thinning": ("i8", 0),
    "parent": ("i8", -1),
    "convey_to": ("i8", -1),
    "handover_time": ("f8", 0.0),
    "voting_stop_time": ("f8", 0.0),
    "entry": ("f8", np.nan),
}


WHOLE_MARKS = ("id", "site", *(name for name, (kind, _) in _DEFAULTS.items() if kind == "i8"))
"""Marks that are ids or codes."""


def incidents(
    *, id: Ints, at: Floats, site: Ints, x: Floats, y: Floats, scene_time: Floats, **marks: Floats | Ints
) -> Incidents:
    """Build incidents from columns, sorted by (at, id); marks left out take their neutral value.

    ``scene_time`` and ``noise`` may have shape (incidents,) or (incidents, slots). Raises ``InputError`` for an unknown
    mark or columns of different length.
    """
    known = (*_DEFAULTS, "noise")
    if unknown := sorted(set(marks) - set(known)):
        raise InputError(f"tape: unknown mark '{unknown[0]}'{nearest(unknown[0], known)}; allowed: {', '.join(known)}")
    ids = np.asarray(id, dtype=np.int64)
    given = {"at": at, "site": site, "x": x, "y": y, "scene_time": scene_time, **marks}
    if uneven := [name for name, column in given.items() if len(column) != len(ids)]:
        raise InputError(f"tape: column '{uneven[0]}' has {len(given[uneven[0]])} rows, but there are {len(ids)} ids")
    order = np.lexsort((ids, np.asarray(at)))
    columns: dict[str, NDArray[np.generic]] = {
        name: np.asarray(marks.get(name, np.full(len(ids), default)), dtype=kind)[order]
        for name, (kind, default) in _DEFAULTS.items()
    }
    scene = _per_slot(scene_time)
    noise = _per_slot(marks.get("noise", np.ones(scene.shape)))
    places = {
        "at": np.asarray(at, "f8"),
        "site": np.asarray(site, "i8"),
        "x": np.asarray(x, "f8"),
        "y": np.asarray(y, "f8"),
    }
    columns |= {name: column[order] for name, column in places.items()}
    return Incidents(id=ids[order], scene_time=scene[order], noise=noise[order], **columns)  # type: ignore[arg-type]


def _per_slot(column: Floats | Ints) -> Floats:
    values = np.asarray(column, dtype=np.float64)
    return values[:, None] if values.ndim == 1 else values


def check_incidents(rows: Incidents, sites: int, classes: int | None = None) -> None:
    """Raise ``InputError`` for ids given twice, and for marks that are no number or out of bounds.

    ``sites`` is the number of sites of the territory, ``classes`` that of the scenario's classes, where it is known.
    """
    ids, counts = np.unique(rows.id, return_counts=True)
    if len(ids) < len(rows):
        raise InputError(f"tape: the incident id {ids[counts > 1][0]} is given more than once")
    codes = {"site": (0, sites), "convey_to": (-1, sites), "cls": (0, np.inf if classes is None else classes)}
    codes |= {"priority": (1, 5), "channel": (0, len(CHANNELS)), "parent": (-1, np.inf), "redials": (0, np.inf)}
    for name, (low, end) in codes.items():
        column = getattr(rows, name)
        allowed = f"{low} to {end - 1}" if np.isfinite(end) else f"{low} or more"
        check(f"tape: {name}", column, (column >= low) & (column < end), allowed)
    known = ", ".join(f"{bit} {name}" for name, bit in THINNINGS.items())
    check("tape: thinning", rows.thinning, (rows.thinning & ~sum(THINNINGS.values())) == 0, f"sums of {known}")
    for name in ("at", "x", "y"):
        column = getattr(rows, name)
        check(f"tape: {name}", column, np.isfinite(column), "finite numbers")
    times = ("report_time", "talk_time", "redial_time", "dispatch_time", "handover_time", "voting_stop_time")
    for name in (*times, "scene_time", "noise"):
        column = getattr(rows, name)
        check(f"tape: {name}", column, np.isfinite(column) & (column >= 0.0), "0 or more")
    for name in ("caller_patience", "escalate_time", "patience"):
        column = getattr(rows, name)
        check(f"tape: {name}", column, column >= 0.0, "0 or more, infinity for ever")
    uniforms = (("on_spot", 1.0, "0 to 1"), ("known", 1.0, "0 to 1"), ("route", 1.0, "0 to 1"), ("entry", 1.0, "0 to 1"))
    for name, high, allowed in (*uniforms, ("candidate", np.inf, "0 or more")):
        column = getattr(rows, name)
        check(f"tape: {name}", column, np.isnan(column) | ((column >= 0.0) & (column <= high)), allowed)
    check("tape: bound", rows.bound, np.isfinite(rows.bound) & (rows.bound >= 1.0), "1 or more")


@dataclass(frozen=True, eq=False)
class Vehicles:
    """Vehicles of interest at checkpoints, in order of (at, id); ordinary traffic is flow per minute, never rows.

    ``site``: the checkpoint; ``inspect`` and ``detect``: uniforms compared with the inspection share and the detection
    probability; ``incident``: id of the incident that an interception cancels (-1: none); ``outbound``: 1 where it leaves town, 0
    where it enters (left out: all enter). Raises ``InputError`` for columns of different length.
    """

    id: Ints
    at: Floats
    site: Ints
    inspect: Floats
    detect: Floats
    incident: Ints
    outbound: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        if not len(self.outbound):
            object.__setattr__(self, "outbound", np.zeros(len(self.id), dtype=np.int64))
        if uneven := [f.name for f in fields(self) if len(getattr(self, f.name)) != len(self.id)]:
            raise InputError(f"vehicles: column '{uneven[0]}' has not {len(self.id)} rows, as many as there are ids")


GATHERINGS = ("hall", "match")
"""Kinds of gathering; positions are codes."""


@dataclass(frozen=True)
class Rally:
    """One gathering at a venue: who comes when. Its incidents are rows of the tape with this ``id`` as parent.

    ``kind``: code into ``GATHERINGS``; ``sweep``: id of the planned task that searches the hall (-1: none), which should be
    over by ``swept_by``.
    """

    id: int
    site: int
    start_at: float
    end_at: float
    people: int
    early_share: float = 0.65
    early_time: float = 2700.0
    kind: int = 0
    sweep: int = -1
    swept_by: float = -1.0

    @property
    def is_match(self) -> bool:
        """Whether this is a match."""
        return self.kind == GATHERINGS.index("match")


@dataclass(frozen=True, repr=False)
class Inject:
    """Something that happens to us, or that is decided, and changes the state: one of a closed list of effects.

    It comes at ``at``, or from then on as soon as the condition ``when`` holds, and is undone ``lasts`` seconds later (0: never).
    What ``target`` and ``value`` mean is said by ``sim.demand.injects.EFFECTS``; ``within`` are metres round a target. Conditions
    and incidents name an inject by its ``id`` (-1: nobody does).
    """

    at: float
    effect: str
    target: int = -1
    value: float = 0.0
    id: int = -1
    lasts: float = 0.0
    within: float = 0.0
    when: str = ""

    def __repr__(self) -> str:
        """What is given; digests of tapes are made of it."""
        always = ("at", "effect", "target", "value")
        shown = [f.name for f in fields(self) if f.name in always or getattr(self, f.name) != f.default]
        return f"Inject({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _no_vehicles() -> Vehicles:
    none_i, none_f = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Vehicles(none_i, none_f, none_i, none_f, none_f, none_i)


@dataclass(frozen=True, eq=False)
class Tape:
    """All exogenous facts of one replication."""

    incidents: Incidents
    vehicles: Vehicles = field(default_factory=_no_vehicles)
    rallies: tuple[Rally, ...] = ()
    injects: tuple[Inject, ...] = ()
    legs: Legs = field(default_factory=no_legs)
    counts: Counts = field(default_factory=no_counts)
    warnings: Warnings = field(default_factory=lambda: no_rows(Warnings))
    rumours: Rumours = field(default_factory=lambda: no_rows(Rumours))

    def digest(self) -> str:
        """SHA-256 over every column, rally, inject, leg, count, warning and rumour."""
        columns = {f"incident_{f.name}": getattr(self.incidents, f.name) for f in fields(Incidents)}
        columns |= {f"vehicle_{f.name}": getattr(self.vehicles, f.name) for f in fields(Vehicles)}
        if len(self.counts):
            columns |= {f"count_{f.name}": getattr(self.counts, f.name) for f in fields(Counts)}
        if len(self.legs):
            columns |= {f"leg_{f.name}": getattr(self.legs, f.name) for f in fields(Legs)}
        for name, rows in (("warning", self.warnings), ("rumour", self.rumours)):
            if len(rows):
                columns |= {f"{name}_{f.name}": getattr(rows, f.name) for f in fields(rows)}
        return digest_text(digest_columns(columns) + repr(self.rallies) + repr(self.injects))
