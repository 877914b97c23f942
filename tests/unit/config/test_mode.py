from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.mode import Mode, mode_of, stated_mode


@pytest.mark.parametrize(
    ("venue", "online", "mode"),
    [
        (None, False, Mode.OFFLINE),
        ("", True, Mode.PAPER),
        ("sim", True, Mode.SIM),
        ("demo", False, Mode.DEMO),
        ("prod", False, Mode.LIVE),
        ("pord", False, Mode.UNKNOWN),
    ],
)
def test_the_mode_follows_from_the_venue(venue: str | None, online: bool, mode: Mode) -> None:
    assert mode_of(venue, online=online) is mode


def test_the_environment_goes_before_the_dotenv_files_and_the_first_file_before_the_second(
    tmp_path: Path,
) -> None:
    files = (tmp_path / ".env.local", tmp_path / ".env")
    assert stated_mode({}, files) is Mode.OFFLINE
    files[1].write_text("OTHER=1\nexport KALSHI_ENV = 'demo'  # practice\n")
    assert stated_mode({}, files) is Mode.DEMO
    files[0].write_text("KALSHI_ENV=prod\n")
    assert stated_mode({}, files) is Mode.LIVE
    assert stated_mode({"KALSHI_ENV": "sim"}, files) is Mode.SIM


def test_what_is_commented_out_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# KALSHI_ENV=prod\nMY_KALSHI_ENV=prod\n")
    assert stated_mode({}, [tmp_path / ".env"]) is Mode.OFFLINE


def test_a_file_that_cannot_be_read_leaves_the_mode_unknown(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert stated_mode({}, [tmp_path / ".env"]) is Mode.UNKNOWN
    (tmp_path / ".env.local").write_bytes(b"\xff\xfe")
    assert stated_mode({}, [tmp_path / ".env.local"]) is Mode.UNKNOWN
