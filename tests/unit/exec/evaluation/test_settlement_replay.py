from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData, TornFile, UsageError
from kalshi_alpha.exec.evaluation.settlement_replay import settlement_replay

HEAD = "ticker,strike_type,floor_strike,cap_strike,result,result_source,settlement_tmax_f\n"


def replayed(folder: Path, *rows: str) -> tuple[int, dict[str, int], list[str]]:
    path = folder / "markets.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    found = settlement_replay(path)
    return found.compared, dict(found.left_out), [each.ticker for each in found.mismatches]


@pytest.mark.parametrize(
    ("rule", "value", "result"),
    [
        # Both ends of a range count; the others are strict.
        ("between,96.0,97.0", 96.0, "yes"),
        ("between,96.0,97.0", 97.0, "yes"),
        ("between,96.0,97.0", 98.0, "no"),
        ("greater,51.0,", 51.0, "no"),
        ("greater,51.0,", 52.0, "yes"),
        ("less,,44.0", 44.0, "no"),
        ("less,,44.0", 43.0, "YES"),
        ("greater,0.3,", 0.35, "yes"),
    ],
)
def test_a_rule_is_applied_to_its_value(
    tmp_path: Path, rule: str, value: float, result: str
) -> None:
    assert replayed(tmp_path, f"T,{rule},{result},kalshi_api,{value}") == (1, {}, [])


def test_a_result_that_our_reading_does_not_give_is_listed(tmp_path: Path) -> None:
    rows = ("A,greater,51.0,,yes,kalshi_api,50.0", "B,greater,51.0,,no,kalshi_api,50.0")
    assert replayed(tmp_path, *rows) == (2, {}, ["A"])


def test_what_cannot_be_compared_is_counted_by_reason(tmp_path: Path) -> None:
    found = replayed(
        tmp_path,
        "A,greater,51.0,,yes,ambiguous_obs_vs_last_trade,50.0",
        "B,greater,51.0,,,kalshi_api,50.0",
        "C,greater,51.0,,yes,kalshi_api,",
        "D,sideways,51.0,,yes,kalshi_api,50.0",
        "E,greater,,,yes,kalshi_api,50.0",
        "F,greater,51.0,,yes,kalshi_api,warm",
    )
    assert found == (
        0,
        {
            "result is ambiguous": 1,
            "no result": 1,
            "no settlement value": 1,
            "rules cannot be read": 3,
        },
        [],
    )


def test_nothing_compared_has_no_agreement(tmp_path: Path) -> None:
    path = tmp_path / "markets.csv"
    path.write_text(HEAD)
    assert settlement_replay(path).agreement is None


def events(folder: Path, *rows: str) -> Path:
    (folder / "release_calendar.csv").write_text(
        "release,reference_month,release_date\n"
        "CPI,2025-04,2025-05-13\nCPI,2025-05,2025-06-11\nFOMC,,2025-06-18\n"
    )
    (folder / "consensus_vs_actual.csv").write_text(
        "release_date,measure,actual_first_print\n"
        "2025-05-13,cpi_mom_pct,0.2\n2025-06-11,cpi_mom_pct,0.1\n2025-06-11,cpi_yoy_pct,2.4\n"
    )
    path = folder / "events.csv"
    path.write_text("event_ticker,reference_month,actual_cpi_mom_pct\n" + "\n".join(rows) + "\n")
    return path


def test_events_settle_on_the_first_print(tmp_path: Path) -> None:
    path = events(tmp_path, "A,2025-04,0.20", "B,2025-05,0.3", "C,2025-06,0.3", "D,2025-05,")
    found = settlement_replay(path, [tmp_path])
    assert (found.compared, found.what) == (2, "CPI events")
    assert [(each.ticker, each.recorded, each.ours) for each in found.mismatches] == [
        ("B", "0.3", "0.1")
    ]
    assert found.left_out == {"no first print at hand": 1, "no settlement value": 1}


def test_a_missing_file_or_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"absent\.csv is not there"):
        settlement_replay(tmp_path / "absent.csv")
    path = tmp_path / "markets.csv"
    path.write_text("ticker,result\nA,yes\n")
    with pytest.raises(MissingData, match="has no column strike_type"):
        settlement_replay(path)
    path.write_text("ticker,strike_type,floor_strike,cap_strike,result\n")
    with pytest.raises(MissingData, match="has no column settlement_value"):
        settlement_replay(path)


def test_what_is_no_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "markets.csv"
    path.write_text("")
    with pytest.raises(TornFile):
        settlement_replay(path)


def temperatures(folder: Path, *tickers: str) -> Path:
    path = folder / "markets.csv"
    rows = [f"{ticker},greater,51.0,,yes,kalshi_api,60.0" for ticker in tickers]
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("family", ["CLAIMS", "TNEY", "CPI"])
def test_a_file_without_markets_of_the_family_is_refused_in_one_line(
    tmp_path: Path, family: str
) -> None:
    path = temperatures(tmp_path, "KXHIGHNY-24AUG16-T51", "HIGHMIA-24AUG16-T51")
    with pytest.raises(UsageError) as refused:
        settlement_replay(path, families=(family,))
    assert str(refused.value) == (
        f"--market {path}: no market of {family} in it, only of WEATHER; "
        "name that family, or another file"
    )


def test_events_of_consumer_prices_are_of_no_other_family(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("event_ticker,reference_month,actual_cpi_mom_pct\nCPI-21JUN,2021-06,0.9\n")
    with pytest.raises(UsageError, match="no market of WEATHER in it, only of CPI"):
        settlement_replay(path, families=("WEATHER",))


def test_in_a_mixed_file_markets_of_other_families_are_left_out_and_counted(
    tmp_path: Path,
) -> None:
    path = temperatures(tmp_path, "KXHIGHNY-24AUG16-T51", "KXCPI-21JUN-T0.6", "OTHER-1")
    found = settlement_replay(path, families=("WEATHER",))
    assert (found.compared, found.left_out) == (2, {"of another family": 1})
    assert settlement_replay(path, families=("CPI", "WEATHER")).compared == 3


def test_the_tickers_of_a_plug_in_are_its_own_affair(tmp_path: Path) -> None:
    path = temperatures(tmp_path, "KXHIGHNY-24AUG16-T51")
    assert settlement_replay(path, families=("MINE",)).compared == 1
