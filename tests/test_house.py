"""What can be counted about this house: lengths, prints, twins, leftovers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
SRC = REPO / "src" / "kalshi_alpha"
UNIT = REPO / "tests" / "unit"
MODULE_LINES_MAX = 450
FUNCTION_LINES_MAX = 80
# Folders and files of the repository; what a run or a tool makes beside them is not looked at.
TRACKED = (
    *("src", "tests", "docs", "configs", "benchmarks", "scripts", "requirements", "examples"),
    *("changelog.d", ".ci", ".github", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
    *("Makefile", "pyproject.toml", ".gitignore", ".pre-commit-config.yaml"),
)
TEXT = {"", ".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".lock", ".in", ".cfg", ".txt", ".typed"}
# Payloads are their publishers' words, not ours, and this file names what it looks for.
NOT_READ = (REPO / "tests" / "fixtures", REPO / "tests" / "data_fixtures", Path(__file__))

LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u274c\u274e\u2728\u2b50\ufe0f]")
MACHINE = re.compile(r"(?<![\w.~*])/(?:home|Users|root|work|farm)/")
REGISTRY = re.compile(r"pypi\.org|pythonhosted|registry\.npm|index-url|crates\.io")


@cache
def _files() -> tuple[tuple[Path, str], ...]:
    return tuple((path, path.read_text(encoding="utf-8")) for path in _paths())


def _paths() -> Iterator[Path]:
    for name in TRACKED:
        top = REPO / name
        found = [top] if top.is_file() else sorted(top.rglob("*"))
        for path in found:
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                yield path


@cache
def _parsed() -> tuple[tuple[Path, ast.Module, int], ...]:
    return tuple(
        (path, ast.parse(text), text.count("\n")) for path, text in _files() if path.suffix == ".py"
    )


def _modules(folder: str) -> Iterator[tuple[Path, ast.Module, int]]:
    top = REPO / folder
    return (each for each in _parsed() if each[0].is_relative_to(top))


def _named(path: Path, line: int | None = None) -> str:
    name = path.relative_to(REPO).as_posix()
    return name if line is None else f"{name}:{line}"


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    long = {_named(path): n for path, _, n in _parsed() if n > MODULE_LINES_MAX}
    assert not long


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{_named(path, node.lineno)} {node.name}": lines
        for path, tree, _ in _parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert not long


def test_only_the_shell_prints() -> None:
    printing = [
        _named(path, node.lineno)
        for path, tree, _ in _modules("src")
        if path.relative_to(SRC).parts[0] not in {"exec", "web", "dev"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not printing


def test_every_module_has_its_twin_in_the_unit_tests() -> None:
    alone = [
        _named(path)
        for path, _, _ in _modules("src")
        if path.name != "__init__.py" and not _twin(path).is_file()
    ]
    assert not alone


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    spared = [
        _named(path, node.lineno)
        for path, tree, _ in _modules("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"skip", "skipif", "skipIf", "xfail", "importorskip", "expectedFailure"}
    ]
    assert not spared


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("work left for later", LEFTOVER),
        ("pictures between words", EMOJI),
        ("paths of somebody's machine", MACHINE),
        ("package registries", REGISTRY),
    ],
)
def test_no_file_of_ours_holds(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{_named(path, 1 + text.count(chr(10), 0, match.start()))} {match[0]!r}"
        for path, text in _files()
        if not any(path.is_relative_to(each) for each in NOT_READ)
        for match in pattern.finditer(text)
    ]
    assert not found, what


def _twin(module: Path) -> Path:
    return UNIT / module.relative_to(SRC).parent / f"test_{module.stem}.py"
