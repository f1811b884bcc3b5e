"""Everybody can tell the colours apart: checked on the palette as people without red or green cones see it."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sim.language import Language
from sim.reports import style
from sim.reports.figures.classes import Classes, rounded

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
SEEN = {
    "all cones": np.eye(3),
    "no green cones": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]),
    "no red cones": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
WHITE = TO_XYZ.sum(axis=1)
JUST_SEEN = 2.3
"""Difference in CIELAB (1976) that people just see."""
FAR = 4 * JUST_SEEN


def lab(colour: str, eye: str) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = (TO_XYZ @ np.clip(SEEN[eye] @ linear, 0.0, 1.0)) / WHITE
    fx, fy, fz = (t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def apart(colours: list[str], eye: str) -> float:
    seen = [lab(colour, eye) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


@pytest.mark.parametrize("eye", SEEN)
def test_options_that_are_named_have_colours_far_apart(eye: str) -> None:
    assert apart([*style.PALETTE[:5], style.BASELINE_COLOUR], eye) > FAR


@pytest.mark.parametrize("eye", SEEN)
def test_better_and_worse_and_unclear_are_far_apart(eye: str) -> None:
    assert apart([style.BETTER, style.WORSE, style.BASELINE_COLOUR], eye) > FAR


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("palette", [style.SEQUENTIAL, style.GAIN, style.LOSS, style.DIVERGING])
def test_neighbouring_classes_of_a_map_are_told_apart(eye: str, palette: str, en: Language) -> None:
    low = -3.0 if palette == style.DIVERGING else 0.0
    tints = rounded(low, 3.0, en, palette, np.array([-9.0, 9.0])).tints
    assert len(tints) >= 7 and min(apart([a, b], eye) for a, b in pairwise(tints)) > 2 * JUST_SEEN


@pytest.mark.parametrize("eye", SEEN)
def test_one_sided_scales_grow_darker_all_the_way(eye: str) -> None:
    for palette in (style.SEQUENTIAL, style.GAIN, style.LOSS):
        light = [lab(tint, eye)[0] for tint in Classes(tuple(range(7)), palette, [""] * 7).tints]
        assert all(a > b for a, b in pairwise(light)), palette


def test_the_check_itself_finds_a_palette_that_only_some_can_read() -> None:
    assert apart(["#A05A00", "#5A7D00"], "no green cones") < FAR < apart(["#A05A00", "#5A7D00"], "all cones")
