"""The summary of a list of clients as one page: no script, nothing from elsewhere, a table beside every plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from demandfirst.engine.batch.choice import SEVERITY_WORDS
from demandfirst.engine.batch.run import Result
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.report.batch_figures import Figures, Line, figures, money, share
from demandfirst.engine.report.batch_plot import CLIENTS, MONEY, STRONG, Bar, Group, plot
from demandfirst.engine.report.batch_style import STYLE

SHOWN = 8
"""How many lines of a table are plotted; the table has them all."""


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
    title = f"{_number(result.advised)} clients: what the advice comes to"
    body = [
        parts.head(title), parts.tiles(), parts.verdicts(), parts.holders(), parts.warnings(), parts.questions(),
        parts.about(),
    ]  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{''.join(body)}</main>\n</body>\n</html>\n"
    )


class _Page:
    def __init__(self, rulebase: Rulebase, found: Figures, result: Result, run: Run) -> None:
        self.rulebase, self.found, self.result, self.run = rulebase, found, result, run
        self.budgets = bool(rulebase.budget_fact)

    def head(self, title: str) -> str:
        about = f"{self.run.source} · {self.run.date} · rulebase {self.rulebase.version} ({self.rulebase.hash})"
        return f"<header><h1>{escape(title)}</h1>\n<p class=quiet>{escape(about)}</p></header>\n"

    def tiles(self) -> str:
        """The four figures that come first."""
        found, waiting = self.found, self.found.verdicts[-1].clients
        tiles = [
            (_number(found.clients), "clients advised"),
            (_number(self.result.rejected), "rows set aside"),
            (_number(waiting), "clients wait for an answer"),
        ]
        if self.budgets:
            tiles.append((money(found.budget), "planned a month, all together"))
        cells = "".join(
            f"<div><dt>{escape(what)}</dt><dd>{value.replace(',', ',<wbr>')}</dd></div>" for value, what in tiles
        )
        return f"<dl class=tiles>{cells}</dl>\n"

    def verdicts(self) -> str:
        label = self.rulebase.findings[self.rulebase.verdict].label
        intro = f"Every client stands at one of these points of {label}."
        rows = [[escape(line.title), *self.counts(line)] for line in self.found.verdicts]
        table = self.table("Clients at each verdict", ["Verdict", *self.columns()], rows)
        return self.section(
            "verdicts",
            "Where they stand",
            intro,
            f"<div class=beside>{self.bars('verdicts', 'verdict', self.found.verdicts)}{table}</div>\n",
        )

    def holders(self) -> str:
        found = self.found
        if not found.holders:
            return self.section(
                "holders", "What holds them back", "Nothing that fits any of these clients is held back."
            )
        behind = f", with {money(found.held_budget)} planned a month behind them" if self.budgets else ""
        intro = (
            f"Something would fit {_number(found.held)} clients and is held back{behind}. These are the reasons at the "
            "root; a client can have several."
        )
        rows = [[escape(line.title), escape(line.beside), *self.counts(line)] for line in found.holders]
        table = self.table("Reasons why something is held back", ["Reason", "Ends when", *self.columns()], rows)
        return self.section(
            "holders", "What holds them back", intro, self.bars("holders", "reason", found.holders), table
        )

    def warnings(self) -> str:
        if not self.found.warnings:
            return self.section("warnings", "Warnings", "No warning was raised.")
        intro = "The most severe first. A client can have several."
        rows = [
            [
                f'<span class="mark {line.beside}">{SEVERITY_WORDS[line.beside]}</span>',
                escape(line.title),
                *self.counts(line),
            ]
            for line in self.found.warnings
        ]
        table = self.table("Warnings raised", ["Weight", "Warning", *self.columns()], rows, heading=1)
        labelled = [
            Line(f"{SEVERITY_WORDS[line.beside]}: {line.title}", "", line.clients, line.budget) for line in self.found.warnings
        ]  # fmt: skip
        return self.section("warnings", "Warnings", intro, self.bars("warnings", "warning", labelled), table)

    def questions(self) -> str:
        lines = self.found.questions
        if not lines:
            return self.section("questions", "What to ask", "No verdict waits for an answer.")
        intro = (
            "Clients whose verdict is not decided yet wait for these answers. Where an answer is the only one missing, one "
            "call settles the verdict."
        )
        if self.run.calls:
            intro += f" Whom to call first stands in {self.run.calls}."
        rows = [
            [escape(line.title), escape(line.beside), *self.counts(line), _number(line.alone[0]),
             *([money(line.alone[1])] if self.budgets else [])]
            for line in lines
        ]  # fmt: skip
        names = ["Question", "Who knows", *self.columns(), "Only this missing"]
        names += ["Their planned budgets"] if self.budgets else []
        table = self.table("Answers that verdicts wait for", names, rows)
        return self.section("questions", "What to ask", intro, self.bars("questions", "question", lines), table)

    def about(self) -> str:
        found, result = self.found, self.result
        lines = [
            f"{_number(result.rows)} rows were read: {_number(result.advised)} advised, {_number(result.rejected)} set aside."
        ]
        lines += [
            f"Set aside: {_number(count)} × {reason}."
            for reason, count in sorted(result.reasons.items(), key=lambda one: -one[1])[:SHOWN]
        ]
        lines += (
            [f"The rows set aside, with reasons, stand in {self.run.rejected}."]
            if result.rejected and self.run.rejected
            else []
        )
        if self.budgets:
            label = self.rulebase.facts[self.rulebase.budget_fact].label
            lines.append(
                f"Planned budgets are the answers to “{label}”, added up as they stand, so they should be in one currency; "
                f"{_number(found.without_budget)} clients have not given theirs. A budget within bounds counts with its lower end."
            )
        items = "".join(f"<li>{escape(line)}</li>\n" for line in [*lines, *result.notes])
        return self.section("about", "About these figures", "", f"<ul>\n{items}</ul>")

    def columns(self) -> list[str]:
        return ["Clients", "Share", *(["Planned budget a month", "Share"] if self.budgets else [])]

    def counts(self, line: Line) -> list[str]:
        own = [_number(line.clients), share(line.clients, self.found.clients)]
        return [*own, *([money(line.budget), share(line.budget, self.found.budget)] if self.budgets else [])]

    def bars(self, name: str, what: str, lines: Sequence[Line]) -> str:
        """The plot of a table, with what its colours mean."""
        clients, budget = max(1, self.found.clients), self.found.budget or 1.0
        groups = []
        for line in [line for line in lines if line.clients][:SHOWN]:
            text = f"{_number(line.clients)} ({share(line.clients, self.found.clients)})"
            bars = [Bar(line.clients / clients, text, CLIENTS, line.alone[0] / clients)]
            bars += [Bar(line.budget / budget, share(line.budget, self.found.budget), MONEY)] if self.budgets else []
            groups.append(Group(line.title, tuple(bars)))
        if not groups:
            return ""
        meanings = [(CLIENTS, "clients")]
        meanings += [(STRONG, "only this answer is missing")] if any(line.alone[0] for line in lines) else []
        meanings += [(MONEY, "planned budget")] if self.budgets else []
        words = {CLIENTS: "clients", STRONG: "strong", MONEY: "money"}
        legend = "".join(f"<li class={words[colour]}>{meaning}</li>" for colour, meaning in meanings)
        alt = (
            f"Bars: for each {what} the share of all clients and of all planned money. The table has the same figures."
        )
        return f"<figure><ul class=legend>{legend}</ul>\n{plot(name, alt, groups)}</figure>\n"

    @staticmethod
    def table(caption: str, names: Sequence[str], rows: Iterable[Sequence[str]], heading: int = 0) -> str:
        """A table; one cell of each row says what the row is about."""
        texts = next((at for at, name in enumerate(names) if name == "Clients"), len(names))
        head = "".join(
            f"<th scope=col{'' if at < texts else ' class=number'}>{name}</th>" for at, name in enumerate(names)
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


def _number(count: int) -> str:
    return f"{count:,}"
