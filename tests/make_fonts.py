"""Makes the fonts of PDF reports from the packages that they come in: `python tests/make_fonts.py FOLDER`.

FOLDER holds what `npm pack @fontsource/noto-sans @fontsource/noto-sans-armenian` brings, each unpacked into a folder of its
own: `tar xzf FILE --one-top-level`. The web fonts there cover one script each; here they become one font of each weight.
"""

from __future__ import annotations

import sys
from pathlib import Path

from demandfirst.engine.report.handout.as_pdf import FONTS
from fontTools import subset
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

WEIGHTS = {"400": "Regular", "700": "Bold"}
SCRIPTS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "armenian")
SIGNS = (
    range(0x20, 0x250), range(0x300, 0x370), range(0x370, 0x500), range(0x530, 0x590), range(0x1E9E, 0x1E9F),
    range(0x2000, 0x2300), range(0xFB13, 0xFB18), range(0xFFFD, 0xFFFE),
)  # fmt: skip
SAME = {0x2011: 0x2010, 0x202F: 0x00A0}
"""Signs that these fonts lack, and those that look alike."""


def made(folder: Path, weight: str, work: Path) -> TTFont:
    """One font from those of all scripts, without what only screens need."""
    parts = []
    for script in SCRIPTS:
        [source] = (
            folder.rglob(f"noto-sans*-{script}-{weight}-normal.woff2")
            if script == "armenian"
            else folder.rglob(f"noto-sans-{script}-{weight}-normal.woff2")
        )
        font = TTFont(source)
        font.flavor = None
        font.save(work / f"{script}.ttf")
        parts.append(str(work / f"{script}.ttf"))
    merged = Merger(Options(drop_tables=["STAT", "prep", "gasp"])).merge(parts)
    wanted = subset.Options()
    wanted.hinting, wanted.layout_features = False, ["kern", "mark", "mkmk", "ccmp", "locl"]
    wanted.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    maker = subset.Subsetter(wanted)
    maker.populate(unicodes=[sign for signs in SIGNS for sign in signs])
    maker.subset(merged)
    for table in merged["cmap"].tables:
        table.cmap.update({sign: table.cmap[like] for sign, like in SAME.items() if like in table.cmap})
    return merged


def main() -> None:
    """Make all fonts."""
    from tempfile import TemporaryDirectory

    for weight, name in WEIGHTS.items():
        with TemporaryDirectory() as work:
            made(Path(sys.argv[1]), weight, Path(work)).save(FONTS / f"NotoSans-{name}.ttf")


if __name__ == "__main__":
    main()
