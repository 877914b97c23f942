"""Others' scripts and styles are the bytes that came with their licence."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.web.dashboard import vendored

OURS = {"desk.js", "desk.css", "desk.svg", "manifest.json"}


def test_every_file_of_others_has_the_hash_of_the_manifest() -> None:
    known = vendored.manifest()
    for name, each in known.items():
        body = (vendored.FOLDER / name).read_bytes()
        assert hashlib.sha256(body).hexdigest() == each.sha256, name


def test_nothing_of_others_is_without_an_entry_or_a_licence() -> None:
    known = vendored.manifest()
    there = {path.name for path in vendored.FOLDER.iterdir()}
    assert there == known.keys() | OURS
    packages = {each.package for each in known.values()}
    assert packages == {"htmx.org", "htmx-ext-sse", "uplot"}
    for package in packages:
        names = [name for name, each in known.items() if each.package == package]
        assert any(name.endswith("-LICENSE.txt") for name in names)
    assert {each.license for each in known.values()} == {"0BSD", "MIT"}


def test_a_file_that_was_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "htmx.min.js").write_text("alert()")
    monkeypatch.setattr(vendored, "FOLDER", tmp_path)
    with pytest.raises(TornFile, match=r"htmx\.min\.js: is not the file"):
        vendored.served.__wrapped__()


def test_scripts_styles_and_the_sign_are_served_and_nothing_else() -> None:
    found = vendored.served()
    assert {name.rpartition(".")[2] for name in found} == {"js", "css", "svg"}
    assert "manifest.json" not in found
    assert all(len(each.tag) == 16 for each in found.values())


def test_our_script_sends_nothing_and_writes_no_markup() -> None:
    script = vendored.served()["desk.js"].body.decode()
    for word in ("innerHTML", "eval(", "fetch(", "XMLHttpRequest", "document.write", "cookie"):
        assert word not in script, word
