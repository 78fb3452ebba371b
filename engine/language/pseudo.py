"""A language for looking at pages: English that is longer, accented and in brackets."""

from __future__ import annotations

import re
from gettext import NullTranslations

_ACCENTED = str.maketrans("aceilnorsuyzACEINOSUYZ", "áçéíłñóŕšúýžÁÇÉÍÑÓŠÚÝŽ")
_KEPT = re.compile(r"(\{[^}]*\}|%\([^)]*\)[a-z]|<[^>]*>|`[^`]*`|&[a-z]+;)")
LONGER = 0.4


class Pseudo(NullTranslations):
    """Every text as `⟦Ťéxť~~⟧`, its placeholders and markup as they were."""

    def gettext(self, message: str) -> str:
        """The text, accented."""
        if not message:
            return message
        parts = _KEPT.split(message)
        parts[::2] = (part.translate(_ACCENTED) for part in parts[::2])
        return f"⟦{''.join(parts)}{'~' * round(len(message) * LONGER)}⟧"

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002
        """The text, accented, whatever its context."""
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The text by number, as in English."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002
        """The text by number, whatever its context."""
        return self.ngettext(msgid1, msgid2, n)
