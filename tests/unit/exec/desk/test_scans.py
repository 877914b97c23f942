"""The newest proposals of every family."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kalshi_alpha.core.gates import Fault
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.scans import newest_scans
from kalshi_alpha.exec.desk.seen import Looking

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
TREE = {
    "schema": 1,
    "generated_at": "2024-12-11T11:30:00Z",
    "mode": "OFFLINE",
    "series": "CPI",
    "proposals": [],
    "not_proposed": [],
}


def test_proposals_are_read_once_and_torn_ones_are_named(tmp_path: Path) -> None:
    paths, kept = Paths(tmp_path), Kept()
    for family, text in (("CPI", json.dumps(TREE)), ("CLAIMS", "{"), ("EMPTY", None)):
        (paths.proposals / family).mkdir(parents=True)
        if text is not None:
            (paths.proposals / family / "2024-12-11T113000Z.json").write_text(text)
    for _ in range(2):
        looking = Looking(tmp_path, AT)
        (scan,) = newest_scans(looking, paths, kept)
    assert scan.family == "CPI"
    states = {each.name: each.fault for each in looking.files}
    assert states == {"proposals CPI": None, "proposals CLAIMS": Fault.UNREADABLE}
    assert kept.made == 1


def test_yesterdays_proposals_are_shown_as_old_and_later_ones_are_not_believed(
    tmp_path: Path,
) -> None:
    paths = Paths(tmp_path)
    (paths.proposals / "CPI").mkdir(parents=True)
    (paths.proposals / "CPI" / "2024-12-11T113000Z.json").write_text(json.dumps(TREE))
    late, early = Looking(tmp_path, AT + timedelta(hours=25)), Looking(tmp_path, AT - timedelta(1))
    assert len(newest_scans(late, paths, Kept())) == 1
    assert late.files[0].fault is Fault.EXPIRED
    assert newest_scans(early, paths, Kept()) == ()
    assert early.files[0].fault is Fault.FUTURE_DATED


def test_a_root_where_nothing_was_scanned_says_so(tmp_path: Path) -> None:
    looking = Looking(tmp_path, AT)
    assert newest_scans(looking, Paths(tmp_path), Kept()) == ()
    assert (looking.files[0].name, looking.files[0].fault) == ("proposals", Fault.MISSING)
