"""The command line: reads input, calls the library, renders what it answers."""

from __future__ import annotations

import errno
import gc
import os
import sys
from importlib import import_module
from typing import Any

import click
import demandfirst
from demandfirst.engine.commands.common import (
    USAGE,
    faults,
    format_option,
    load,
    print_json,
    print_lines,
    rulebase_option,
)
from demandfirst.engine.commands.words import HELP, Language, begin, from_environment, one_command, own, speak, worded
from demandfirst.engine.errors import did_you_mean
from demandfirst.engine.language import SOURCE, _, mark, speaking
from demandfirst.engine.load.yaml_tree import quote

COMMANDS: dict[str, str] = {
    "batch": "batch",
    "cases": "cases",
    "catalogs": "catalogs",
    "database": "database",
    "diff": "diff",
    "keys": "keys",
    "privacy": "privacy",
    "prove": "prove",
    "report": "report",
    "serve": "serve",
    "sql": "sql",
    "staff": "staff",
    "webhooks": "webhooks",
}
"""Name of a command -> the module of `engine/commands/` whose `command` it is."""
COLLECT_AFTER = 100_000  # new objects; a command makes little garbage and is soon over


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        advisor = load()
        rulebase = _("rulebase {version} ({hash})").format(version=advisor.version, hash=advisor.hash)
        click.echo(f"demandfirst {demandfirst.__version__}, {rulebase}")
        context.exit()


class Program(click.Group):
    """The command; its output may meet a full disk, which is no fault of the program."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Those here, and those of a file of their own."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported where it has a file of its own."""
        if cmd_name in COMMANDS:
            return own(import_module(f"demandfirst.engine.commands.{COMMANDS[cmd_name]}").command)
        found = super().get_command(ctx, cmd_name)
        return None if found is None else own(found)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Speak the language of the environment, unless an option says another one."""
        try:
            begin(ctx, from_environment())
        except click.UsageError:
            if not ctx.resilient_parsing:  # as a shell does that completes a command
                raise
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """The whole command."""
        with one_command():
            return super().main(*args, **extra)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help in the language that is spoken."""
        click.Group.format_help(worded(self), ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and say in one line what kept the output from being written."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            reason = (error.strerror or _("no reason given")).lower()
            click.echo(_("the output cannot be written: {reason}").format(reason=reason), err=True)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try once more at its end
            raise SystemExit(1) from None
        return result


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Version and rulebase hash."
)
@click.option("--lang", type=Language(), metavar="CODE", is_eager=True, expose_value=False, callback=speak, help=HELP)
def main() -> None:
    """Whether, why and how a business should use social media marketing."""
    gc.set_threshold(COLLECT_AFTER)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command()
@click.argument("client", metavar="CLIENT")
@format_option
@click.option("--full", is_flag=True, help="Text with the steps and measures of every item.")
@click.option("--trace", is_flag=True, help="Print which rules fired, on what, in which order, instead of the advice.")
@click.option("--color/--no-color", default=None, help="Force or forbid colours.")
@rulebase_option
def advise(client: str, style: str, full: bool, trace: bool, color: bool | None, rulebase: str | None) -> None:
    """Advise a client.

    CLIENT is a YAML or JSON file of facts, or - for standard input.
    """
    advisor = load(rulebase)
    with faults():
        advice = advisor.advise_file(client)
    if trace:
        from demandfirst.engine.report.listings import trace_lines

        print_lines(trace_lines(advisor.rulebase, advice))
    elif style == "json":
        click.echo(advice.model_dump_json(indent=2))
    elif style == "markdown":
        from demandfirst.engine.report.markdown import markdown

        click.echo(markdown(advice), nl=False)
    else:
        from demandfirst.engine.report.text import print_advice

        print_advice(advice, sys.stdout, full=full, color=color)


UNKNOWN = {
    "claim": mark("`{name}` is not a claim"), "fact": mark("`{name}` is not a fact"), "item": mark("`{name}` is not an item"),
    "rule": mark("`{name}` is not a rule"),
}  # fmt: skip


def _lookup(known: Any, name: str, what: str) -> Any:
    if name not in known:
        click.echo(f"unknown-{what}: {_(UNKNOWN[what]).format(name=quote(name))}", err=True)
        lists = _("`{command}` lists them").format(command=f"demandfirst {what}s")
        click.echo(f"  {_('help: {what}').format(what=did_you_mean(name, known, lists))}", err=True)
        raise SystemExit(USAGE)
    return known[name]


