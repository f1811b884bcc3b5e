"""The page about languages lists what no native reader has read, as the catalogues say it."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Message

from sim.language import review

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "languages.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["state", "glossary", "unread"])
def test_the_page_is_the_one_that_the_catalogues_give(name: str) -> None:
    part = f"<!-- {name} -->\n{review.page_parts()[name]}\n<!-- end of {name} -->"
    assert part in PAGE, "run scripts/catalogues.py"


def test_a_translation_that_was_read_leaves_the_list() -> None:
    read = Message("no data", "aucune donnée", user_comments=["reviewed: A. Reader, 2026-12-01"])
    assert (review._shown(read), review._shown(Message("no data", "aucune donnée"))) == ("", "aucune donnée")
    assert review._shown(Message(("%(n)d min", "%(n)d min"), ("une", "deux"))) == "une / deux"


def test_every_text_is_in_the_list_until_it_is_read() -> None:
    listed = sum(line.startswith("| ") for line in review.unread())
    totals = review.counts()
    assert listed >= max(total - read for total, read in totals.values())
    assert all(read <= total for total, read in totals.values())
