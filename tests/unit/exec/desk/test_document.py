"""The desk as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.desk import CapUse
from kalshi_alpha.exec.desk.document import _plain, desk_document
from kalshi_alpha.exec.desk.look import look_at_desk

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


def test_the_document_of_an_empty_folder_is_json_and_names_every_file(tmp_path: Path) -> None:
    desk = look_at_desk(Paths(tmp_path), RunClock(AT, ClockSource.SET))
    document = desk_document(desk)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert list(document)[:4] == ["schema", "generated_at", "mode", "clock_source"]
    assert document["generated_at"] == "2024-12-11T11:30:00Z"
    assert document["mode"] == "OFFLINE"
    states = {each["name"]: each["state"] for each in document["files"]}
    assert states["ledger"] == states["ramp decision"] == states["monitors"] == "missing"
    assert states["configuration"] == "unreadable"
    assert document["verdict"]["decision"] == "NO-GO"
    assert document["ladders"] == document["feeds"] == document["profit"] == []


def test_what_json_has_no_word_for_becomes_null() -> None:
    use = _plain(CapUse("ladder", "E", "paper", Money(1), Money(0)))
    assert use["share"] is None
    assert use["used"] == "0.000001"
