from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desk import Morning
from kalshi_alpha.core.text_table import text_table
from kalshi_alpha.exec.explain.explanation import explanation, of_market
from kalshi_alpha.exec.explain.shown import ladder_tables, market_story


@pytest.fixture
def told(morning: Morning) -> dict[str, Any]:
    return explanation(morning.run, morning.scanned, "CPI")


def story(told: dict[str, Any], market: str) -> dict[str, str]:
    lines = market_story(of_market(told, market))[4:]
    return {line[:10].strip(): line[10:].strip() for line in lines}


def test_every_market_has_one_row_with_its_decision(told: dict[str, Any]) -> None:
    lines = ladder_tables(told, text_table)
    words = {each["stopped"] or "rest" for each in told["markets"]}
    rows = [line for line in lines if line.startswith(("> ", "< ")) and words & set(line.split())]
    assert len(rows) == 25
    assert sum("rest" in row.split() for row in rows) == 7
    [golden] = [row for row in rows if row.startswith("> 0.3   0.28/0.32")]
    assert golden.split() == [
        *(">", "0.3", "0.28/0.32", "0.281", "0.300", "0.300", "NO", "0.68", "0.698"),
        *("0.38", "+1.66", "+0.95", "3.02", "110", "2224.31", "rest", "110"),
    ]


def test_a_narrow_terminal_gets_every_column_in_two_tables(told: dict[str, Any]) -> None:
    own = told | {"markets": [each for each in told["markets"] if each["series_ticker"] == "KXCPI"]}
    wide, narrow = (ladder_tables(own, text_table, columns) for columns in (132, 131))
    [head] = [line for line in wide if line.startswith("strike")]
    heads = [line for line in narrow if line.startswith("strike")]
    assert len(heads) == 2
    assert head.split() == [*heads[0].split(), *heads[1].split()[1:]]
    assert max(len(line) for line in narrow if line.startswith("> ")) < 76


def test_a_terminal_too_narrow_for_a_table_gets_a_field_a_line(told: dict[str, Any]) -> None:
    own = told | {"markets": [each for each in told["markets"] if each["series_ticker"] == "KXCPI"]}

    def never(*_: object) -> list[str]:
        raise AssertionError("no table fits")

    lines = ladder_tables(own, never, 40)
    start = lines.index("> 0.3")
    assert [line.split(maxsplit=1) for line in lines[start + 1 : start + 14]] == [
        ["bid/ask", "0.28/0.32"],
        ["model", "0.281"],
        ["market", "0.300"],
        ["pooled", "0.300"],
        ["quote", "NO 0.68"],
        ["honest", "0.698"],
        ["fee", "c     0.38"],
        ["raw", "c     +1.66"],
        ["EV", "c      +0.95"],
        ["Kelly", "%   3.02"],
        ["asked", "110"],
        ["room", "$    2224.31"],
        ["decision", "rest 110"],
    ]
    assert max(map(len, lines[start : start + 14])) <= 40
    # What was never worked out is left out, and the table comes back where it fits.
    empty = lines[lines.index("> -0.1") : lines.index("> 0")]
    assert not [line for line in empty if line.split()[-1] == "-"]
    assert ladder_tables(own, text_table, 80) == ladder_tables(own, text_table, 131)


def test_the_tables_end_with_how_many_each_reason_stopped(told: dict[str, Any]) -> None:
    lines = ladder_tables(told, text_table)
    [line] = [line for line in lines if line.startswith("13 stopped by one_sided_book")]
    assert line.endswith("one side is empty, so the market's own probability is unknown")
    assert "2 stopped by ev_below_minimum" in lines


def test_the_story_of_an_order_leads_from_what_pays_to_the_decision(told: dict[str, Any]) -> None:
    found = story(told, "KXCPI-24NOV-T0.3")
    assert list(found) == [
        *(
            "pays",
            "closes",
            "book",
            "forecast",
            "model",
            "market",
            "pooled",
            "quote",
            "honest",
            "fee",
            "EV",
        ),
        *("Kelly", "strike cap", "ladder cap", "news cap", "VaR limit", "order", "gate"),
        "decision",
    ]
    assert found["pays"] == "YES > 0.3: settlement values 0.4 pp and above"
    assert found["pooled"].endswith("0.020 of the weight is ours")
    [forecast] = [each for each in told["forecasts"] if each["quantity"] == "cpi_mom"]
    mean, sd = forecast["latent_mean"], forecast["latent_sd"]
    assert found["forecast"] == f"{forecast['model']}: mean {mean:.3f}, sd {sd:.3f} pp"
    assert found["decision"] == "110.00 NO rest at 0.6800, 75.22 dollars at risk"


def with_market(told: dict[str, Any], **said: Any) -> dict[str, Any]:
    """Return the explanation with one market's numbers changed."""
    return told | {
        "markets": [
            each | said if each["market_ticker"] == "KXCPI-24NOV-T0.3" else each
            for each in told["markets"]
        ]
    }


def test_a_limit_that_is_passed_says_by_how_much_and_what_that_does(told: dict[str, Any]) -> None:
    market = next(each for each in told["markets"] if each["order"] is not None)
    over = {"cap": "var", "room": -1374.89, "limit": 3000.0, "contracts": "14"}
    caps = [each for each in market["caps"] if each["cap"] != "var"]
    changed = told | {"markets": [market | {"caps": [*caps, over]}]}
    assert story(changed, market["market_ticker"])["VaR limit"] == (
        "1374.89 beyond 3000.00 dollars by all that is wanted, so every order is cut alike: "
        "left 14 contracts"
    )


