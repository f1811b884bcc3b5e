"""Put the catalogues in order: every text of the reports once, by the file that says it; list what is not translated.

    python scripts/catalogues.py

It renews the lists in docs/languages.md too. Texts that nobody says any more are dropped; new ones get an empty translation,
which the tests refuse until it is filled. How to translate, and how a native reader marks what he has read: docs/languages.md.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from sim.language.catalogue import COMPLETE, LANGUAGES, read_catalogue
from sim.language.review import page_parts
from sim.language.said import Text, said

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "sim" / "language" / "catalogues"
PAGE = ROOT / "docs" / "languages.md"


def renew(code: str, texts: list[Text]) -> list[Text]:
    """Write one catalogue in order; returns the texts that it should translate and does not."""
    path, old, new, missing = FOLDER / f"{code}.po", read_catalogue(code), Catalog(locale=code), []
    for text in texts:
        found = old.get(text.one)
        forms = () if found is None else found.string if isinstance(found.string, tuple) else (found.string,)
        filled = bool(forms) and all(forms) and (len(forms) > 1) == (text.more is not None)
        if not filled and code not in COMPLETE:
            continue
        missing += [] if filled else [text]
        comments = found.user_comments if found and filled else ()
        new.add(text.id, found.string if found and filled else None, [(f, None) for f in text.files], user_comments=comments)
    body = BytesIO()
    write_po(body, new, width=0, omit_header=True, include_lineno=False)
    header = path.read_text(encoding="utf-8").split("\n\n")[0]
    path.write_text(f"{header}\n\n{body.getvalue().decode()}".rstrip("\n") + "\n", encoding="utf-8")
    return missing


def renew_page() -> None:
    """Write the generated lists into the page, between their marks."""
    text = PAGE.read_text(encoding="utf-8")
    for name, part in page_parts().items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        text = re.sub(f"{begin}.*?{end}", lambda _, whole=f"{begin}\n{part}\n{end}": whole, text, flags=re.DOTALL)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    texts = said()
    for code in LANGUAGES:
        for text in renew(code, texts):
            print(f"{code}: {text.one!r} ({', '.join(text.files)})")
    renew_page()
