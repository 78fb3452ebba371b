"""What stands in the report that one hands over: all of the advice, nothing against it, for two readers."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from clients import personas, some_personas
from demandfirst.engine.ir.report import Objection, Upsell
from demandfirst.engine.report.handout.first import next_unit
from demandfirst.engine.report.handout.given import Given
from demandfirst.engine.report.handout.hygiene import LONGEST, cleaned
from demandfirst.engine.report.handout.model import (
    READERS,
    Bars,
    Callout,
    Cards,
    Journey,
    Picture,
    Plan,
    Points,
    Reader,
    Table,
    Tracks,
)
from demandfirst.engine.report.handout.selling import talk, upsell
from handing import (
    BARE,
    SHOP,
    advisor,
    anchors,
    blocks,
    client,
    of_block,
    report,
    report_on,
    section,
    targets,
    texts,
)

SOME = [*some_personas()[::5], SHOP, ""]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SOME)
def test_all_of_the_advice_stands_in_it(name: str, reader: Reader) -> None:
    """Whatever is recommended, withheld or raised is in the report with its texts, and every answer too."""
    advice = advisor().advise(client(name), engine="scalar")
    found = report(name, reader)
    said = set(texts(found))

    for item in advice.items:
        if item.status == "recommended":
            assert {item.title, item.summary, *item.steps} <= said
        if item.status == "withheld":
            assert {item.title, *(reason.until for reason in item.held_back)} <= said | {""}
    for warning in advice.warnings:
        assert (warning.status != "raised") or {warning.title, warning.summary, *warning.steps} <= said
    rows = [row for block in section(found, "answers").blocks if isinstance(block, Table) for row in block.rows]
    assert len(rows) == len(advice.answers)
    assert (found.version, found.hash) == (advice.rulebase.version, advice.rulebase.hash)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SOME)
def test_every_way_leads_somewhere(name: str, reader: Reader) -> None:
    """Ids are unique, links lead to one of them, and no section or table is empty."""
    found = report(name, reader)

    assert len(anchors(found)) == len(set(anchors(found)))
    assert targets(found) <= set(anchors(found))
    assert all(one.title and one.blocks for one in found.sections)
    for block in blocks(found):
        if isinstance(block, Table):
            assert block.rows
            assert {len(row) for row in block.rows} == {len(block.header)} == {len(block.sides)}
            assert all(row[block.heading] for row in block.rows)


def test_the_next_unit_never_contradicts_the_advice() -> None:
    """Money is sent only to what is recommended, and no text of the report's own has a figure that is not known."""
    for name in (*personas(), SHOP, ""):
        advice = advisor().advise(client(name), engine="scalar")
        given = Given(advisor(), advice, "sales")
        own = [one for part in (talk(given), upsell(given)) if part for block in part.blocks for one in of_block(block)]

        item = given.next_unit.item if given.next_unit else ""
        assert not item or advice.status(item) == "recommended"
        assert not [text for text in (next_unit(given), *own) if "not known yet" in text or "{" in text], name


def test_the_money_of_a_shop_with_room_in_search() -> None:
    """The phone shop is told to raise paid search, and sees why: costs against the ceiling, and the room that is left."""
    money = section(report(SHOP), "money")
    pictures = {block.id: block for block in money.blocks if isinstance(block, Picture)}
    costs, room = pictures["chart-order_cost"].drawing, pictures["headroom"].drawing

    first = money.blocks[0]
    assert isinstance(first, Callout)
    assert first.text.startswith("Into paid search.")
    assert isinstance(costs, Bars)
    assert [(bar.low, bar.estimated) for bar in costs.bars] == [(14, False), (16, False), (21, True)]
    assert [line.low for line in costs.lines] == [pytest.approx(25.6), pytest.approx(27.904)]
    assert isinstance(room, Tracks)
    assert [(track.word, track.filled, track.mark) for track in room.tracks] == [
        ("much room", 0.38, 0.8), ("much room", 0.22, 0.5), ("in use, not measured", None, None), ("does not apply", None, None),
    ]  # fmt: skip
    monthly = pictures["chart-monthly_money"].drawing
    assert isinstance(monthly, Bars)
    assert [bar.low for bar in monthly.bars] == [4000, 4500]
    assert [line.low for line in monthly.lines] == [900]


