"""Numbers as people and spreadsheets write them: `1 234,50`, `12 %`, `€ 5,000`, `<10`, `5..10`.

Nothing is guessed: `1,234` is a thousand in one country and little more than one in another, and stays ambiguous until the decimal
sign is declared.
"""

from __future__ import annotations

import re
import unicodedata

from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.vocabulary import ANSWER_DECIMALS, Fact

GROUPING = " \u00a0\u2009\u202f'\u2019"
_MINUS = "-\u2212"
_BODY = re.compile(rf"([{_MINUS}+]?)([0-9][0-9.,{GROUPING}]*|[.,][0-9]+)\Z")
_SPACED = re.compile(rf"[1-9][0-9]{{0,2}}([{GROUPING}])[0-9]{{3}}(?:\1[0-9]{{3}})*\Z")
_SCIENTIFIC = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?[eE][-+]?[0-9]{1,2}\Z")
_CODE = re.compile(r"[A-Z]{3}\Z")
_BOUND = re.compile(r"(<=?|>=?|\u2264|\u2265)(.+)\Z", re.DOTALL)
_SIGNS = {"\u2264": "<=", "\u2265": ">="}
_LONGEST = 60
_DIGITS = frozenset("0123456789")


class Ambiguous(Exception):
    """The text can be read as two different numbers."""


@record
class Style:
    """How numbers are written: the declared decimal sign, and whether `1.234` can only be a decimal number otherwise."""

    decimal: str | None = None
    dot_is_decimal: bool = True

    def may_group(self, sign: str) -> bool:
        """Whether a lone sign before three figures may stand for thousands."""
        return sign == "," or not self.dot_is_decimal


def number_text(text: str, fact: Fact, style: Style) -> str | None:
    """The number or bounds of a cell as a client file writes them; None where it is neither; raises `Ambiguous`."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if bound := _BOUND.match(text):
        end = _end(bound[2], fact, style)
        return None if end is None else f"{_SIGNS.get(bound[1], bound[1])}{end}"
    if ".." in text:
        low, _, high = text.partition("..")
        first, last = _end(low, fact, style), _end(high, fact, style)
        return None if first is None or last is None else f"{first}..{last}"
    return _end(text, fact, style)


def _end(text: str, fact: Fact, style: Style) -> str | None:
    bare = _without_unit(text.strip(), fact)
    return bare if _SCIENTIFIC.match(bare) else plain_number(bare, style)


def _without_unit(text: str, fact: Fact) -> str:
    if fact.type == "percent":
        return text.removesuffix("%").rstrip()
    if fact.type == "money":
        for _ in range(2):
            text = _without_currency(text)
    return text


def _without_currency(text: str) -> str:
    """The text less one currency sign or code, before or behind."""
    if text and unicodedata.category(text[0]) == "Sc":
        return text[1:].lstrip()
    if text and unicodedata.category(text[-1]) == "Sc":
        return text[:-1].rstrip()
    if _CODE.match(text[:3]):
        return text[3:].lstrip()
    return text[:-3].rstrip() if _CODE.match(text[-3:]) else text


def plain_number(text: str, style: Style) -> str | None:
    """Figures with thousands and a decimal sign of any kind as `-1234.5`; None where it is no number; raises `Ambiguous`."""
    found = _BODY.match(text)
    if not found:
        return None
    sign = "-" if found[1] and found[1] in _MINUS else ""
    split = _parts(found[2], style)
    if split is None:
        return None
    whole, decimals = split
    return f"{sign}{whole or '0'}.{decimals}" if decimals else f"{sign}{whole}"


def _parts(body: str, style: Style) -> tuple[str, str] | None:
    """The figures before and after the decimal sign."""
    marks = [char for char in body if char in ".,"]
    spaced = any(char in GROUPING for char in body)
    if not marks:
        return _whole(body, "", spaced=spaced)
    last = marks[-1]
    if len(set(marks)) == 1 and not spaced:
        role = _role(body, last, len(marks), style)
        if role == "thousands":
            return _whole(body, last, spaced=False)
    if marks.count(last) > 1 or style.decimal not in (None, last):
        return None
    whole, _, decimals = body.rpartition(last)
    found = _whole(whole, "".join(set(marks) - {last}), spaced=spaced)
    return (found[0], decimals) if found and _figures(decimals) else None


def _role(body: str, mark: str, times: int, style: Style) -> str:
    """What the only kind of sign in a number stands for."""
    if style.decimal:
        return "decimal" if mark == style.decimal else "thousands"
    if times > 1:
        return "thousands"
    if re.fullmatch(rf"[1-9][0-9]{{0,2}}\{mark}[0-9]{{3}}", body) and style.may_group(mark):
        raise Ambiguous
    return "decimal"


def _whole(text: str, mark: str, *, spaced: bool) -> tuple[str, str] | None:
    """Figures whose thousands, if any, are set apart by one kind of sign."""
    if spaced and not mark:
        return ("".join(char for char in text if char in _DIGITS), "") if _SPACED.match(text) else None
    if mark and mark in text and not spaced:
        return (text.replace(mark, ""), "") if re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:\{mark}[0-9]{{3}})+", text) else None
    return (text, "") if (_figures(text) or not text) and not mark else None


def regular(fact: Fact, style: Style) -> str:
    """A regular expression for numbers that `bare` turns into figures; stricter than `number_text`, and never of another mind."""
    few, many = rf"(?:[0-9]{{1,2}}|[0-9]{{{ANSWER_DECIMALS}}})", rf"[0-9]{{1,{ANSWER_DECIMALS}}}"
    marks = {".": ",", ",": "."}
    if style.decimal:
        plain = grouped = rf"\{style.decimal}{many}"
    else:
        plain = rf"(?:,{few}|\.{many if style.dot_is_decimal else few})"
        grouped = rf"[.,]{many}"
    kinds = [*GROUPING, rf"\{marks[style.decimal]}"] if style.decimal else [*GROUPING]
    thousands = "|".join(rf"(?:{kind}[0-9]{{3}}){{1,4}}" for kind in kinds)
    unit = {"percent": "%", "money": r"\p{Sc}"}.get(fact.type)
    before = rf"(?:{unit}\s*)?" if fact.type == "money" else ""
    behind = rf"(?:\s*{unit})?" if unit else ""
    return rf"^\s*{before}-?(?:[0-9]{{1,15}}(?:{plain})?|[1-9][0-9]{{0,2}}(?:{thousands})(?:{grouped})?){behind}\s*$"


def kept_marks(style: Style) -> str:
    """What may stand between the figures of a regular number and be the decimal sign."""
    return style.decimal or ".,"


def _figures(text: str) -> bool:
    return bool(text) and _DIGITS.issuperset(text)
