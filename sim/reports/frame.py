"""The frame of every page that is written: one file that asks nobody for anything, in which only its own styles and scripts work.

Reports, replays and the paper of exercises stand in it; each brings its templates, its styles and its scripts.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.language import Language
from sim.reports.fonts import font_faces


def templates(package: str, folder: str, words: Language) -> Environment:
    """Jinja's templates of a package, and ``frame.html`` for them to extend, with what every page may use: ``say``, ``many``,
    ``words``."""
    pages = Environment(
        loader=ChoiceLoader([PackageLoader(package, folder), PackageLoader("sim.reports")]),
        autoescape=lambda name: name is None or name.endswith(".html"),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    pages.globals |= {"say": words.say, "many": words.many, "words": words}
    return pages


def framed(
    pages: Environment, template: str, style: str, shown: Mapping[str, Any], scripts: Sequence[Markup] = ()
) -> str:
    """A page whose template extends ``frame.html``, with ``style`` and a font of all its letters, those of scripts among them."""
    page = pages.get_template(template)
    text = page.render(style="", policy="", **shown)
    whole = Markup(f"{font_faces(text)}\n{style}")
    return page.render(style=whole, policy=policy(whole, scripts), **shown)


def policy(style: str, scripts: Sequence[Markup]) -> str:
    """A content security policy that lets exactly these styles and scripts work, and no other host be asked."""
    allowed = " ".join(f"'sha256-{_sha(script)}'" for script in scripts) or "'none'"
    own = (f"style-src 'sha256-{_sha(style)}'", f"script-src {allowed}")
    return "; ".join(("default-src 'none'", "img-src data:", "font-src data:", *own, "base-uri 'none'", "form-action 'none'"))


def _sha(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode("ascii")
