from __future__ import annotations

import json
from pathlib import Path

import msgspec

from desk import AT
from kalshi_alpha.core.text_table import text_table
from kalshi_alpha.exec.doctor.finding import fail, not_applicable, ok, warn
from kalshi_alpha.exec.doctor.shown import brief, document, lines

FINDINGS = (
    ok("python", "Python 3.11.7"),
    warn("kill_switch", "on", "nothing is sent", "lift it"),
    fail("disk_space", "0.1 GB free " * 10, "no file can be written", "free some"),
    not_applicable("timers", "systemd does not run this machine"),
)


def test_every_trouble_has_its_cause_and_remedy_below_the_table() -> None:
    said = "\n".join(lines(FINDINGS, Path("root"), text_table))
    assert "python       ok     Python 3.11.7" in said
    assert "timers       n/a    systemd" in said
    assert "WARN kill_switch: on\n  cause:  nothing is sent\n  remedy: lift it" in said
    assert f"FAIL disk_space: {FINDINGS[2].found}" in said
    assert said.endswith("4 checks: 1 ok, 1 to watch, 1 failed, 1 not applicable")


def test_a_long_sentence_is_cut_in_the_table_only() -> None:
    table = lines(FINDINGS, Path("root"), text_table)[2:7]
    assert max(map(len, table)) <= 72 + len("kill_switch  state  ")
    assert any(line.endswith(" ...") for line in table)


def test_the_document_counts_and_judges() -> None:
    found = json.loads(msgspec.json.encode(document(FINDINGS, Path("root"), AT)))
    assert (found["schema"], found["healthy"]) == (1, False)
    assert found["counts"] == {"ok": 1, "warn": 1, "fail": 1, "not_applicable": 1}
    assert found["checks"][1] == {
        "name": "kill_switch",
        "status": "warn",
        "found": "on",
        "cause": "nothing is sent",
        "remedy": "lift it",
    }
    assert document(FINDINGS[:2], Path("root"), AT)["healthy"] is True


def test_a_trouble_on_one_line_ends_with_its_remedy() -> None:
    assert brief(FINDINGS[1]) == "kill_switch: on; lift it"
