from __future__ import annotations

import json
from pathlib import Path

import pytest

from kalshi_alpha.exec.backtest.__main__ import main

KEYS = {
    *("orders", "fills", "gross_pnl", "fees", "net_pnl", "net_pnl_ci90", "delta_bps", "t_stat"),
    *("e_value", "by"),
}
SPAN = ("--from", "2025-01-06", "--to", "2025-01-08")


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 0
    return capsys.readouterr().out


def test_json_has_the_keys_that_were_promised(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = told(capsys, "--family", "WEATHER", "--data", str(folder), "--json", *SPAN)
    document = json.loads(out)
    assert set(document) >= KEYS
    assert set(document["by"]) == {"family", "city", "price", "side", "lead", "month"}
    assert len(document["net_pnl_ci90"]) == 2
    assert (document["days"], document["events"]) == (3, 6)
    assert set(document["mark_outs"]) == {"1m", "5m", "30m", "close"}


def test_a_person_is_told_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid = ("--grid", "min_ev=0.005,0.05", "--set", "contracts=5")
    out = told(capsys, "--family", "weather", "--data", str(folder), *SPAN, *grid)
    assert out.startswith("mode: OFFLINE\nWEATHER 2025-01-06 to 2025-01-08: 6 events on 3 days")
    assert "corrected for the choice among 2" in out
    assert "baseline do nothing" in out


def test_the_story_of_an_event_is_told_instead(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ("--family", "WEATHER", "--data", str(folder), "--explain", "KXHIGHNY-25JAN07")
    out = told(capsys, *argv, *SPAN)
    assert out.startswith(
        "mode: OFFLINE\nKXHIGHNY-25JAN07 (NYC, 2025-01-07): open 2025-01-06T15:00Z"
    )


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["--family", "WEATHER", "--set", "min_ev=x"], 2, "--set min_ev takes a number"),
        (["--family", "WEATHER", "--grid", "min_ev="], 2, "--grid min_ev takes a number"),
        (["--family", "WEATHER", "--set", "min_ev=nan"], 2, "--set min_ev takes a number"),
        (["--family", "WEATHER", "--set", "nothing=1"], 2, "names are min_ev"),
        (["--family", "WEATHER", "--set", "kelly_cap=0.9"], 2, "must lie in"),
        (["--family", "WEATHER", "--from", "2025-02-01", "--to", "2025-01-01"], 2, "is later than"),
        (["--family", "WEATHER", "--from", "2030-01-01"], 4, "nothing is recorded"),
        (["--family", "WEATHER", "--explain", "KXHIGHNY-30JAN01"], 2, "no such event"),
        (["--family", "CPI"], 4, "nothing is recorded of KXCPI, KXCPIYOY"),
        (["--family", "WEATHER", "--data", "nowhere"], 4, "no folder nowhere: give one of tables"),
        (["--family", "nobody"], 2, "unknown series"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], argv: list[str], code: int, said: str
) -> None:
    assert main([*argv, "--data", str(folder)]) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
