"""The texts of the code and what the catalogues make of them. `make translations` brings the catalogues up to date.

New texts are added empty, texts that are gone are dropped; nothing is guessed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDERS = ("schemas", "service")
CATALOGUES = ROOT / "service" / "translations"
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
JINJA = {"extensions": "jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true"}
#: Calls whose first argument is a text; `counted` has two, for one and for many.
KEYWORDS = {"_": None, "Lazy": None, "counted": (1, 2)}
WIDTH = 120
#: Without dates and names, so that an update without news changes nothing.
HEADER = """\
# Chinese is the source: each text is its own msgid. `make translations` adds new ones and drops those that are gone.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""


@cache
def texts() -> Catalog:
    """Every text of the code, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for folder in FOLDERS:
        options = {"web/templates/**.html": JINJA}
        for name, _line, text, _notes, _context in extract_from_dir(ROOT / folder, METHODS, options, KEYWORDS):
            if text:
                found.add(text, locations=[(f"{folder}/{name}", 0)])
    return found


def paths() -> list[Path]:
    """The catalogues there are."""
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))


def read(path: Path) -> Catalog:
    """One catalogue, as it is kept."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def update(path: Path) -> int:
    """Bring a catalogue up to date with the code; how many texts it does not translate yet."""
    catalogue = read(path)
    catalogue.update(texts(), no_fuzzy_matching=True)
    with path.open("wb") as file:
        file.write(HEADER.format(plurals=catalogue.plural_forms).encode())
        write_po(
            file,
            catalogue,
            width=WIDTH,
            omit_header=True,
            include_lineno=False,
            ignore_obsolete=True,
            sort_by_file=True,
        )
    return sum(1 for message in catalogue if message.id and not message.string)


def main() -> None:
    """Update every catalogue."""
    for path in paths():
        print(f"{path.relative_to(ROOT)}: {update(path)} texts without a translation")


if __name__ == "__main__":
    main()
