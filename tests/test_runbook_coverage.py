"""Nothing of the run-book is without a test: the list of what it promises against its page."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from functools import cache

import pytest

from runs import REPO

RUNBOOK = REPO / "docs/runbook"
KINDS = {"command", "flag", "path", "key", "threshold"}
ROW = re.compile(r"^\| (\w+) \| `([^`]+)` \| ([^|]*) \| ([^|]*) \|$")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def promised() -> list[tuple[str, str, str]]:
    """Chapter, kind and text of everything that must have a row."""
    found, chapter = [], ""
    for line in (RUNBOOK / "contract.txt").read_text().splitlines():
        if line.startswith("== "):
            chapter = line.removeprefix("== ")
        elif line and not line.startswith("#"):
            kind, _, text = line.partition(" ")
            found.append((chapter, kind, text))
    return found


def rows() -> Iterator[tuple[tuple[str, str, str], list[tuple[str, str]]]]:
    """Chapter, kind and text of each row of the page, with file and name of its tests."""
    chapter = ""
    for line in (RUNBOOK / "coverage.md").read_text().splitlines():
        if line.startswith("## "):
            chapter = line.removeprefix("## ")
        elif line.startswith("| ") and not line.startswith("| kind "):
            row = ROW.match(line)
            assert row is not None, line
            kind, text, _, tests = row.groups()
            yield (chapter, kind, text), NAMED.findall(tests)


@cache
def names_in(file: str) -> set[str]:
    path = REPO / "tests" / file
    if not path.is_file():
        return set()
    body = ast.parse(path.read_text()).body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in body if isinstance(node, kinds)}


def test_everything_that_the_run_book_promises_has_exactly_one_row() -> None:
    listed = promised()
    assert len(listed) > 300
    assert {kind for _, kind, _ in listed} == KINDS
    assert len(set(listed)) == len(listed)
    assert [row for row, _ in rows()] == listed


def test_every_row_names_tests_that_exist() -> None:
    without = [row for row, named in rows() if not named]
    assert without == []
    gone = [f"{file}::{name}" for _, named in rows() for file, name in named]
    assert [each for each in gone if each.split("::")[1] not in names_in(each.split("::")[0])] == []


def test_every_module_and_make_target_that_it_names_is_there() -> None:
    commands = [text for _, kind, text in promised() if kind == "command"]
    modules = {m for text in commands for m in re.findall(r"kalshi_alpha(?:\.\w+)+", text)}
    assert len(modules) >= 13
    assert {m for m in modules if importlib.util.find_spec(m) is None} == set()
    targets = {t for text in commands for t in re.findall(r"^make ([a-z-]+)", text)}
    rules = re.findall(r"^([a-z-]+):", (REPO / "Makefile").read_text(), re.MULTILINE)
    assert len(targets) == 7
    assert targets <= set(rules)


COMMITTED = ("configs/", "tests/", ".github/")
PATHS = sorted({text for _, kind, text in promised() if kind == "path"})


@pytest.mark.parametrize("path", [text for text in PATHS if text.startswith(COMMITTED)])
def test_every_file_of_the_repository_that_it_names_is_there(path: str) -> None:
    assert list(REPO.glob(path.rstrip("/")))
