"""Every snippet of the documents is executed somewhere, or is listed with the reason why not."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import NamedTuple

import pytest

from runs import REPO
from scripts import run_snippets

PAGES = sorted([*(REPO / "docs").rglob("*.md"), REPO / "README.md", REPO / "CONTRIBUTING.md"])
FENCE = re.compile(r"^( *)```([a-z]+)([^\n]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
COMMANDS_PAGE = "docs/reference/commands.md"
COMMANDS = {"bash", "sh", "console", "python"}
EXECUTED = re.compile(r" (?:runnable|desk|venue|tutorial)(?: exit=\d)?")
"""Marks of blocks that the tests run, or `scripts.run_snippets` for `make test-more`."""

SETS_UP = "sets the environment up, as whoever runs these tests has done"
OWN_DATA = "needs recordings or history of one's own; a tutorial replays a made-up folder"
VENUE = "needs a key of the venue"
SESSION = "needs a session; docs/tutorials/practise-a-session.md runs the same"
LISTED = {
    ("CONTRIBUTING.md", "make setup "): SETS_UP,
    ("README.md", "make demo "): SETS_UP,
    ("docs/concepts/orders.md", "python -m kalshi_alpha.exec.orders list "): SESSION,
    ("docs/how-to/measure-a-forecast.md", "python -m kalshi_alpha.exec.evaluate "): OWN_DATA,
    ("docs/how-to/record-the-market.md", "python -m kalshi_alpha.exec.record "): VENUE,
    ("docs/how-to/replay-the-tape.md", "python -m kalshi_alpha.exec.backtest "): OWN_DATA,
    ("docs/how-to/run-the-demo.md", "make demo"): SETS_UP,
    ("docs/how-to/run-unattended.md", "python -m scripts.check_ops"): "`make test-more` runs it",
    ("docs/how-to/teny-close.md", "export TZ"): "half an hour; tests/acceptance/test_pilot_teny.py",
    ("docs/how-to/teny-close.md", "python scripts/pilot_teny.py --run-seconds 600"): VENUE,
    ("docs/reference/commands.md", 'eval "$(kalshi-alpha completion bash)"'): "of a login shell",
    ("docs/reference/market-stream.md", "handlers = "): "a sketch of three calls, with names alone",
    ("docs/studies/weather.md", "python -m kalshi_alpha.exec.backtest "): OWN_DATA,
    **{(COMMANDS_PAGE, start): why for start, why in run_snippets.NOT_RUN.items()},
}
"""By page and beginning of the block: why it is not run."""


class Snippet(NamedTuple):
    """A block of commands or code: where it stands, in which language, how marked, and its text."""

    page: str
    language: str
    mark: str
    text: str

    @property
    def listed(self) -> set[tuple[str, str]]:
        """Entries of the list that speak of it."""
        text = self.text.lstrip()
        return {key for key in LISTED if key[0] == self.page and text.startswith(key[1])}


def snippets() -> list[Snippet]:
    return [
        Snippet(page.relative_to(REPO).as_posix(), language, mark, text)
        for page in PAGES
        for _, language, mark, text in FENCE.findall(page.read_text(encoding="utf-8"))
        if language in COMMANDS
    ]


def is_executed(each: Snippet) -> bool:
    if each.language == "python":
        # The concepts' sessions are doctests; an excerpt is compared with the file that it is of.
        return ">>>" in each.text or each.mark.startswith((" excerpt=", " runnable"))
    if each.page == COMMANDS_PAGE and each.text in run_snippets.examples():
        return True
    return EXECUTED.fullmatch(each.mark) is not None


def test_every_snippet_is_executed_or_listed_with_its_reason() -> None:
    left = [each for each in snippets() if not is_executed(each) and not each.listed]
    assert [(each.page, each.text) for each in left] == []


def test_nothing_is_listed_that_is_executed_or_gone() -> None:
    spoken_of = [key for each in snippets() if not is_executed(each) for key in each.listed]
    assert set(LISTED) - set(spoken_of) == set()


def test_python_sessions_stand_where_they_are_run() -> None:
    """`test_docs.py` runs those of the concepts."""
    sessions = {
        each.page for each in snippets() if each.language == "python" and ">>>" in each.text
    }
    assert {page for page in sessions if not page.startswith("docs/concepts/")} == set()


@pytest.mark.parametrize(
    "each", [s for s in snippets() if s.language == "python" and s.mark == " runnable"]
)
def test_a_program_runs(each: Snippet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "snippet.py").write_text(each.text, encoding="utf-8")
    runpy.run_path("snippet.py")


@pytest.mark.parametrize("each", [s for s in snippets() if s.mark.startswith(" excerpt=")])
def test_an_excerpt_is_of_the_file_it_names(each: Snippet) -> None:
    source = (REPO / each.mark.removeprefix(" excerpt=").strip()).read_text(encoding="utf-8")
    assert each.text in source


def test_a_page_ends_at_the_first_block_that_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```bash tutorial\necho one > said\n```\n\n```bash tutorial exit=3\nexit 3\n```\n\n"
        "```bash tutorial\ngrep two said\n```\n\n```bash tutorial\ntouch later\n```\n"
    )
    root = tmp_path / "root"
    root.mkdir()
    [failed] = run_snippets.run_page(page, root)
    assert (failed.block, failed.code, failed.wanted) == ("grep two said\n", 1, 0)
    assert (root / "said").read_text() == "one\n"
    assert not (root / "later").exists()


def test_the_pages_to_be_run_are_those_with_a_marked_block() -> None:
    named = {page.relative_to(REPO).as_posix() for page in run_snippets.pages()}
    assert named == {each.page for each in snippets() if each.mark.startswith(" tutorial")}
    assert "docs/tutorials/your-own-family.md" in named
