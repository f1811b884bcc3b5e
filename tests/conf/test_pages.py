"""docs/config.md is made from the code. Run this file to renew it."""

from __future__ import annotations

from pathlib import Path

from sim.commands.page import as_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "config.md"


def test_the_page_of_the_configuration_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "renew it: python tests/conf/test_pages.py"


if __name__ == "__main__":
    PAGE.write_text(as_markdown(), encoding="utf-8")
