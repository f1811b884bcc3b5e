"""Arabic in figures, as matplotlib draws it: joined letters, right order, every glyph in the font that is shipped with it."""

from __future__ import annotations

import unicodedata
import warnings
from functools import cache

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray

from sim.language import LANGUAGES, language_of
from sim.language.catalogue import translations
from sim.reports.style import pollday_style

Ink = NDArray[np.bool_]
GAP = 12
"""Blank columns of pixels between words."""


def ink(text: str) -> Ink:
    """Which pixels of a drawn line are dark, cut to the ink; no warning may come."""
    with pollday_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = Figure(figsize=(9, 1), dpi=100, layout="none")
        figure.text(0.02, 0.4, text, fontsize=30)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        dark = np.asarray(canvas.buffer_rgba())[..., 0] < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def parts(picture: Ink) -> list[Ink]:
    """Words of a drawn line from left to right."""
    columns = np.flatnonzero(picture.any(axis=0))
    breaks = np.flatnonzero(np.diff(columns) > GAP)
    return [picture[:, c[0] : c[-1] + 1] for c in np.split(columns, breaks + 1)]


def alike(word: Ink, text: str) -> bool:
    """Whether a drawn word is ``text``: nearly as wide, and most of its ink at the same places."""
    alone = ink(text)
    rows = np.flatnonzero(word.any(axis=1))
    cut = word[rows[0] : rows[-1] + 1]
    if max(abs(a - b) for a, b in zip(cut.shape, alone.shape, strict=True)) > 2:
        return False
    height, width = (min(a, b) for a, b in zip(cut.shape, alone.shape, strict=True))
    shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    best = max(np.mean(np.roll(cut, s, (0, 1))[:height, :width] == alone[:height, :width]) for s in shifts)
    return bool(best > 0.85)


@cache
def glyphs() -> frozenset[int]:
    return frozenset(FT2Font(findfont("DejaVu Sans")).get_charmap())


def test_letters_of_an_arabic_word_are_joined() -> None:
    joined, single = ink("سسسس"), ink("\u200c".join("سسسس"))
    assert joined.shape[1] < 0.85 * single.shape[1]
    assert joined.any(axis=0).all()


def test_the_first_word_of_an_arabic_line_stands_on_the_right() -> None:
    first, last = parts(ink("مراكز الاقتراع"))[::-1]
    assert alike(first, "مراكز")
    assert alike(last, "الاقتراع")


def test_a_marked_label_that_begins_with_latin_still_begins_on_the_right() -> None:
    words = language_of("ar")
    marked, plain = parts(ink(words.mark("P90 للحوادث"))), parts(ink("P90 للحوادث"))
    assert alike(marked[-1], "P90")
    assert alike(marked[0], "للحوادث")
    assert alike(plain[0], "P90"), "without the mark the line would begin on the left"


def test_a_sign_is_drawn_left_of_its_number_in_an_arabic_line() -> None:
    words = language_of("ar")
    line = parts(ink(words.mark("الفرق " + words.signed(-35))))
    assert alike(line[0], "-35")


def test_marks_of_direction_draw_nothing() -> None:
    words = language_of("ar")
    assert np.array_equal(ink(words.mark(words.isolate("مراكز"))), ink("مراكز"))


def test_a_name_with_dollars_is_no_formula() -> None:
    assert ink("$x$").shape[1] > 2 * ink("x").shape[1]
    assert alike(parts(ink("مراكز $x$"))[-1], "مراكز")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_font_has_every_letter_of_every_text(code: str) -> None:
    texts: dict[object, str] = getattr(translations(code), "_catalog", {})
    letters = {letter for text in texts.values() for letter in text}
    missing = {c for c in letters if ord(c) not in glyphs() and unicodedata.category(c) not in ("Cf", "Cc")}
    assert not missing


@pytest.mark.parametrize("code", ["ar", "ar_DZ", "fr"])
def test_titles_ticks_and_legends_are_drawn_without_a_warning(code: str) -> None:
    words = language_of(code)
    with pollday_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = Figure()
        axis = figure.subplots()
        axis.plot([0, 1], [0, 1], label=words.mark(words.say("mean response")))
        axis.set_title(words.mark(words.say("potential response")))
        axis.set_xticks([0, 1], [words.mark(words.share(0.5)), words.mark(words.clock(27_000))])
        axis.set_ylabel(words.mark(words.say("%(label)s (%(unit)s)", label=words.say("mean response"), unit=words.say("min"))))
        axis.legend()
        FigureCanvasAgg(figure).draw()
