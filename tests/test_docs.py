"""The documents say what the program does: flags, codes, columns, links, and every marked block."""

from __future__ import annotations

import argparse
import doctest
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from kalshi_alpha.config import __main__ as config
from kalshi_alpha.core import errors
from kalshi_alpha.core.gates import Action, needs
from kalshi_alpha.core.gates.readings import ReadingName
from kalshi_alpha.core.gates.requirements import Need
from kalshi_alpha.core.ledger.rows import COLUMNS
from kalshi_alpha.core.proposals.proposal import LadderCheck, Passed, Proposal
from kalshi_alpha.datastore import backfill, ingest
from kalshi_alpha.dev import sanity_check, ws_smoke
from kalshi_alpha.drivers.macro_calendar import cli as macro_calendar
from kalshi_alpha.exec import (
    evaluate,
    heartbeat,
    housekeeping,
    market_import,
    migrate,
    pilot_bundle,
    record,
    scoreboard,
    statement,
    watchdog,
)
from kalshi_alpha.exec.backtest import __main__ as backtest
from kalshi_alpha.exec.monitors import cli as monitors_cli
from kalshi_alpha.exec.monitors import freshness
from kalshi_alpha.exec.pipelines import daily
from kalshi_alpha.exec.reports import ramp
from kalshi_alpha.exec.runners import pilot, scan_ladders
from kalshi_alpha.exec.telemetry import shipper, smoke
from kalshi_alpha.exec.worlds import __main__ as worlds
from runs import REPO, new_root
from scripts import write_monitors, write_reasons

DOCS = REPO / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *REPO.glob("*.md"), *(REPO / "changelog.d").glob("*.md")])
CLICK_COMMANDS = {
    "kalshi_alpha.exec.pipelines.daily": daily.cli,
    "kalshi_alpha.exec.runners.pilot": pilot.cli,
    "kalshi_alpha.exec.runners.scan_ladders": scan_ladders.cli,
    "kalshi_alpha.config show": config.show,
    "kalshi_alpha.datastore.ingest": ingest.cli,
    "kalshi_alpha.datastore.backfill": backfill.cli,
    "kalshi_alpha.exec.evaluate": evaluate.cli,
    "kalshi_alpha.exec.worlds": worlds.cli,
    "kalshi_alpha.exec.backtest": backtest.cli,
    "kalshi_alpha.exec.telemetry.shipper": shipper.cli,
    "kalshi_alpha.exec.telemetry.smoke": smoke.cli,
    "kalshi_alpha.exec.monitors.cli": monitors_cli.cli,
    "kalshi_alpha.exec.monitors.freshness": freshness.cli,
    "kalshi_alpha.exec.scoreboard": scoreboard.cli,
    "kalshi_alpha.exec.pilot_bundle": pilot_bundle.cli,
    "kalshi_alpha.exec.reports.ramp": ramp.cli,
    "kalshi_alpha.exec.watchdog": watchdog.cli,
    "kalshi_alpha.exec.housekeeping": housekeeping.cli,
    "kalshi_alpha.exec.migrate": migrate.cli,
    "kalshi_alpha.exec.statement": statement.cli,
    "kalshi_alpha.exec.market_import": market_import.cli,
    "kalshi_alpha.exec.record": record.cli,
    "kalshi_alpha.exec.record seal": record.seal,
    "kalshi_alpha.exec.record verify": record.verify,
    "kalshi_alpha.drivers.macro_calendar.cli": macro_calendar.cli,
}
ARGPARSE_COMMANDS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "kalshi_alpha.exec.heartbeat": heartbeat._parser,
    "kalshi_alpha.dev.sanity_check": sanity_check._parser,
    "kalshi_alpha.dev.ws_smoke": ws_smoke._parser,
}
RUNNABLE = re.compile(r"^```bash runnable(?: exit=(\d+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _named(page: Path) -> str:
    return str(page.relative_to(REPO))


STORIES = [page for page in PAGES if RUNNABLE.search(page.read_text())]


@pytest.mark.parametrize("page", STORIES, ids=_named)
def test_the_runnable_blocks_of_a_page_run_in_order(page: Path, tmp_path: Path) -> None:
    root = new_root(tmp_path)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("KALSHI")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    for exit_code, block in RUNNABLE.findall(page.read_text()):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=root,
            env=environ,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        said = f"{block}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == int(exit_code or 0), said


@pytest.mark.parametrize("page", sorted((DOCS / "concepts").glob("*.md")), ids=_named)
def test_the_python_session_of_a_concept_gives_what_it_shows(page: Path) -> None:
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = [target for target in _links(page) if not _resolves(page, target)]
    assert not broken


def test_every_page_of_the_documentation_is_linked_from_another() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in _links(page)
    }
    assert {page for page in DOCS.rglob("*.md") if page.resolve() not in linked} == set()


@pytest.mark.parametrize("module", [*CLICK_COMMANDS, *ARGPARSE_COMMANDS])
def test_the_commands_page_has_exactly_the_flags_of_the_program(module: str) -> None:
    section = _section(DOCS / "reference/modules.md", f"`python -m {module}`")
    documented = set(re.findall(r"^\| `(--[a-z-]+)`", section, re.MULTILINE))
    assert documented == _flags(module)


