"""The marks of incidents: channel, times of calls and scenes, patience, escalation, lost voting time, noise.

Each kind of mark has streams of its own, keyed by class and area, so a change of one kind moves no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.clock import DAY
from sim.demand.catalogue import ADVICE_CALL, COMPLAINT_CALL, FALSE_CALL, RUMOUR_CALL, TIP_CALL, match_settings
from sim.demand.packages import MAX_UNITS
from sim.demand.tape import CHANNELS, THINNINGS
from sim.demand.world import Group, World
from sim.settings.demand import DemandSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T")
Columns = dict[str, NDArray[np.generic]]

Z90 = float(ndtri(0.9))


def lognormal(z: Floats, median: float | Floats, p90: float | Floats) -> Floats:
    """Lognormal values at standard normal ``z``, by median and 90th percentile."""
    return np.asarray(median * np.exp(z * np.log(np.asarray(p90) / median) / Z90))


def complete(world: World, groups: list[Group]) -> Columns:
    """All columns of the incidents but the ids, rows in the order of the groups."""
    counts = [len(group.at) for group in groups]
    cls, area = (np.repeat(np.array([getattr(g, f) for g in groups], dtype=np.int64), counts) for f in ("cls", "area"))
    at, site, x, y = (np.concatenate([getattr(g, f) for g in groups]) for f in ("at", "site", "x", "y"))
    priority = np.array([c.priority for c in world.classes])[cls]
    columns: Columns = {"at": at, "site": site.astype(np.int64), "x": x, "y": y, "cls": cls, "priority": priority}
    columns |= _reports(world, groups, cls, priority)
    columns |= _waiting(world, groups, cls, priority)
    columns |= _candidates(world, groups, counts, cls)
    columns["thinning"] = columns["thinning"].astype(np.int64) | _follows_count(world, columns, area)
    columns["voting_stop_time"] = _stops(world, groups, columns, area)
    columns["entry"] = _entries(world, groups, counts)
    return columns | _work(world, groups, cls)


def streams_of(world: World, groups: list[Group], purpose: str) -> Iterator[np.random.Generator]:
    """The stream of each group for one purpose."""
    return world.streams.each(purpose, [group.key for group in groups])


def _draw(world: World, groups: list[Group], purpose: str, uniforms: int, normals: int) -> tuple[Floats, Floats]:
    """Uniforms (uniforms, n) and standard normals (normals, n) of one purpose, group after group."""
    parts = []
    for group, stream in zip(groups, streams_of(world, groups, purpose), strict=True):
        count = len(group.at)
        parts.append((stream.random((uniforms, count)), stream.standard_normal((normals, count))))
    return np.concatenate([u for u, _ in parts], axis=1), np.concatenate([z for _, z in parts], axis=1)


def _entry(table: Mapping[Any, T], name: str, default: T) -> T:
    return table.get(name, default)


def _is_normal(world: World, cls: Ints) -> NDArray[np.bool_]:
    return np.array([c.group == "normal" for c in world.classes])[cls]


def _reports(world: World, groups: list[Group], cls: Ints, priority: Ints) -> Columns:
    """Channel, report, talk, the caller's patience and the dispatcher's time. The normal service is called by phone."""
    rule = world.settings.calls
    u, z = _draw(world, groups, "calls", 2, 3)
    shares = np.cumsum([_entry(rule.channels, name, 0.0) for name in CHANNELS])
    channel = np.searchsorted(shares, u[0] * shares[-1], side="right").clip(0, len(CHANNELS) - 1)
    channel[_is_normal(world, cls)] = CHANNELS.index("phone")
    report, talk = (
        lognormal(z[row], *np.array([_entry(table, name, (1.0, 1.0)) for name in CHANNELS])[channel].T)
        for row, table in enumerate((rule.report_time, rule.talk_time))
    )
    advice = ((name, rule.advice_time) for name in (ADVICE_CALL, TIP_CALL, COMPLAINT_CALL, RUMOUR_CALL))
    for name, times in (*advice, (FALSE_CALL, rule.false_time)):
        rows = cls == world.code[name]
        talk[rows] = lognormal(z[1, rows], *times)
    direct = channel == CHANNELS.index("direct")
    dispatch = lognormal(z[2], *np.array(rule.dispatch_time)[priority - 1].T)
    needs_units = np.array([bool(c.slots) for c in world.classes])[cls]
    by_phone = channel == CHANNELS.index("phone")
    return _callers(world, groups, by_phone) | {
        "channel": channel.astype(np.int64),
        "report_time": np.where(direct, 0.0, report),
        "talk_time": np.where(direct, 0.0, talk),
        "caller_patience": np.where(by_phone, -np.log1p(-u[1]) * rule.patience, np.inf),
        "dispatch_time": np.where(needs_units, dispatch, 0.0),
    }


def _callers(world: World, groups: list[Group], by_phone: NDArray[np.bool_]) -> Columns:
    """How often and when a caller by phone tries again, whether citizens report at all, and to which room."""
    rule = world.settings.calls
    u, z = _draw(world, groups, "redials", 1, 1)
    again = np.log1p(-u[0]) / np.log(rule.redial) if rule.redial > 0.0 else np.zeros(len(by_phone))
    known, _ = _draw(world, groups, "reporting", 2, 0)
    return {
        "redials": np.where(by_phone, np.minimum(again, 20.0), 0.0).astype(np.int64),
        "redial_time": lognormal(z[0], *rule.redial_time),
        "known": known[0],
        "route": known[1],
    }


def _waiting(world: World, groups: list[Group], cls: Ints, priority: Ints) -> Columns:
    """When an incident nobody attends becomes more urgent, and when it lapses."""
    rule = world.settings.waiting
    u, z = _draw(world, groups, "escalation", 1, 1)
    with np.errstate(divide="ignore"):
        rates = -np.log1p(-np.array(rule.escalation)) / np.array(rule.escalation_time)
        escalate = -np.log1p(-u[0]) / rates[priority - 1]
    escalates = np.array([_escalates(world, c.name) for c in world.classes])[cls]
    never = np.array([times is None for times in rule.patience])[priority - 1]
    patience = lognormal(z[0], *np.array([times or (1.0, 1.0) for times in rule.patience])[priority - 1].T)
    needs_units = np.array([bool(c.slots) for c in world.classes])[cls]
    return {
        "escalate_time": np.where(escalates & (rates > 0.0)[priority - 1], escalate, np.inf),
        "patience": np.where(never | ~needs_units, np.inf, patience),
    }


def _escalates(world: World, name: str) -> bool:
    spec = world.settings.classes.get(name)
    return spec.escalates if spec else name.startswith(("rally_", "match_"))


def _candidates(world: World, groups: list[Group], counts: list[int], cls: Ints) -> Columns:
    """What the state may thin or a fixed team may settle, each with its own uniform."""
    u, _ = _draw(world, groups, "candidates", 2, 0)
    thinning = np.concatenate([np.broadcast_to(group.thinning, len(group.at)) for group in groups]).astype(np.int64)
    on_spot = np.array([c.on_spot > 0.0 for c in world.classes])[cls]
    return {
        "thinning": thinning,
        "candidate": np.where(thinning == 0, np.nan, u[0]),
        "bound": np.repeat(np.array([group.bound for group in groups]), counts),
        "on_spot": np.where(on_spot, u[1], np.nan),
        "parent": np.concatenate([_parents(group) for group in groups]),
    }


def _entries(world: World, groups: list[Group], counts: list[int]) -> Floats:
    """A uniform for the office head's answer to each incident inside a centre (NaN elsewhere)."""
    inside = [world.classes[group.cls].inside for group in groups]
    streams = streams_of(world, groups, "entry")
    parts = [
        stream.random(count) if drawn else np.full(count, np.nan)
        for stream, count, drawn in zip(streams, counts, inside, strict=True)
    ]
    return np.concatenate(parts)


