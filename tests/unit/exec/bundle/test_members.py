from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bundle_root import AT, SECRET, make_root, telemetry_line, write_telemetry
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.bundle import members as bundle_members
from kalshi_alpha.exec.bundle.members import (
    Parts,
    SecretInBundle,
    gather,
    is_unchanged,
    refuse_own_secrets,
    refuse_secrets,
)

FAMILIES = ("CPI", "CLAIMS", "TNEY", "WEATHER")
READY = "reports/pilot_ready.json"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return make_root(tmp_path)


def gathered(paths: Paths) -> Parts:
    return gather(paths, AT, FAMILIES, ("drawdown", "summary"))


def why(parts: Parts) -> dict[str, str]:
    return {each.name: each.why for each in parts.absent}


def test_every_listed_file_is_taken_once_and_nothing_is_missing(paths: Paths) -> None:
    parts = gathered(paths)
    assert parts.absent == []
    names = set(parts.found)
    assert {
        *(READY, "reports/pilot_readiness.md", "reports/_artifacts/pilot_session.json"),
        *("reports/_artifacts/go_no_go.json", "reports/_artifacts/monitors/ev_seq_guard.json"),
        *("reports/scoreboard_7d.md", "reports/scoreboard_30d.md"),
        *(f"reports/{family}/2025-06-10/REPORT.md" for family in FAMILIES),
    } <= names
    assert not any("2025-06-09/REPORT" in name for name in names)


def test_the_desks_own_key_id_is_refused_by_its_value() -> None:
    ours = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"
    own = {"KALSHI_API_KEY_ID": ours}
    refuse_own_secrets("REPORT.md", b"scan 0c9b1f6e-1d9f-4b39-8c5a-6d2f0f4a1b11", own)
    with pytest.raises(SecretInBundle, match="line 2: value of KALSHI_API_KEY_ID") as refused:
        refuse_own_secrets("REPORT.md", f"ok\nby {ours.upper()}".encode(), own)
    assert "a952" not in str(refused.value).lower()


def test_what_is_not_there_is_named(paths: Paths) -> None:
    paths.pilot_session.unlink()
    paths.monitor("drawdown").unlink()
    paths.scoreboard(30).unlink()
    for day in (9, 10):
        paths.report("CPI", AT.replace(day=day).date()).unlink()
    assert why(gathered(paths)) == {
        "reports/_artifacts/pilot_session.json": "is not there",
        "reports/_artifacts/monitors/drawdown.json": "is not there",
        "reports/scoreboard_30d.md": "is not there",
        "reports/CPI/YYYY-MM-DD/REPORT.md": "is not there",
    }


def test_an_empty_root_is_all_missing_and_no_failure(tmp_path: Path) -> None:
    parts = gathered(Paths(tmp_path))
    assert parts.found == {}
    assert len(parts.absent) == 13


def test_the_three_newest_days_of_telemetry_are_taken(paths: Paths) -> None:
    parts = gathered(paths)
    days = sorted(name for name in parts.found if name.endswith("exec.jsonl"))
    assert days == [f"data/raw/kalshi/2025/06/{day:02d}/exec.jsonl" for day in (9, 10, 11)]
    assert parts.events == {"sent": 3, "fill": 3}


def test_what_was_written_after_the_clock_is_left_out(paths: Paths) -> None:
    later = AT + timedelta(days=1)
    paths.report("CPI", later.date()).parent.mkdir()
    paths.report("CPI", later.date()).write_text("# later\n")
    name = write_telemetry(paths, -1, telemetry_line(1))
    found = gathered(paths).found
    assert name not in found
    assert "reports/CPI/2025-06-10/REPORT.md" in found


def test_of_a_growing_file_whole_lines_are_taken(paths: Paths) -> None:
    name = write_telemetry(paths, 0, telemetry_line(1), '{"torn', telemetry_line(2))
    with (paths.root / name).open("a") as file:
        file.write(telemetry_line(3)[:40])
    part = gathered(paths).found[name]
    assert part.data.decode().splitlines() == [telemetry_line(1), telemetry_line(2)]
    assert part.note == "2 torn lines are left out"
    assert part.content_at == AT - timedelta(hours=1) + timedelta(seconds=2)


def test_of_a_large_file_the_end_is_taken_from_a_whole_line(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [telemetry_line(n) for n in range(1, 6)]
    name = write_telemetry(paths, 0, *lines)
    size = len(lines[0]) + 1
    monkeypatch.setattr(bundle_members, "TELEMETRY_BYTES_MAX", 3 * size - 1)
    part = gathered(paths).found[name]
    assert part.data.decode().splitlines() == lines[3:]
    assert part.note == f"the first {3 * size} bytes are left out"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: write_json(p.pilot_ready, {"token": SECRET}),
        lambda p: p.pilot_ready.write_text(f"torn {SECRET}"),
        lambda p: write_json(p.monitor("drawdown"), {"cause": f"to {SECRET}"}),
        lambda p: p.scoreboard(7).write_text(f"# Scoreboard\n\n{SECRET}\n"),
        lambda p: p.scoreboard(7).write_text(f"-----BEGIN {'RSA PRIVATE'} KEY-----\nMIIabc\n"),
        lambda p: write_telemetry(p, 1, telemetry_line(1), telemetry_line(2, note=SECRET)),
    ],
    ids=["json", "torn json", "monitor", "page", "key over lines", "telemetry"],
)
def test_a_secret_anywhere_refuses_the_whole_by_name_and_is_not_shown(
    paths: Paths, spoil: object
) -> None:
    assert callable(spoil)
    spoil(paths)
    with pytest.raises(SecretInBundle, match=r"nothing was written") as raised:
        gathered(paths)
    assert SECRET not in str(raised.value)
    assert raised.value.exit_code == 3
    assert any(name in str(raised.value) for name in ("reports/", "exec.jsonl"))


def test_a_link_is_missing_and_not_followed(paths: Paths, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    paths.pilot_ready.unlink()
    paths.pilot_ready.symlink_to(outside)
    said = why(gathered(paths))
    assert "links are not followed" in said[READY]


def test_a_file_that_is_too_large_is_missing_with_its_size(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_members, "FILE_BYTES_MAX", 10)
    assert "at most 10 are taken" in why(gathered(paths))[READY]


def test_a_torn_file_is_taken_and_said_to_be_torn(paths: Paths) -> None:
    paths.go_no_go.write_text('{"go": tr')
    part = gathered(paths).found["reports/_artifacts/go_no_go.json"]
    assert (part.data, part.note) == (b'{"go": tr', "torn: it is no whole JSON")


def test_the_time_of_a_file_is_what_its_content_says(paths: Paths) -> None:
    found = gathered(paths).found
    assert found[READY].content_at == AT - timedelta(minutes=3)
    page = found["reports/scoreboard_7d.md"]
    assert page.content_at == datetime(2025, 6, 11, 10, 25, tzinfo=UTC)


def test_a_file_that_was_replaced_since_is_noticed(paths: Paths) -> None:
    parts = gathered(paths)
    assert is_unchanged(paths.root, parts)
    write_telemetry(paths, 0, telemetry_line(9))
    assert is_unchanged(paths.root, parts)
    paths.go_no_go.write_text("{}")
    assert not is_unchanged(paths.root, parts)
    paths.go_no_go.unlink()
    assert not is_unchanged(paths.root, parts)


def test_a_text_without_a_secret_passes() -> None:
    refuse_secrets("README_pilot.md", b"auth health: OK\nkey_id: ****abcd\n")