def test_a_number_within_bounds_has_both_ends() -> None:
    """A cost that is only known within bounds is drawn from end to end; one without an upper end with its lower one."""
    answers = client(SHOP) | {"paid_search_cpo": "10..18", "paid_search_marginal_cpo": ">=15"}
    found = section(report_on(answers), "money")
    picture = next(block for block in found.blocks if isinstance(block, Picture))

    assert isinstance(picture.drawing, Bars)
    average, more = picture.drawing.bars[:2]
    assert (average.low, average.high, average.shown) == (10, 18, "10 to 18 per order")
    assert (more.low, more.high, more.shown) == (15, 15, "at least 15 per order")


def test_a_table_says_all_that_a_picture_shows() -> None:
    """Every label and figure of a drawing stands in its table."""
    for block in blocks(report(SHOP)):
        if isinstance(block, Picture):
            cells = {cell for row in block.table.rows for cell in row}
            drawing = block.drawing
            if isinstance(drawing, Bars):
                drawn = {text for one in (*drawing.bars, *drawing.lines) for text in (one.label, one.shown)}
            else:
                drawn = {text for track in drawing.tracks for text in (track.label, track.word)}
            assert drawn <= cells


def test_nothing_known_is_told_as_what_is_missing() -> None:
    """With nothing but the required answers the report says what is missing and how to find it out, right after the verdict."""
    found = report_on(BARE)
    advice = advisor().advise(BARE, engine="scalar")
    asked = [question for question in advice.questions if question.decides]
    missing = section(found, "missing")

    assert [one.id for one in found.sections[:2]] == ["verdict", "missing"]
    first = {point.text for block in found.sections[0].blocks if isinstance(block, Points) for point in block.points}
    assert {question.question for question in asked[:3]} <= first
    cards = [card for block in missing.blocks if isinstance(block, Cards) for card in block.cards]
    assert [card.title for card in cards] == [question.question for question in asked[:8]]
    assert all(question.help in texts(found) for question in asked[:8])
    rest = next(block for block in missing.blocks if isinstance(block, Table))
    assert [row[1] for row in rest.rows] == [question.question for question in asked[8:]]
    told = [block for block in section(found, "money").blocks if isinstance(block, Callout)]
    assert any("None of these costs is known yet" in block.text for block in told)
    (room,) = (block.drawing for block in section(found, "money").blocks if isinstance(block, Picture))
    assert isinstance(room, Tracks)
    assert {(track.word, track.filled, track.mark) for track in room.tracks} == {("not known yet", None, None)}


def test_all_answers_dont_know() -> None:
    """A client who knows nothing gets a report too, and nothing is asked any more."""
    facts = advisor().rulebase.facts
    found = report_on({name: "unknown" for name, fact in facts.items() if not fact.required} | BARE)

    assert "missing" not in {one.id for one in found.sections}
    assert len(texts(found)) > 200


def test_two_readers_get_the_same_facts() -> None:
    """Who sells reads all that the client reads, and objections, risks and offers besides; the client reads none of these."""
    for name in (SHOP, "partly-answered-inventor"):
        own, sales = report(name), report(name, "sales")
        extra = {one.id for one in sales.sections} - {one.id for one in own.sections}

        assert extra == {"talk", "risks", "offers"}
        renamed = {own.title, "What is still missing"}
        assert set(texts(own)) - renamed <= set(texts(sales))
        assert not {"Objections and answers", "What to offer next"} & set(texts(own))


def test_objections_fit_the_client() -> None:
    """An objection stands where its conditions hold for certain, with the claims that its answer rests on."""
    found = section(report(SHOP, "sales"), "talk")
    cards = {card.id: card for block in found.blocks if isinstance(block, Cards) for card in block.cards}

    assert "objection-search_is_dear" in cards
    assert "14 per order" in cards["objection-search_is_dear"].text
    assert "objection-cheaper_offer" not in cards
    assert all(note.texts for card in cards.values() for note in card.notes)
    open_gate = section(report("saturated-d2c-cosmetics", "sales"), "talk")
    assert "objection-only_a_small_test" not in {
        card.id for block in open_gate.blocks if isinstance(block, Cards) for card in block.cards
    }


def test_the_plan_is_the_ranked_steps() -> None:
    """Steps come in the order of the advice, with who does them, and say which held-back items they bring nearer."""
    advice = advisor().advise(client(SHOP), engine="scalar")
    (plan,) = (block for block in blocks(report(SHOP)) if isinstance(block, Plan))
    steps = [item for item in advice.items if item.kind == "step" and item.status == "recommended"]

    assert [(step.title, step.owner) for step in plan.steps] == [
        (item.title, item.owner.label if item.owner else "") for item in steps
    ]
    assert any(advice.item("paid_social_scaling").title in text for text in plan.steps[0].unlocks)
    assert not any("held back" in text for step in plan.steps[1:] for text in step.unlocks)