def _follows_count(world: World, columns: Columns, area: Ints) -> Ints:
    """The mark of what comes with the count, where the closing may move: it moves with it."""
    if world.calendar.latest_extension <= 0.0:
        return np.zeros(len(area), dtype=np.int64)
    specs = [world.settings.classes.get(c.name) for c in world.classes]
    counts = np.array([bool(spec and spec.times.get("count", 0.0)) for spec in specs])[columns["cls"].astype(np.int64)]
    after = columns["at"].astype(np.float64) > world.calendar.closing[area]
    in_extra_time = (columns["thinning"].astype(np.int64) & THINNINGS["open"]) > 0
    return np.where(counts & after & ~in_extra_time, THINNINGS["count"], 0)


def _parents(group: Group) -> Ints:
    return np.full(len(group.at), -1, dtype=np.int64) if group.parent is None else group.parent


def _stops(world: World, groups: list[Group], columns: Columns, area: Ints) -> Floats:
    """Seconds of voting lost at the site: only while that centre votes, and never past its latest closing."""
    u, _ = _draw(world, groups, "incident_marks", 1, 0)
    specs = [world.settings.classes.get(c.name) for c in world.classes]
    cls, at = columns["cls"].astype(np.int64), columns["at"].astype(np.float64)
    share = np.array([spec.stop_share if spec else 0.0 for spec in specs])[cls]
    length = np.array([spec.stop_time if spec else 0.0 for spec in specs])[cls]
    calendar = world.calendar
    lead = calendar.opening[area] - calendar.site_opening[columns["site"].astype(np.int64)]
    days = np.clip(np.floor((calendar.closing[area] - at) / DAY), 0.0, np.floor(lead / DAY)) * DAY
    opening, closing = calendar.opening[area] - days, calendar.closing[area] - days
    closing = closing + np.where(days == 0.0, calendar.latest_extension, 0.0)
    lost = np.minimum(at + length, closing) - np.maximum(at, opening)
    return np.where(u[0] < share, np.clip(lost, 0.0, length), 0.0)


