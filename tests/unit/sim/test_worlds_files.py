from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.sim.worlds_files import read_files

FIXTURES = Path(__file__).resolve().parents[2] / "data_fixtures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURES, tmp_path / "data_fixtures")
    return tmp_path / "data_fixtures"


def test_a_folder_is_read_whole() -> None:
    files = read_files(FIXTURES)
    assert {event["event_ticker"] for event in files.events} == {
        market["event_ticker"] for market in files.markets
    }
    assert {str(e["series_ticker"]) for e in files.events} <= set(files.series)
    assert all(yes == tuple(sorted(yes)) for yes, _ in files.books.values())
    assert files.driver_fixtures.resolve() == FIXTURES.parent / "fixtures"
    assert files.trades


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "exchange" / "schedule.json").unlink()
    with pytest.raises(MissingData, match=r"schedule\.json"):
        read_files(folder)
    with pytest.raises(MissingData, match=r"manifest\.json .*; name a folder of market fixtures"):
        read_files(folder / "none")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("events/KXCPI-24NOV.json", '{"event": {"event_ticker": "KXCPI-24NOV"}}'),
        ("events/KXCPI-24NOV.json", "{"),
        ("series/KXCPI.json", "{}"),
        (
            "orderbooks/KXCPI-24NOV.json",
            (
                '{"orderbooks":[{"ticker":"A","orderbook_fp":'
                '{"yes_dollars":[["2.0","1"]],"no_dollars":[]}}]}'
            ),
        ),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_its_name(
    folder: Path, name: str, text: str
) -> None:
    (folder / name).write_text(text)
    with pytest.raises(ParseRefused, match=Path(name).name):
        read_files(folder)
