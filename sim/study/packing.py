"""Outcomes as bytes and back, bit by bit: made where a run ends, so that the driver only has to store them."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from math import nan, prod

import numpy as np

from sim.study.outcome import Floats, Outcome, PlaceFigures

FLOAT = "<f8"


@dataclass(frozen=True)
class Packed:
    """An outcome ready to be stored.

    ``layout``: names of the scalars and digests as JSON, the same text for most runs of a study. ``scalars``: float64,
    little-endian, NaN for no data. ``digests``: one a line. ``details``: curves and places, compressed.
    """

    layout: str
    scalars: bytes
    digests: str
    details: bytes


def pack(outcome: Outcome) -> Packed:
    """Pack an outcome. A scalar that is NaN comes back as None: both mean no data."""
    layout = json.dumps({"scalars": list(outcome.scalars), "digests": list(outcome.digests)}, ensure_ascii=False)
    return Packed(layout, _floats(outcome.scalars.values()), "\n".join(outcome.digests.values()), _details(outcome))


def unpack(packed: Packed) -> Outcome:
    """The outcome that was packed."""
    names = json.loads(packed.layout)
    digests = packed.digests.split("\n") if names["digests"] else []
    scalars = dict(zip(names["scalars"], _values(np.frombuffer(packed.scalars, FLOAT)), strict=True))
    curves, places = _curves_and_places(packed.details)
    return Outcome(scalars, curves, dict(zip(names["digests"], digests, strict=True)), places)


def _floats(values: object) -> bytes:
    data = [nan if value is None else value for value in values]  # type: ignore[attr-defined]
    return np.array(data, dtype=FLOAT).tobytes()


def _values(data: Floats) -> list[float | None]:
    return [None if value != value else value for value in data.tolist()]


def _details(outcome: Outcome) -> bytes:
    curves = {name: np.asarray(curve, dtype=FLOAT) for name, curve in outcome.curves.items()}
    shapes = {name: curve.shape for name, curve in curves.items()}
    places = {by: PlaceFigures.of(figures) for by, figures in outcome.places.items()}
    names = {by: [figures.places, figures.measures] for by, figures in places.items()}
    head = json.dumps({"curves": shapes, "tables": names}).encode()
    parts = [curve.tobytes() for curve in curves.values()]
    parts += [figures.array.astype(FLOAT).tobytes() for figures in places.values()]
    return zlib.compress(b"".join([len(head).to_bytes(4, "little"), head, *parts]), 1)


def _curves_and_places(details: bytes) -> tuple[dict[str, Floats], dict[str, PlaceFigures]]:
    content = zlib.decompress(details)
    begin = 4 + int.from_bytes(content[:4], "little")
    head, data = json.loads(content[4:begin]), np.frombuffer(content[begin:], FLOAT)
    curves: dict[str, Floats] = {}
    found: dict[str, PlaceFigures] = {}
    for name, shape in head["curves"].items():
        curves[name], data = data[: prod(shape)].reshape(shape).astype(np.float64), data[prod(shape) :]
    for by, keys in head.get("places", {}).items():  # as they were stored first: a pair of names for every figure
        found[by] = PlaceFigures.of(dict(zip(map(tuple, keys), _values(data[: len(keys)]), strict=True)))
        data = data[len(keys) :]
    for by, (places, measures) in head.get("tables", {}).items():
        size = len(places) * len(measures)
        values = data[:size].reshape(len(places), len(measures)).astype(np.float64)
        found[by], data = PlaceFigures(tuple(places), tuple(measures), values), data[size:]
    return curves, found
