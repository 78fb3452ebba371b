"""The words for what the advice says in codes: statuses, severities, support, effort, kinds."""

from __future__ import annotations

from demandfirst.engine.language import _, mark, pgettext

_STATUSES = {
    "recommended": mark("recommended"), "withheld": mark("withheld"), "not_recommended": mark("not recommended"),
    "raised": mark("raised"), "not_raised": mark("not raised"),
}  # fmt: skip
_KINDS = {
    "objective": mark("objective"), "touchpoint": mark("touchpoint"), "campaign": mark("campaign"), "step": mark("step"),
    "warning": mark("warning"),
}  # fmt: skip


def status_words(status: str) -> str:
    """The status of an item or warning, also one with a severity, such as `raised (stop)`."""
    known, _between, severity = status.partition(" ")
    if known == "raised" and severity:
        template = _("raised ({severity})") if severity.startswith("(") else _("raised {severity}")
        return template.format(severity=severity_words(severity.strip("()")))
    if status == "open":
        return pgettext("status", "open")
    return _(_STATUSES.get(status.replace(" ", "_"), status))


def still_words(status: str) -> str:
    """The same in a sentence of its own: what is open is *still open*."""
    return _("still open") if status == "open" else status_words(status)


def severity_words(severity: str) -> str:
    """How severe a warning is."""
    known = {
        "info": pgettext("severity", "info"), "caution": pgettext("severity", "caution"), "stop": pgettext("severity", "stop")
    }  # fmt: skip
    return known.get(severity, severity)


def support_words(confidence: str) -> str:
    """How well a number is supported."""
    known = {
        "high": pgettext("support of a number", "high"), "medium": pgettext("support of a number", "medium"),
        "low": pgettext("support of a number", "low"), "judgement": pgettext("support of a number", "judgement"),
    }  # fmt: skip
    return known.get(confidence, confidence)


def effort_words(effort: str) -> str:
    """How hard a change is."""
    known = {
        "low": pgettext("effort", "low"), "medium": pgettext("effort", "medium"), "high": pgettext("effort", "high")
    }  # fmt: skip
    return known.get(effort, effort)


def kind_words(kind: str) -> str:
    """What sort of thing something is."""
    return _(_KINDS.get(kind, kind))
