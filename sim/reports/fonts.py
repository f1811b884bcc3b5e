"""The page's own letters: DejaVu Sans as matplotlib ships it, cut down to what a page says, so that no reader needs a font."""

from __future__ import annotations

import base64
import logging
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import matplotlib
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FILES = {400: "DejaVuSans.ttf", 700: "DejaVuSans-Bold.ttf"}
"""Weight of the letters -> file."""
_RANGES = (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x660, 0x66A))
ALWAYS = "".join(map(chr, _RANGES)) + "–—−…•→←↑↓▲▼△▽●○×≥≤\u202f"
"""Letters that a page always has: what its panel may say later is not known when it is made."""
CONTROLS = set("\u200e\u200f\u2066\u2067\u2068\u2069\n\r\t\xad\u200b")
"""Marks that no font draws."""


def font_faces(text: str) -> str:
    """CSS rules for the family ``pollday``, with all letters of ``text`` inside."""
    wanted = tuple(sorted({ord(letter) for letter in {*text, *ALWAYS} - CONTROLS}))
    return "\n".join(_face(weight, name, wanted) for weight, name in FILES.items())


def missing_letters(text: str) -> set[str]:
    """Letters of a text that the page's font does not have."""
    known = TTFont(_path(FILES[400]), lazy=True).getBestCmap()
    return {letter for letter in set(text) - CONTROLS if ord(letter) not in known}


@lru_cache(maxsize=32)  # pages in one language mostly have the same letters, and a font takes longer than many a page
def _face(weight: int, name: str, wanted: tuple[int, ...]) -> str:
    font = TTFont(_path(name), recalcTimestamp=False)
    options = Options(layout_features=["*"], hinting=False, notdef_outline=True, name_IDs=[1, 2])
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    cut = Subsetter(options)
    cut.populate(unicodes=wanted)
    cut.subset(font)
    font.flavor = "woff"
    file = BytesIO()
    font.save(file)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    return f"@font-face{{font-family:pollday;font-weight:{weight};font-style:normal;src:{source}}}"


def _path(name: str) -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