def _complete(kind: str) -> Any:
    def complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
        rulebase = demandfirst.load().rulebase
        known = {rule.id for rule in rulebase.domain_rules} if kind == "rules" else getattr(rulebase, kind)
        return sorted(name for name in known if name.startswith(incomplete))

    return complete


@main.command()
@click.argument("fact", required=False, shell_complete=_complete("facts"))
@rulebase_option
def facts(fact: str | None, rulebase: str | None) -> None:
    """List the questions, or show one FACT."""
    from demandfirst.engine.report.listings import fact_lines, facts_lines

    knowledge = load(rulebase).rulebase
    print_lines(fact_lines(knowledge, _lookup(knowledge.facts, fact, "fact")) if fact else facts_lines(knowledge))


@main.command()
@click.argument("rule", required=False, shell_complete=_complete("rules"))
@click.option("--graph", type=click.Choice(["mermaid", "dot"]), help="Print the dependency graph instead.")
@rulebase_option
def rules(rule: str | None, graph: Any, rulebase: str | None) -> None:
    """List the rules, or show one RULE."""
    from demandfirst.engine.report.listings import rule_lines, rules_lines

    knowledge = load(rulebase).rulebase
    if graph:
        from demandfirst.engine.report.graph import graph_lines

        print_lines(graph_lines(knowledge, graph))
        return
    by_id = {one.id: one for one in knowledge.domain_rules}
    print_lines(rule_lines(knowledge, _lookup(by_id, rule, "rule")) if rule else rules_lines(knowledge))


@main.command()
@click.argument("item", required=False, shell_complete=_complete("items"))
@rulebase_option
def items(item: str | None, rulebase: str | None) -> None:
    """List what can be recommended and warned of, or show one ITEM."""
    from demandfirst.engine.report.listings import item_lines, items_lines

    knowledge = load(rulebase).rulebase
    known = {**knowledge.items, **knowledge.warnings}
    print_lines(item_lines(knowledge, _lookup(known, item, "item")) if item else items_lines(knowledge))


@main.command()
@click.argument("claim", required=False, shell_complete=_complete("claims"))
@rulebase_option
def claims(claim: str | None, rulebase: str | None) -> None:
    """List the claims of the source documents and what carries each, or show one CLAIM."""
    from demandfirst.engine.report.listings import claim_lines, claims_lines

    knowledge = load(rulebase).rulebase
    print_lines(claim_lines(knowledge, _lookup(knowledge.claims, claim, "claim")) if claim else claims_lines(knowledge))


@main.command()
@click.argument("folder", required=False)
@click.option("--deep", is_flag=True, help="Ask about all possible clients too (a minute; needs the extra `prove`).")
def check(folder: str | None, deep: bool) -> None:
    """Check the built-in rulebase, or the one in FOLDER, for everything that can be wrong with it.

    Silent when all is well; exit code 1 when a check finds something, 2 when the rulebase cannot be loaded.
    """
    from demandfirst.engine.check import run_checks

    with speaking(SOURCE):  # as the rule files are written
        rulebase = load(folder).rulebase
        issues = run_checks(rulebase)
        if deep:
            with faults():
                from demandfirst.engine.deep.run import deep_issues

                issues = tuple(sorted({*issues, *deep_issues(rulebase)}))
        print_lines(str(issue) for issue in issues)
    if issues:
        raise SystemExit(1)


@main.command()
@click.argument("client", metavar="CLIENT")
@click.argument("name", metavar="[ID]", required=False, shell_complete=_complete("items"))
@click.option(
    "--depth", type=click.Choice(["line", "level", "tree"]), help="How far down (default: tree, line without ID)."
)
@format_option
@rulebase_option
def explain(client: str, name: str | None, depth: Any, style: str, rulebase: str | None) -> None:
    """Why and why not: the proof of an item, warning, finding or quantity.

    Without ID: one line for everything that is recommended, withheld, raised or open.
    """
    from demandfirst.engine.explain import explain as explain_one
    from demandfirst.engine.explain import noteworthy
    from demandfirst.engine.report.proof import explanations_lines

    advisor = load(rulebase)
    with faults():
        advice = advisor.advise_file(client)
        names = [name] if name else noteworthy(advice)
        found = [explain_one(advisor.rulebase, advice, one) for one in names]
    if style == "json":
        print_json([one.model_dump(mode="json") for one in found] if name is None else found[0].model_dump(mode="json"))
        return
    print_lines(explanations_lines(found, depth or ("tree" if name else "line"), markdown=style == "markdown"))