def test_the_rooms_of_one_market_say_what_they_are_beside(told: dict[str, Any]) -> None:
    found = story(told, "KXCPI-24NOV-T0.3")
    news, ladder = found["news cap"], found["ladder cap"]
    # It came last of the seven orders on this news, which cost 350.91, of which 75.22 its own.
    assert ladder == "2911.20 free of 3000.00 dollars: left 110 contracts"
    assert news == "2224.31 free of 2500.00 dollars: left 110 contracts"
    assert found["VaR limit"].startswith("1649.09 free of 2000.00 dollars beside all that is want")
    market = next(each for each in told["markets"] if each["order"] is not None)
    over = {"cap": "unit", "room": -12.5, "limit": 2500.0, "contracts": "14"}
    caps = [each for each in market["caps"] if each["cap"] != "unit"]
    changed = told | {"markets": [market | {"caps": [*caps, over]}]}
    assert story(changed, market["market_ticker"])["news cap"] == (
        "12.50 beyond 2500.00 dollars by what is held and came before, were all of it lost: "
        "left 14 contracts"
    )


@pytest.mark.parametrize(
    ("heard", "weight", "market", "pooled"),
    [
        (0.3, 0.02, "0.3000 for YES, the book's mid", "0.020 of the weight is ours"),
        (
            0.28,
            0.02,
            "0.3000 for YES, the book's mid; too wide, heard as 0.2800, its end nearer to ours",
            "0.020 of the weight is ours",
        ),
        (
            None,
            1.0,
            "0.3000 for YES, the book's mid; not heard: ours lies within a book that is too wide",
            "all of the weight is ours",
        ),
        (None, None, "0.3000 for YES, the book's mid", "the market is not pooled"),
    ],
)
def test_the_story_says_how_the_market_was_heard(
    told: dict[str, Any], heard: float | None, weight: float | None, market: str, pooled: str
) -> None:
    own = with_market(told, prob_heard=heard, pool_weight=weight)
    found = story(own, "KXCPI-24NOV-T0.3")
    assert found["market"] == market
    assert found["pooled"].endswith(f"for YES; {pooled}")


def test_a_scan_that_kept_no_reading_is_told_as_it_was(told: dict[str, Any]) -> None:
    markets = [{k: v for k, v in m.items() if k != "prob_heard"} for m in told["markets"]]
    found = story(told | {"markets": markets}, "KXCPI-24NOV-T0.3")
    assert found["market"] == "0.3000 for YES, the book's mid"


def test_a_story_ends_where_the_chain_was_cut(told: dict[str, Any]) -> None:
    found = story(told, "KXCPI-24NOV-T0.0")
    assert found["market"] == "not known: a side of the book is empty"
    assert found["pooled"].endswith("all of the weight is ours")
    assert "quote" not in found
    assert found["decision"].startswith("one_sided_book: one side is empty")


def test_a_closed_gate_is_named_in_table_and_story(told: dict[str, Any]) -> None:
    reasons = [
        {"reason": "kill_switch", "detail": "set"},
        {"reason": "freeze_window", "detail": ""},
    ]
    shut = told | {"verdict": told["verdict"] | {"go": False, "reasons": reasons}}
    assert ladder_tables(shut, text_table)[0].endswith("gate NO-GO (kill_switch, freeze_window)")
    assert story(shut, "KXCPI-24NOV-T0.3")["gate"] == "NO-GO: kill_switch, freeze_window"


def test_what_could_not_be_read_or_forecast_is_said(told: dict[str, Any]) -> None:
    market = dict.fromkeys(told["markets"][0])
    unread = market | {
        "market_ticker": "KXLOST-1",
        "event_ticker": "KXLOST",
        "strike": "",
        "caps": [],
        "stopped": "bad_market",
        "why": "no release of it is announced",
    }
    lost = told | {"markets": [unread], "forecasts_refused": {"cpi_mom": "too few months"}}
    lines = ladder_tables(lost | {"dry_only": "no_live_quote"}, text_table)
    assert "no forecast of cpi_mom: too few months" in lines
    assert "dry only: no_live_quote" in lines
    assert "KXLOST: cannot be read; 1 markets, 0 to rest" in lines
    assert "1 stopped by bad_market: no release of it is announced" in lines
    found = story(lost, "KXLOST-1")
    assert found["pays"] == "not readable"
    assert found["book"] == "none was received"
    assert found["forecast"] == "none for this quantity and period"
    of_quantity = unread | {"quantity": "cpi_mom", "period": "2030-01-01", "unit": "pp"}
    refused = story(lost | {"markets": [of_quantity]}, "KXLOST-1")
    assert refused["forecast"] == "too few months"
    assert found["decision"] == "bad_market: no release of it is announced"


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        ("35", "36", "35 to 36 F"),
        (None, "34", "34 F and below"),
        ("43", None, "43 F and above"),
    ],
)
def test_what_pays_is_said_in_settlement_values(
    told: dict[str, Any], low: str | None, high: str | None, shown: str
) -> None:
    market = told["markets"][0] | {"pays_from": low, "pays_to": high, "unit": "F", "strike": "x"}
    found = story(told | {"markets": [market]}, market["market_ticker"])
    assert found["pays"] == f"YES x: settlement values {shown}"


def test_without_pooling_the_story_says_that_the_market_is_not_heard(morning: Morning) -> None:
    assert morning.scanned.trace is not None
    policy = replace(morning.scanned.policy, pooling=None)
    trace = replace(morning.scanned.trace, policy=policy)
    told = explanation(morning.run, replace(morning.scanned, trace=trace), "CPI")
    assert story(told, "KXCPI-24NOV-T0.3")["pooled"].endswith("the market is not pooled")
