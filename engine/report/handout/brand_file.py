"""The settings file of an agency: its name, a line below it, a contact, a logo, two colours; every fault at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demandfirst.engine.errors import DemandfirstError, Fault, did_you_mean, quote_list
from demandfirst.engine.language import _
from demandfirst.engine.load.text import ReadFault, read_text
from demandfirst.engine.load.yaml_tree import Document, parse, quote
from demandfirst.engine.report.handout.colours import readable
from demandfirst.engine.report.handout.hygiene import cleaned
from demandfirst.engine.report.handout.logo import LogoFault, read_logo
from demandfirst.engine.report.handout.model import Brand, Logo

KEYS = ("name", "line", "contact", "logo", "colours")
COLOURS = ("primary", "accent")
LONGEST = 120
"""Signs that a name or a line may have."""
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_EXAMPLE = 'primary: "#1d4d6f"'


@dataclass(frozen=True, slots=True)
class BrandFile:
    """What a settings file says, and remarks on what the report shows otherwise."""

    brand: Brand
    remarks: tuple[str, ...]


def read_brand(path: str) -> BrandFile:
    """The settings in a YAML file; the logo's path goes from its folder. Raises `DemandfirstError` with every fault."""
    try:
        document = parse(read_text(path), path)
    except ReadFault as error:
        raise DemandfirstError([error.fault]) from None
    reader = _Reader(document, Path(path).parent, list(document.faults))
    brand = reader.brand()
    if reader.faults:
        raise DemandfirstError(reader.faults)
    return BrandFile(brand, tuple(reader.remarks))


@dataclass
class _Reader:
    """Checks the parts of a settings file and gathers their faults."""

    document: Document
    folder: Path
    faults: list[Fault]
    remarks: list[str] = field(default_factory=list)

    def fault(self, path: tuple[str, ...], code: str, message: str, help_line: str) -> None:
        self.faults.append(Fault(self.document.place(path), code, message, help_line))

    def brand(self) -> Brand:
        """What is in order."""
        data = self.document.data
        if self.document.cut:
            return Brand()
        if not isinstance(data, dict):
            message = _("this is not a file with the settings of a report")
            self.fault((), "not-settings", message, _("it has the keys {keys}").format(keys=quote_list(KEYS)))
            return Brand()
        self.known((), data, KEYS)
        texts = {key: self.text(data, key) for key in ("name", "line", "contact")}
        return Brand(**texts, logo=self.logo(data), **self.colours(data.get("colours")))

    def known(self, path: tuple[str, ...], data: dict[str, Any], keys: tuple[str, ...]) -> None:
        for key in data:
            if key not in keys:
                message = _("`{key}` is no setting of a report").format(key=quote(key))
                self.fault((*path, key), "unknown-key", message, did_you_mean(key, keys))

    def text(self, data: dict[str, Any], key: str) -> str:
        """A line of text, cleaned; numbers are taken as they are written."""
        given = data.get(key)
        if given is None:
            return ""
        if isinstance(given, bool | dict | list):
            message = _("`{key}` is not a line of text").format(key=key)
            self.fault((key,), "wrong-type", message, _("write it in one line, in quotation marks"))
            return ""
        if len(str(given)) > LONGEST:
            message = _("`{key}` is longer than {limit} signs").format(key=key, limit=LONGEST)
            self.fault((key,), "too-long", message, _("shorten it, so that it fits above the report"))
        return cleaned(str(given))

    def logo(self, data: dict[str, Any]) -> Logo | None:
        """The picture that the settings name."""
        given = data.get("logo")
        if given is None:
            return None
        if not isinstance(given, str) or not given.strip():
            message = _("`{key}` is not a path").format(key="logo")
            self.fault(("logo",), "wrong-type", message, _("name a PNG, JPEG or SVG file"))
            return None
        try:
            return read_logo(self.folder / given)
        except LogoFault as wrong:
            self.fault(("logo",), wrong.code, f"`{quote(given)}`: {wrong.message}", wrong.help)
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or _("not a usable path")).lower()
            message = _("`{path}` cannot be read: {reason}").format(path=quote(given), reason=reason)
            help_line = _("the path goes from the folder of the settings file")
            self.fault(("logo",), "no-logo", message, help_line)
        return None

    def colours(self, given: Any) -> dict[str, str]:
        """The colours that are some."""
        if given is None:
            return {}
        if not isinstance(given, dict):
            message = _("`{key}` has no colours below it").format(key="colours")
            help_line = _("write, indented: {example}").format(example=_EXAMPLE)
            self.fault(("colours",), "wrong-type", message, help_line)
            return {}
        self.known(("colours",), given, COLOURS)
        return {name: colour for name in COLOURS if name in given and (colour := self.colour(name, given[name]))}

    def colour(self, name: str, given: Any) -> str:
        """A colour as `#rrggbb`; one that is too light to read is used darker, with a remark."""
        if not isinstance(given, str) or not _COLOUR.fullmatch(given):
            message = (
                _("`{key}` has no value").format(key=name)
                if given is None
                else _("`{word}` is not a colour").format(word=quote(given))
            )
            help_line = _("write six hexadecimal digits behind a #, in quotation marks: {example}")
            self.fault(("colours", name), "no-colour", message, help_line.format(example=_EXAMPLE))
            return ""
        colour = given.lower() if len(given) > len("#rgb") else "#" + "".join(digit * 2 for digit in given[1:].lower())
        if (used := readable(colour)) != colour:
            remark = _("{place}: `{colour}` is too light to be read on white; text is written in `{used}`")
            place = self.document.place(("colours", name))
            self.remarks.append(remark.format(place=place, colour=given, used=used))
        return colour
