from __future__ import annotations

import pytest

from kalshi_alpha.cli.catalog import ENTRIES, GROUPS, Entry


def test_every_command_that_was_promised_is_there_once() -> None:
    assert list(ENTRIES) == [name for group in GROUPS.values() for name in group]
    assert set(ENTRIES) == {
        *("demo", "init", "doctor", "ingest", "evaluate", "scan", "daily", "explain", "monitors"),
        *("ready", "pilot", "orders", "record", "backtest", "kill", "status", "scoreboard"),
        *("report", "bundle", "sim", "worlds", "config", "dashboard", "completion"),
    }


@pytest.mark.parametrize("name", ENTRIES)
def test_each_has_a_summary_of_one_line_and_an_example_of_itself(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.summary.endswith(".")
    assert len(entry.summary) <= 64
    assert entry.examples
    for sub, line in entry.examples:
        typed = f"kalshi-alpha {name} {sub}".strip()
        assert typed in line


def test_the_module_is_what_python_runs() -> None:
    assert Entry("a.b.__main__:cli", "", ()).module == "a.b"
    assert Entry("a.b:cli", "", ()).module == "a.b"
