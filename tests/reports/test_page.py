"""The page as readers open it: three languages, no network, nothing overlapping or missing, page one on one A4."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from sim.cli import main
from sim.reports.fonts import missing_letters
from sim.reports.page import SECTIONS
from tests.reports.browser import A4_HEIGHT, A4_WIDTH, CONTRAST, TEXTS, overlaps, visited
from tests.reports.conftest import PageOf
from tests.reports.studies import study_of

LANGUAGES = ("en", "fr", "ar")
LONG_OR_FROM_THE_RIGHT = (pytest.param("en", marks=pytest.mark.slow), "fr", "ar")
"""Where French words have room, English ones have."""
HOSTILE = {
    "as planned": (),
    '<img src=x onerror="alert(1)">': ("staffing.patrol_cars_factor=1.5",),
    "=cmd|' /C calc'!A0": ("staffing.patrol_cars_factor=0.6",),
    "</style><script>alert(2)</script>": ("staffing.patrol_cars_factor=0.7",),
    "خيار ‮معكوس": ("staffing.patrol_cars_factor=0.8",),
}  # the last one turns what follows round, if it is let
_folders = TemporaryDirectory()


@cache
def hostile(language: str) -> Path:
    """A report of options with hostile names."""
    folder = Path(_folders.name) / "hostile"
    if not folder.exists():
        study_of(folder, HOSTILE, (1.0, 0.8, 1.2, 0.9, 1.1), days=6, question="<script>alert(3)</script> ?")
    assert main(["report", str(folder), f"language={language}"]) == 0
    return folder / f"report-{language}.html"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_opens_without_a_network_in_its_direction_and_its_own_letters(
    browser: Any, page_of: PageOf, language: str
) -> None:
    with visited(browser, page_of(language)) as seen:
        assert seen.complaints == []
        root = seen.page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]")
        assert root == [language, "rtl" if language == "ar" else "ltr"]
        assert missing_letters(seen.page.evaluate("document.body.innerText")) == set()
        assert foreign_fonts(seen.page) == set()
        assert seen.page.evaluate(CONTRAST) == []


EVERY_LETTER = """() => {
  const known = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const style = getComputedStyle(node.parentElement);
    for (const letter of new Set(node.data)) {
      const drawn = [letter, style.fontFamily, style.fontWeight, style.fontStyle].join();
      if (!known.has(drawn)) node.parentElement.dataset.looked = known.add(drawn).size;
    }
  }
}"""
"""Marks elements that hold every letter in every style of letters: a letter is drawn with one font wherever it stands."""


def foreign_fonts(page: Any) -> set[str]:
    """Fonts of the machine that some text is drawn with, because the page's own lacks a letter."""
    page.evaluate(EVERY_LETTER)
    session = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        session.send(f"{domain}.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-looked]"})["nodeIds"]
    used = [font for node in nodes for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]]
    return {font["familyName"] for font in used if not font["isCustomFont"]}


@pytest.mark.parametrize("language", LONG_OR_FROM_THE_RIGHT)
@pytest.mark.parametrize("width", [1100, 700])
def test_no_text_lies_on_another_and_nothing_sticks_out(browser: Any, page_of: PageOf, language: str, width: int) -> None:
    with visited(browser, page_of(language), width) as seen:
        assert overlaps(seen.page.evaluate(TEXTS)) == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", LONG_OR_FROM_THE_RIGHT)
def test_page_one_fills_one_a4_and_nothing_printed_overlaps(browser: Any, page_of: PageOf, language: str) -> None:
    with visited(browser, page_of(language), round((A4_WIDTH - 32) / 25.4 * 96)) as seen:
        seen.page.emulate_media(media="print")
        assert overlaps(seen.page.evaluate(TEXTS)) == []
        height = seen.page.evaluate("document.getElementById('brief').getBoundingClientRect().height")
        assert 0.3 * A4_HEIGHT < height / 96 * 25.4 < A4_HEIGHT - 32
        pdf = seen.page.pdf(prefer_css_page_size=True)
    boxes = [tuple(map(float, box.split()[2:])) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)]
    a4 = tuple(pytest.approx(side / 25.4 * 72, abs=1.5) for side in (A4_WIDTH, A4_HEIGHT))
    assert boxes[0] == a4 and a4[::-1] in boxes and len(boxes) <= 40, "the plan for signature lies across"
    assert all(box in (a4, a4[::-1]) for box in boxes)


@pytest.mark.parametrize("language", ["ar", *(pytest.param(code, marks=pytest.mark.slow) for code in ("en", "fr"))])
def test_hostile_names_are_shown_and_do_nothing(browser: Any, language: str) -> None:
    with visited(browser, hostile(language)) as seen:
        assert seen.complaints == []
        text = seen.page.evaluate("document.body.innerText")
        assert '<img src=x onerror="alert(1)">' in text and "<script>alert(3)</script>" in text
        assert seen.page.evaluate("[...document.images].every(image => image.src.startsWith('data:image/svg+xml'))")
        assert seen.page.evaluate("document.querySelectorAll('[onerror]').length") == 0


@pytest.mark.parametrize("share", [pytest.param("internal", marks=pytest.mark.slow), "public"])
def test_an_edition_has_the_sections_of_its_readers_with_its_marking(tmp_path: Path, share: str) -> None:
    folder = study_of(tmp_path / "town", days=3)
    assert main(["report", str(folder), f"share={share}"]) == 0
    text = (folder / "report-en.html").read_text(encoding="utf-8")
    assert re.findall(r'<section id="(\w+)">', text) == [name for name, (_, readers) in SECTIONS.items() if share in readers]
    assert text.count('<p class="marking">') == 2
    if share == "internal":
        in_the_margin_of_every_printed_page(text)


def in_the_margin_of_every_printed_page(text: str) -> None:
    """Marking, date and plan are."""
    style = text[text.index("<style>") : text.index("</style>")]
    margins = dict(re.findall(r"@(top-left|bottom-left) \{ content: (\"[^\"]*\")", style))
    assert "INTERNAL" in margins["top-left"]
    assert re.search(r"\d{4}.*plan [0-9a-f]{12}", re.sub(r"\\([0-9a-f]+) ", lambda m: chr(int(m[1], 16)), margins["bottom-left"]))