@main.command("what-if")
@click.argument("client", metavar="CLIENT")
@click.option("--set", "settings", multiple=True, metavar="FACT=VALUE", help="An answer to change; repeat for more.")
@click.option("--against", metavar="CLIENT", help="Compare with another client file instead.")
@format_option
@rulebase_option
def what_if(client: str, settings: tuple[str, ...], against: str | None, style: str, rulebase: str | None) -> None:
    """What changes in the advice when answers change, and through which rules.

    VALUE is written as in a client file: a word, a number, true, [a, b], unknown; nothing after = takes the answer back.
    """
    from demandfirst.engine.load.client import changed, read_client
    from demandfirst.engine.report.difference import difference_lines
    from demandfirst.engine.whatif import difference

    if bool(settings) == bool(against):
        message = _("say either {one} or {other}")
        raise click.UsageError(message.format(one="--set FACT=VALUE", other="--against CLIENT"))
    advisor = load(rulebase)
    with faults():
        before = read_client(client, advisor.rulebase.facts)
        known = advisor.rulebase.facts
        after = read_client(against, known) if against else changed(before, settings, known)
        found = difference(advisor.advise_answers(before), advisor.advise_answers(after))
    if style == "json":
        print_json(found.model_dump(mode="json"))
    else:
        print_lines(difference_lines(advisor.rulebase, found, markdown=style == "markdown"))


@main.command()
@click.argument("client", metavar="CLIENT")
@format_option
@rulebase_option
def sensitivity(client: str, style: str, rulebase: str | None) -> None:
    """Which answers and assumptions the verdict hangs on, and how far each may move."""
    from demandfirst.engine.load.client import read_client
    from demandfirst.engine.report.sensitivity import sensitivity_lines
    from demandfirst.engine.sensitivity import sensitivity as probe

    advisor = load(rulebase)
    with faults():
        found = probe(advisor, read_client(client, advisor.rulebase.facts))
    if style == "json":
        print_json(found.model_dump(mode="json"))
    else:
        print_lines(sensitivity_lines(advisor.rulebase, found, markdown=style == "markdown"))


@main.command()
@click.argument("file", metavar="[FILE]", required=False)
@rulebase_option
def interview(file: str | None, rulebase: str | None) -> None:
    """Ask the questions in the terminal, only those that can still matter.

    The answers are saved in FILE after each question; the same command goes on with them, and `advise` reads them. Exit code 0 at
    the end and after q, 1 where the input ends before, 130 after Ctrl-C.
    """
    from demandfirst.engine.interview import Interview
    from demandfirst.engine.report.interview_terminal import run_interview

    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    with faults():
        code = run_interview(Interview(load(rulebase)), file, sys.stdin, sys.stdout)
    raise SystemExit(code)


@main.command("new-client")
@click.option("--core", is_flag=True, help="Only the required and the core questions.")
@rulebase_option
def new_client(core: bool, rulebase: str | None) -> None:
    """Print a commented client file with every question in asking order."""
    from demandfirst.engine.report.new_client import new_client_lines

    print_lines(new_client_lines(load(rulebase).rulebase, core=core))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a SHELL; its output goes into the shell's start file."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(main, {}, "demandfirst", "_DEMANDFIRST_COMPLETE").source())


@main.command("how-to")
@click.argument("client", metavar="CLIENT")
@click.argument("goal", metavar="GOAL", nargs=-1, required=True, shell_complete=_complete("items"))
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="At most so many ways.")
@format_option
@rulebase_option
def how_to(client: str, goal: tuple[str, ...], limit: int, style: str, rulebase: str | None) -> None:
    """What would have to change for GOAL: the smallest sets of changes, the easiest first.

    GOAL is the id of an item that is to be recommended, or not:ID (also: not ID) for an item or warning to be rid of.
    """
    from demandfirst.engine.howto import how_to as find_ways
    from demandfirst.engine.load.client import read_client
    from demandfirst.engine.report.howto_text import how_to_lines

    advisor = load(rulebase)
    with faults():
        found = find_ways(advisor, read_client(client, advisor.rulebase.facts), " ".join(goal), limit)
    if style == "json":
        print_json(found.model_dump(mode="json"))
    else:
        print_lines(how_to_lines(found, markdown=style == "markdown"))


if __name__ == "__main__":
    main()
