from __future__ import annotations

import json

import pytest

from desk import Desk, Morning
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import MissingData, TornFile, UsageError
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.explain.explanation import (
    explanation,
    newest_explanation,
    of_document,
    of_market,
)


def test_an_explanation_is_plain_and_says_what_the_scan_was_given(morning: Morning) -> None:
    told = explanation(morning.run, morning.scanned, "CPI")
    assert json.loads(json.dumps(told)) == told
    assert (told["schema"], told["mode"], told["series"]) == (1, "OFFLINE", "CPI")
    assert told["verdict"]["go"] is True
    assert len(told["markets"]) == 25


def test_a_series_ticker_keeps_its_own_ladders(morning: Morning) -> None:
    told = explanation(morning.run, morning.scanned, "kxcpicore")
    assert {each["event_ticker"] for each in told["markets"]} == {"KXCPICORE-24NOV"}


def test_one_market_of_it_or_what_there_is_instead(morning: Morning) -> None:
    told = explanation(morning.run, morning.scanned, "CPI")
    own = of_market(told, "kxcpi-24nov-t0.3")
    assert [each["market_ticker"] for each in own["markets"]] == ["KXCPI-24NOV-T0.3"]
    with pytest.raises(UsageError, match=r"no market of this scan; there are KXCPI-24NOV-T-0.1, "):
        of_market(told, "KXCPI-24NOV-T9")
    with pytest.raises(UsageError, match="there are none"):
        of_market({**told, "markets": []}, "KXCPI-24NOV-T9")


def test_the_newest_scan_is_explained_from_what_it_wrote(desk: Desk) -> None:
    paths, settings = Paths(desk.root), load_settings(desk.root / "configs")
    with pytest.raises(MissingData, match="KXCPI was never scanned"):
        newest_explanation(paths, settings, "KXCPI")
    assert desk.scan("--as-of", "2024-12-11T11:20:00Z").code in (0, 3)
    assert desk.scan().code == 0
    told = newest_explanation(paths, settings, "KXCPI")
    assert told["generated_at"] == "2024-12-11T11:30:00Z"
    assert told == of_document(desk.proposals(), "KXCPI")
    assert {each["series_ticker"] for each in told["markets"]} == {"KXCPI"}


def test_a_torn_document_ends_with_the_way_out(desk: Desk) -> None:
    path = desk.root / "exec/proposals/CPI/2024-12-11T113000Z.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"schema": 1, "generated_at"')
    settings = load_settings(desk.root / "configs")
    with pytest.raises(TornFile, match="truncated; scan again, or add --offline or --online"):
        newest_explanation(Paths(desk.root), settings, "CPI")


def test_a_document_of_before_the_numbers_were_kept_says_so(desk: Desk) -> None:
    path = desk.root / "exec/proposals/CPI/2024-12-11T113000Z.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"schema": 1, "generated_at": "2024-12-11T11:30:00Z"}')
    settings = load_settings(desk.root / "configs")
    with pytest.raises(TornFile, match=r"lacks .*markets: an older version wrote it"):
        newest_explanation(Paths(desk.root), settings, "CPI")
