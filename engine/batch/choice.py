"""Which columns come out: groups in words for people, and any column of the advice table by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from demandfirst.engine.backends.program import names
from demandfirst.engine.batch.imported import pl
from demandfirst.engine.errors import DemandfirstError, Fault, Place, did_you_mean
from demandfirst.engine.ir.record import record
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import SEVERITIES
from demandfirst.engine.language import _, mark, pgettext
from demandfirst.engine.language.phrases import capital
from demandfirst.engine.load.yaml_tree import quote

DEFAULT = ("verdict", "focus", "alerts", "next_questions")
NEXT = 3
"""How many questions `next_questions` names."""
SEVERITY_TITLES = {
    "info": mark("note: {title}"), "caution": mark("caution: {title}"), "stop": mark("STOP: {title}")
}  # fmt: skip
BETWEEN = "; "
_SIGN = 0xE000  # the first of the characters that mean nothing by themselves


@record
class Shown:
    """A column that comes out: its name, the columns of the advice table that it is made of, and how."""

    name: str
    needs: tuple[str, ...]
    made: pl.Expr


class Choice:
    """The columns chosen, for one rulebase; in a text format rules are listed in one cell."""

    def __init__(self, rulebase: Rulebase, outputs: Iterable[str], *, text: bool) -> None:
        self.rulebase, self.text = rulebase, text
        self.outputs = tuple(name for name in outputs if name != names.DOUBTFUL)

    def groups(self) -> Mapping[str, Callable[[], Iterable[Shown]]]:
        """The groups by name."""
        return {
            "verdict": self.verdict,
            "focus": self.focus,
            "alerts": lambda: [self.raised("alerts", SEVERITIES[1:])],
            "warnings": lambda: [self.raised("warnings", SEVERITIES)],
            "next_questions": self.next_questions,
            "questions": self.questions,
            "statuses": self.statuses,
            "rules": self.rules,
            "findings": lambda: map(plainly, self.rulebase.findings),
            "quantities": lambda: (
                plainly(one) for name in self.rulebase.quantities for one in (name, names.unknown(name))
            ),
        }

    def columns(self, wanted: Sequence[str]) -> tuple[Shown, ...]:
        """The columns by their names and those of groups; raises `DemandfirstError` with every fault."""
        groups, faults, found = self.groups(), list[Fault](), dict[str, Shown]()
        known = _("groups: {names}").format(names=", ".join(groups))
        if not wanted:
            faults.append(Fault(Place("--columns"), "no-columns", _("no column is named"), known))
        for name in wanted:
            if name in groups:
                found |= {shown.name: shown for shown in groups[name]()}
            elif name in self.outputs:
                found[name] = plainly(name)
            else:
                message = _("`{word}` is no column of the advice").format(word=quote(name))
                help_line = did_you_mean(name, [*groups, *self.outputs], known)
                faults.append(Fault(Place("--columns"), "unknown-column", message, help_line))
        if faults:
            raise DemandfirstError(faults)
        return tuple(found.values())

    def verdict(self) -> Iterable[Shown]:
        """The value of the verdict, and what it is called."""
        finding = self.rulebase.findings[self.rulebase.verdict]
        titles = {value.id: value.title or value.label for value in finding.values}
        words = (
            pl.col(finding.id)
            .cast(pl.String)
            .replace_strict(titles, default=undecided(self.rulebase), return_dtype=pl.String)
        )
        yield Shown("verdict", (finding.id,), pl.col(finding.id))
        yield Shown("verdict_text", (finding.id,), words)

    def focus(self) -> Iterable[Shown]:
        """The titles of the objectives to work on first."""
        places = [name for at in range(len(self.rulebase.items)) if (name := names.focus(at + 1)) in self.outputs]
        titles = {item.id: item.title for item in self.rulebase.items.values()}
        words = [
            pl.col(place).cast(pl.String).replace_strict(titles, default=None, return_dtype=pl.String)
            for place in places
        ]
        yield Shown("focus", tuple(places), joined(words))

    def raised(self, name: str, severities: Sequence[str]) -> Shown:
        """The titles of the warnings raised with one of these severities, the most severe first."""
        parts, needs = list[pl.Expr](), list[str]()
        for severity in reversed(severities):
            for warning in self.rulebase.warnings.values():
                raised = pl.col(warning.id) == "raised"
                severe = raised & (pl.col(names.severity(warning.id)) == severity)
                parts.append(pl.when(severe).then(pl.lit(severe_title(severity, warning.title))))
                needs += [warning.id, names.severity(warning.id)]
        return Shown(name, tuple(dict.fromkeys(needs)), joined(parts))

    def asking(self) -> list[tuple[pl.Expr, str]]:
        """Tests that a question is open, with its fact: those that the verdict waits for come first."""
        known = set(self.outputs)
        facts = self.rulebase.facts
        first = [name for name in facts if names.verdict_ask(name) in known]
        asked = [(pl.col(names.verdict_ask(name)), name) for name in first]
        for name in facts:
            if names.ask(name) in known:
                own = pl.col(names.ask(name))
                asked.append((own & ~pl.col(names.verdict_ask(name)) if name in first else own, name))
        return asked

    def asking_needs(self) -> tuple[str, ...]:
        """The columns that say which questions are open."""
        every = [column for name in self.rulebase.facts for column in (names.verdict_ask(name), names.ask(name))]
        return tuple(column for column in every if column in self.outputs)

    def questions(self) -> Iterable[Shown]:
        """What all open questions ask for, in few words."""
        labels = [pl.when(test).then(pl.lit(self.rulebase.facts[name].label)) for test, name in self.asking()]
        yield Shown("questions", self.asking_needs(), joined(labels))

    def next_questions(self) -> Iterable[Shown]:
        """The questions to ask first, as one asks them."""
        asking = self.asking()
        signs = [chr(_SIGN + at) for at in range(len(asking))]
        asked = joined([pl.when(test).then(pl.lit(sign)) for sign, (test, _) in zip(signs, asking, strict=True)], "")
        texts = [f"{self.rulebase.facts[name].question} " for _, name in asking]
        words = asked.str.head(NEXT).str.replace_many(signs, texts).str.strip_chars_end()
        yield Shown("next_questions", self.asking_needs(), words)

    def statuses(self) -> Iterable[Shown]:
        """The status of every item and warning, and the severity of the warnings."""
        yield from map(plainly, self.rulebase.items)
        for name in self.rulebase.warnings:
            yield plainly(name)
            yield plainly(names.severity(name))

    def rules(self) -> Iterable[Shown]:
        """The rules that fired: a column for each, in text formats their ids in one."""
        columns = {names.rule_column(rule): rule.id for rule in self.rulebase.domain_rules}
        if not self.text:
            yield from map(plainly, columns)
            return
        yield Shown(
            "rules",
            tuple(columns),
            joined([pl.when(pl.col(one)).then(pl.lit(name)) for one, name in columns.items()], " "),
        )


def plainly(name: str) -> Shown:
    """A column of the advice table as it is."""
    return Shown(name, (name,), pl.col(name))


def joined(parts: Sequence[pl.Expr], between: str = BETWEEN) -> pl.Expr:
    """Texts in one cell, those that are null left out."""
    return pl.concat_str(parts, separator=between, ignore_nulls=True) if parts else pl.lit("")


def undecided(rulebase: Rulebase) -> str:
    """What a verdict is called that is not decided."""
    label = rulebase.findings[rulebase.verdict].label
    return capital(_("{label}: not decided yet").format(label=label))


def severity_word(severity: str) -> str:
    """How severe a warning is, in a word."""
    words = {
        "info": pgettext("severity", "note"), "caution": pgettext("severity", "caution"), "stop": pgettext("severity", "STOP")
    }  # fmt: skip
    return words[severity]


def severe_title(severity: str, title: str) -> str:
    """The title of a warning with its severity before it."""
    return _(SEVERITY_TITLES[severity]).format(title=title)
