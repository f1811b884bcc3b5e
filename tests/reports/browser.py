"""A headless Chromium without a network, for tests that look at a page; they are skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
A4_WIDTH, A4_HEIGHT = 210.0, 297.0
"""Millimetres."""


@dataclass
class Opened:
    """A page as a reader sees it, and what it did that it should not: requests to others, errors, dialogs."""

    page: Any
    complaints: list[str] = field(default_factory=list)


@contextmanager
def launched() -> Iterator[Any]:
    """A browser; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visited(browser: Any, file: Path, width: int = 1100, height: int = 1500, fragment: str = "") -> Iterator[Opened]:
    """Open a file (at a ``fragment``) as by double click, with every request but that for the file itself refused and noted."""
    page = browser.new_page(viewport={"width": width, "height": height})
    found = Opened(page)
    own = file.resolve().as_uri()

    def ask(route: Any) -> None:
        url = route.request.url
        if url.partition("#")[0] == own or url.startswith("data:"):
            route.continue_()
        else:
            found.complaints.append(f"request: {url}")
            route.abort()

    page.route("**/*", ask)
    page.on("console", lambda m: found.complaints.append(f"{m.type}: {m.text}") if m.type != "log" else None)
    page.on("pageerror", lambda e: found.complaints.append(f"error: {e}"))
    page.on("dialog", lambda d: (found.complaints.append(f"dialog: {d.message}"), d.dismiss()))
    page.goto(own + fragment, wait_until="load", timeout=180_000)
    page.evaluate("document.fonts.ready")
    yield found
    page.close()


TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    if (!node.data.trim() || node.parentElement.closest('script, style, title')) continue;
    const style = getComputedStyle(node.parentElement);
    if (style.visibility === 'hidden' || style.display === 'none') continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 0 && box.height > 0)
        found.push({text: node.data.trim().slice(0, 60), left: box.left, right: box.right, top: box.top, bottom: box.bottom});
    }
  }
  return found;
}"""
"""Every line of text with its box."""

CONTRAST = """() => {
  const luminance = c => {
    const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('script, style')) continue;
    const [a, b] = [luminance(numbers(getComputedStyle(element).color).slice(0, 3)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(node.data.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return poor;
}"""
"""Texts whose contrast to their ground is below 4.5 (WCAG 2, level AA)."""


def overlaps(texts: list[dict[str, Any]], slack: float = 2.0) -> list[str]:
    """Pairs of lines of text whose boxes cover each other by more than ``slack`` pixels both ways."""
    found, rows = [], sorted(texts, key=lambda t: t["top"])
    for i, a in enumerate(rows):
        for b in rows[i + 1 :]:
            if b["top"] > a["bottom"] - slack:
                break
            across = min(a["right"], b["right"]) - max(a["left"], b["left"])
            down = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            if across > slack and down > slack + 0.25 * min(a["bottom"] - a["top"], b["bottom"] - b["top"]):
                found.append(f"{a['text']!r} and {b['text']!r}")
    return found
