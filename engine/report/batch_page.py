"""The summary of a list of clients as one page: no script, nothing from elsewhere, a table beside every plot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from demandfirst.engine.batch.choice import severe_title, severity_word
from demandfirst.engine.batch.run import Result
from demandfirst.engine.ir.numbers import figure
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.language import _, current, mark, ngettext, pgettext
from demandfirst.engine.language.phrases import bracketed
from demandfirst.engine.report.batch_figures import Figures, Line, figures, money, share
from demandfirst.engine.report.batch_plot import CLIENTS, MONEY, Bar, Group, plot
from demandfirst.engine.report.batch_style import STYLE

SHOWN = 8
"""How many lines of a table are plotted; the table has them all."""
BARS = {
    "verdicts": mark(
        "Bars: for each verdict the share of all clients and of all planned money. The table has the same figures."
    ),
    "holders": mark(
        "Bars: for each reason the share of all clients and of all planned money. The table has the same figures."
    ),
    "warnings": mark(
        "Bars: for each warning the share of all clients and of all planned money. The table has the same figures."
    ),
    "questions": mark(
        "Bars: for each question the share of all clients and of all planned money. The table has the same figures."
    ),
}
_THOUSANDS = re.compile("(?<=[,\u00a0])")


@dataclass(frozen=True, slots=True)
class Run:
    """What a page says about where it comes from."""

    source: str
    date: str
    calls: str = ""
    rejected: str = ""


def page(rulebase: Rulebase, result: Result, run: Run) -> str:
    """The page."""
    found = figures(rulebase, result.tally)
    parts = _Page(rulebase, found, result, run)
    title = ngettext(
        "{count} client: what the advice comes to", "{count} clients: what the advice comes to", result.advised
    ).format(count=figure(result.advised))
    body = [
        parts.head(title), parts.tiles(), parts.verdicts(), parts.holders(), parts.warnings(), parts.questions(),
        parts.about(),
    ]  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(current())}">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{''.join(body)}</main>\n</body>\n</html>\n"
    )


class _Page:
    def __init__(self, rulebase: Rulebase, found: Figures, result: Result, run: Run) -> None:
        self.rulebase, self.found, self.result, self.run = rulebase, found, result, run
        self.budgets = bool(rulebase.budget_fact)

    def head(self, title: str) -> str:
        rulebase = _("rulebase {version} ({hash})").format(version=self.rulebase.version, hash=self.rulebase.hash)
        about = f"{self.run.source} · {self.run.date} · {rulebase}"
        return f"<header><h1>{escape(title)}</h1>\n<p class=quiet>{escape(about)}</p></header>\n"

    def tiles(self) -> str:
        """The four figures that come first."""
        advised, rejected, waiting = self.found.clients, self.result.rejected, self.found.verdicts[-1].clients
        tiles = [
            (figure(advised), ngettext("client advised", "clients advised", advised)),
            (figure(rejected), ngettext("row set aside", "rows set aside", rejected)),
            (figure(waiting), ngettext("client waits for an answer", "clients wait for an answer", waiting)),
        ]
        if self.budgets:
            tiles.append((money(self.found.budget), _("planned a month, all together")))
        cells = "".join(
            f"<div><dt>{escape(what)}</dt><dd>{_THOUSANDS.sub('<wbr>', value)}</dd></div>" for value, what in tiles
        )
        return f"<dl class=tiles>{cells}</dl>\n"

    def verdicts(self) -> str:
        label = self.rulebase.findings[self.rulebase.verdict].label
        intro = _("Every client stands at one of these points of {label}.").format(label=label)
        rows = [[escape(line.title), *self.counts(line)] for line in self.found.verdicts]
        table = self.table(_("Clients at each verdict"), [_("Verdict")], self.columns(), rows)
        drawn = self.bars("verdicts", self.found.verdicts)
        return self.section("verdicts", _("Where they stand"), intro, f"<div class=beside>{drawn}{table}</div>\n")

    def holders(self) -> str:
        found = self.found
        title = _("What holds them back")
        if not found.holders:
            return self.section("holders", title, _("Nothing that fits any of these clients is held back."))
        intro = f"{self.held()} {_('These are the reasons at the root; a client can have several.')}"
        rows = [[escape(line.title), escape(line.beside), *self.counts(line)] for line in found.holders]
        names = [_("Reason"), _("Ends when")]
        table = self.table(_("Reasons why something is held back"), names, self.columns(), rows)
        return self.section("holders", title, intro, self.bars("holders", found.holders), table)

    def held(self) -> str:
        """For how many clients something is held back."""
        count, planned = figure(self.found.held), money(self.found.held_budget)
        if not self.budgets:
            text = ngettext(
                "Something would fit {count} client and is held back.",
                "Something would fit {count} clients and is held back.",
                self.found.held,
            )
            return text.format(count=count)
        text = ngettext(
            "Something would fit {count} client and is held back, with {money} planned a month behind them.",
            "Something would fit {count} clients and is held back, with {money} planned a month behind them.",
            self.found.held,
        )
        return text.format(count=count, money=planned)

    def warnings(self) -> str:
        lines, title = self.found.warnings, _("Warnings")
        if not lines:
            return self.section("warnings", title, _("No warning was raised."))
        rows = [
            [
                f'<span class="mark {line.beside}">{escape(severity_word(line.beside))}</span>',
                escape(line.title),
                *self.counts(line),
            ]
            for line in lines
        ]
        names = [pgettext("of a warning", "Weight"), _("Warning")]
        table = self.table(_("Warnings raised"), names, self.columns(), rows, heading=1)
        labelled = [Line(severe_title(line.beside, line.title), "", line.clients, line.budget) for line in lines]
        intro = _("The most severe first. A client can have several.")
        return self.section("warnings", title, intro, self.bars("warnings", labelled), table)

    def questions(self) -> str:
        lines, title = self.found.questions, _("What to ask")
        if not lines:
            return self.section("questions", title, _("No verdict waits for an answer."))
        intro = _(
            "Clients whose verdict is not decided yet wait for these answers. Where an answer is the only one missing, one "
            "call settles the verdict."
        )
        if self.run.calls:
            intro = f"{intro} {_('Whom to call first stands in {file}.').format(file=self.run.calls)}"
        rows = [
            [escape(line.title), escape(line.beside), *self.counts(line), figure(line.alone[0]),
             *([money(line.alone[1])] if self.budgets else [])]
            for line in lines
        ]  # fmt: skip
        numbers = [*self.columns(), _("Only this missing"), *([_("Their planned budgets")] if self.budgets else [])]
        names = [_("Question"), _("Who knows")]
        table = self.table(_("Answers that verdicts wait for"), names, numbers, rows)
        return self.section("questions", title, intro, self.bars("questions", lines), table)

    def about(self) -> str:
        result = self.result
        lines = [
            ngettext(
                "{rows} row was read: {advised} advised, {rejected} set aside.",
                "{rows} rows were read: {advised} advised, {rejected} set aside.",
                result.rows,
            ).format(rows=figure(result.rows), advised=figure(result.advised), rejected=figure(result.rejected))
        ]
        lines += [
            _("Set aside: {count} × {reason}.").format(count=figure(count), reason=reason)
            for reason, count in sorted(result.reasons.items(), key=lambda one: -one[1])[:SHOWN]
        ]
        if result.rejected and self.run.rejected:
            lines.append(_("The rows set aside, with reasons, stand in {file}.").format(file=self.run.rejected))
        if self.budgets:
            lines.append(self.planned())
        items = "".join(f"<li>{escape(line)}</li>\n" for line in [*lines, *result.notes])
        return self.section("about", _("About these figures"), "", f"<ul>\n{items}</ul>")

    def planned(self) -> str:
        """What planned budgets are."""
        text = ngettext(
            "Planned budgets are the answers to “{label}”, added up as they stand, so they should be in one currency; {count} "
            "client has not given theirs. A budget within bounds counts with its lower end.",
            "Planned budgets are the answers to “{label}”, added up as they stand, so they should be in one currency; {count} "
            "clients have not given theirs. A budget within bounds counts with its lower end.",
            self.found.without_budget,
        )
        label = self.rulebase.facts[self.rulebase.budget_fact].label
        return text.format(label=label, count=figure(self.found.without_budget))

    def columns(self) -> list[str]:
        """The names of the columns of numbers."""
        return [_("Clients"), _("Share"), *([_("Planned budget a month"), _("Share")] if self.budgets else [])]

    def counts(self, line: Line) -> list[str]:
        """The numbers of a line."""
        own = [figure(line.clients), share(line.clients, self.found.clients)]
        return [*own, *([money(line.budget), share(line.budget, self.found.budget)] if self.budgets else [])]

    def bars(self, name: str, lines: Sequence[Line]) -> str:
        """The plot of a table, with what its colours mean."""
        clients, budget = max(1, self.found.clients), self.found.budget or 1.0
        groups = []
        for line in [line for line in lines if line.clients][:SHOWN]:
            text = bracketed(figure(line.clients), share(line.clients, self.found.clients))
            bars = [Bar(line.clients / clients, text, CLIENTS, line.alone[0] / clients)]
            bars += [Bar(line.budget / budget, share(line.budget, self.found.budget), MONEY)] if self.budgets else []
            groups.append(Group(line.title, tuple(bars)))
        if not groups:
            return ""
        meanings = [("clients", _("clients"))]
        meanings += [("strong", _("only this answer is missing"))] if any(line.alone[0] for line in lines) else []
        meanings += [("money", _("planned budget"))] if self.budgets else []
        legend = "".join(f"<li class={colour}>{escape(meaning)}</li>" for colour, meaning in meanings)
        return f"<figure><ul class=legend>{legend}</ul>\n{plot(name, _(BARS[name]), groups)}</figure>\n"

    @staticmethod
    def table(
        caption: str, names: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[str]], heading: int = 0
    ) -> str:
        """A table with columns of texts, then columns of numbers; one cell of each row says what the row is about."""
        texts = len(names)
        head = "".join(
            f"<th scope=col{'' if at < texts else ' class=number'}>{escape(name)}</th>"
            for at, name in enumerate([*names, *numbers])
        )
        lines = []
        for row in rows:
            cells = [
                f"<th scope=row>{cell}</th>"
                if at == heading
                else f"<td{'' if at < texts else ' class=number'}>{cell}</td>"
                for at, cell in enumerate(row)
            ]
            lines.append(f"<tr>{''.join(cells)}</tr>\n")
        return (
            f'<div class=wide tabindex=0 role=region aria-label="{escape(caption)}"><table><caption>{escape(caption)}</caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(lines)}</tbody></table></div>\n"
        )

    @staticmethod
    def section(name: str, title: str, intro: str, *parts: str) -> str:
        words = f"<p>{escape(intro)}</p>\n" if intro else ""
        return (
            f"<section aria-labelledby={name}>\n<h2 id={name}>{escape(title)}</h2>\n{words}{''.join(parts)}</section>\n"
        )