def test_the_map_has_every_touchpoint_where_it_belongs() -> None:
    """Recommended, open and withheld touchpoints stand at their stages."""
    advice = advisor().advise(client(SHOP), engine="scalar")
    (found,) = (block for block in blocks(report(SHOP)) if isinstance(block, Journey))
    stages = [entry.id for entry in advisor().rulebase.lexicon["journey"].entries]

    for name, stage in zip(stages, found.stages, strict=True):
        expected = {
            item.title
            for item in advice.items
            if item.kind == "touchpoint"
            and item.status != "not_recommended"
            and name in {one.id for one in item.journey}
        }
        assert {stop.title for stop in stage.stops} == expected


def test_what_turns_the_verdict_is_what_the_sensitivity_says() -> None:
    """Each flip of an answer, number or assumption is a line, with the value from which on it turns."""
    found = section(report(SHOP, "sales"), "how-sure")
    (turning,) = (block for block in found.blocks if isinstance(block, Table) and "enough" in block.caption)
    rows = {row[0]: row[1:] for row in turning.rows}

    assert rows["Monthly searches"][:2] == ("60,000 searches a month", "below 1,000")
    assert rows["Cost of one more order from paid search"][:2] == ("16 per order", "25.60 or more")
    assert rows["Paid search"] == ("used", "not applicable", "Verdict: Find out first, then spend")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Tea \t & Co.\n", "Tea & Co."),
        ("Shop\u202egnp.exe", "Shopgnp.exe"),
        ("\u2066hidden\u2069\x00\x1b[31m", "hidden[31m"),
        ("a\u2028b\u2029c", "a b c"),
        ("\ufeffCafe\u0301", "Café"),
        ("نص عربي", "نص عربي"),
        ("👩‍🔬", "👩‍🔬"),
        ("\ud800x", "x"),
        ("\u200b\u00ad", ""),
        ("x" * 500, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_names_are_cleaned(typed: str, kept: str) -> None:
    """Control characters and those that turn the direction go; letters of any script and joined emoji stay."""
    assert cleaned(typed) == kept
    assert report("", subject=typed).subject == kept


def test_a_rulebase_without_charts_has_a_report() -> None:
    """A rulebase of one's own need not say anything for reports."""
    from pathlib import Path

    import demandfirst
    from demandfirst.engine.report.handout.content import handout
    from handing import DAY

    own = demandfirst.load(Path(__file__).parent / "minimal")
    advice = own.advise({"shop": "bakery", "goals": ["sales"]})

    for reader in READERS:
        found = handout(own, advice, reader=reader, made=DAY)
        assert targets(found) <= set(anchors(found))
        assert len(found.sections) > 5


def test_shares_are_drawn_as_parts() -> None:
    """A share beyond its ends cannot leave the track."""
    answers = client(SHOP) | {"search_impression_share": 100, "search_lost_to_budget": 0}
    picture = next(
        block for block in blocks(report_on(answers)) if isinstance(block, Picture) and block.id == "headroom"
    )
    assert isinstance(picture.drawing, Tracks)
    assert picture.drawing.tracks[0].filled == Fraction(1)


def test_the_knowledge_of_the_report_is_whole() -> None:
    """Every step says what it makes possible, every channel has a row; each text is read by some persona, most not by all."""
    rulebase = advisor().rulebase
    steps = {item.id for item in rulebase.items.values() if item.kind == "step"}
    channels = {f"demand_capture_channels.{one.id}" for one in rulebase.lexicon["demand_capture_channels"].entries}
    said: tuple[Objection | Upsell, ...] = (*rulebase.report.objections, *rulebase.report.upsell)
    names = [one.id for one in (*rulebase.report.next_unit, *said)]
    read = Counter[str]()
    for name in (*personas(), SHOP):
        advice = advisor().advise(client(name), engine="scalar")
        given = Given(advisor(), advice, "sales")
        read.update(one.id for one in said if given.holds(one.when))
        read.update([given.next_unit.id] if given.next_unit else [])

    assert {one.step for one in rulebase.report.unlocks} == steps
    assert rulebase.report.headroom
    assert {row.id for row in rulebase.report.headroom.rows} == channels
    assert [name for name in names if not read[name]] == []
    assert sum(read[name] > len(personas()) for name in names) <= 2