def _work(world: World, groups: list[Group], cls: Ints) -> Columns:
    """Seconds of work and travel noise (median 1) of the unit in each place of the package, (n, widest package)."""
    width = max(1, max(len(c.slots) for c in world.classes))
    counts = np.array([len(c.slots) for c in world.classes])
    median, p90 = np.array([scene_time_of(world.settings, c.name) for c in world.classes])[cls].T
    scene, noise = np.zeros((len(cls), width)), np.zeros((len(cls), width))
    row = 0
    streams = (streams_of(world, groups, purpose) for purpose in ("scene_times", "travel_noise"))
    for group, of_scene, of_travel in zip(groups, *streams, strict=True):
        rows = slice(row, row := row + len(group.at))
        if counts[group.cls]:
            shape = (len(group.at), MAX_UNITS)
            scene[rows] = of_scene.standard_normal(shape)[:, :width]
            noise[rows] = of_travel.standard_normal(shape)[:, :width]
    used = np.arange(width) < counts[cls][:, None]
    scene = np.where(used, lognormal(scene, median[:, None], p90[:, None]), 0.0)
    return {"scene_time": scene, "noise": np.where(used, np.exp(world.settings.noise_sigma * noise), 1.0)}


def scene_time_of(rule: DemandSettings, name: str) -> tuple[float, float]:
    """Median and 90th percentile of the work of one unit at an incident of a class, in seconds."""
    gatherings = {f"rally_{k}": c for k, c in rule.rallies.classes.items()} | match_settings(rule)
    tables = (rule.classes, gatherings, rule.background.classes)
    return next((table[name].scene_time for table in tables if name in table), (1.0, 1.0))