@pytest.mark.parametrize("module", CLICK_COMMANDS)
def test_the_commands_page_shows_the_defaults_that_the_program_has(module: str) -> None:
    section = _section(DOCS / "reference/modules.md", f"`python -m {module}`")
    shown = dict(re.findall(r"^\| `(--[a-z-]+)` \| ([^|]*?) \|", section, re.MULTILINE))
    for option in _options(module):
        default = option.default
        if isinstance(default, str | float | Path) and not isinstance(default, bool):
            assert shown[option.opts[0]].strip("`") == str(default), option.opts[0]


def test_the_make_targets_of_the_commands_page_are_those_of_the_makefile() -> None:
    section = _section(DOCS / "reference/modules.md", "`make`")
    documented = set(re.findall(r"`make ([a-z-]+)`", section))
    phony = re.search(r"^\.PHONY: (.*?)$", _joined(REPO / "Makefile"), re.MULTILINE)
    assert phony is not None
    parts_of_test = {"help", "lint", "types", "imports", "pytest"}
    assert documented == set(phony[1].split()) - parts_of_test


def test_the_exit_codes_page_names_every_class_with_its_code() -> None:
    page = (DOCS / "reference/exit-codes.md").read_text()
    rows = re.findall(r"^\| (\d) \|.*\| ?(.*?) ?\|$", page, re.MULTILINE)
    documented = {name: int(code) for code, names in rows for name in re.findall(r"`(\w+)`", names)}
    for name, code in documented.items():
        assert getattr(errors, name).exit_code == code, name
    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    own = [c for c in classes if "exit_code" in vars(c)]
    assert {c.__name__ for c in own} <= set(documented)


def test_the_reasons_page_is_what_the_code_says() -> None:
    assert write_reasons.PAGE.read_text() == write_reasons.page()


def test_the_monitors_page_is_what_the_code_says() -> None:
    assert write_monitors.PAGE.read_text() == write_monitors.page()


def test_the_ledger_page_has_every_column() -> None:
    documented = _first_cells(DOCS / "reference/files/ledger.md")
    assert documented == [name for name, _ in COLUMNS]


def test_the_proposals_page_has_every_field_of_a_proposal_and_of_a_passed_market() -> None:
    page = DOCS / "reference/files/proposals.md"
    proposal = _keys(_section(page, "A proposal"))
    assert proposal == {"dry_only", *(each.name for each in fields(Proposal))}
    passed = _keys(_section(page, "A market that was not proposed"))
    assert passed == {each.name for each in fields(Passed)}
    text = page.read_text()
    assert all(f"`{each.name}`" in text for each in fields(LadderCheck) if "event" not in each.name)


def test_the_file_pages_have_every_key_of_what_a_scan_writes(tmp_path: Path) -> None:
    root = new_root(tmp_path)
    command = [sys.executable, "-m", "kalshi_alpha.exec.runners.scan_ladders"]
    command += ["--series", "KXCPI", "--offline", "--quiet"]
    environ = os.environ | {"TZ": "America/New_York", "KALSHI_ALPHA_HOME": str(root)}
    subprocess.run(command, cwd=root, env=environ, check=True, timeout=110)
    document = json.loads(next((root / "exec/proposals").rglob("*.json")).read_bytes())
    proposals = DOCS / "reference/files/proposals.md"
    assert _keys(proposals.read_text().partition("## A proposal")[0]) == set(document)
    verdict = json.loads((root / "reports/_artifacts/go_no_go.json").read_bytes())
    page = DOCS / "reference/files/go-no-go.md"
    assert _keys(page.read_text().partition("## An entry")[0]) == set(verdict)
    assert _keys(_section(page, "An entry")) == set(verdict["series"]["CPI"])


def test_the_gate_page_says_which_readings_an_action_requires() -> None:
    page = (DOCS / "concepts/gate.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    said = {name.partition(":")[0].partition(" ")[0]: row for name, *row in rows[1:]}
    for word, reading in {
        "configuration": ReadingName.CONFIG,
        "kill": ReadingName.KILL_SWITCH,
        "feeds": ReadingName.FEEDS,
        "quality": ReadingName.QUALITY,
        "clock": ReadingName.CLOCK,
        "heartbeat,": ReadingName.HEARTBEAT,
        "monitors,": ReadingName.MONITORS,
    }.items():
        asked = [needs(action).get(reading) for action in (Action.OFFLINE, Action.SIM, Action.LIVE)]
        assert said[word] == [_WORDS[need] for need in asked]


_WORDS = {Need.REQUIRED: "required", Need.IF_PRESENT: "if there is one", None: "shown"}


def _links(page: Path) -> Iterator[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def _resolves(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return False
    return not anchor or anchor in {_slug(h) for h in _headings(file)}


def _headings(page: Path) -> list[str]:
    return re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _section(page: Path, heading: str) -> str:
    match = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page.read_text(), re.DOTALL | re.MULTILINE
    )
    assert match is not None, heading
    return match[1]


def _options(module: str) -> list[click.Option]:
    return [p for p in CLICK_COMMANDS[module].params if isinstance(p, click.Option)]


def _flags(module: str) -> set[str]:
    if module in CLICK_COMMANDS:
        found = [flag for o in _options(module) for flag in (*o.opts, *o.secondary_opts)]
        return {*found, "--help"}
    parser = ARGPARSE_COMMANDS[module]()
    return {f for a in parser._actions for f in a.option_strings if f.startswith("--")}


def _joined(makefile: Path) -> str:
    return re.sub(r"\\\n\s*", "", makefile.read_text())


def _keys(text: str) -> set[str]:
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def _first_cells(page: Path) -> list[str]:
    rows = re.findall(r"^\| (`.*?) \|", page.read_text(), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]
