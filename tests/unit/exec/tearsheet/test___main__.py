from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.tearsheet.__main__ import command, main


def test_files_and_their_bytes_are_told_as_json(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--json", "--series", "DESK", "--as-of", "2024-12-11T11:30:00Z"]) == 0
    said = json.loads(capsys.readouterr().out)
    [file] = said["files"]
    assert file["series"] == "DESK"
    assert file["path"] == str(paths.root / "reports/DESK/2024-12-11/tearsheet.html")
    assert file["bytes"] == (paths.root / "reports/DESK/2024-12-11/tearsheet.html").stat().st_size
    assert said["mode"] == "OFFLINE"


def test_text_says_what_was_written_and_quiet_says_nothing(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--series", "DESK", "--as-of", "2024-12-11T11:30:00Z"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"mode: OFFLINE\nwrote {paths.root}/reports/DESK/2024-12-11/")
    assert main(["--series", "DESK", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_without_the_extra_it_ends_with_one_line_and_one(
    paths: Paths, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main([]) == 1
    assert capsys.readouterr().err == (
        "report: the tear-sheet needs the extra: pip install 'kalshi-alpha[report]'\n"
    )
    assert not (paths.root / "reports/DESK").exists()


@pytest.mark.parametrize(
    ("flags", "code"), [(["--date", "tomorrow"], 2), (["--series", "NOBODY"], 4)]
)
def test_a_wrong_wish_is_an_error_of_one_line(
    flags: list[str], code: int, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(flags) == code
    assert capsys.readouterr().err.count("\n") == 1
    assert paths.root.exists()


def test_a_torn_scan_ends_with_four_and_its_name(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    [own] = (paths.proposals / "CPI").glob("*.json")
    own.write_text("{")
    assert main(["--as-of", "2024-12-11T11:30:00Z"]) == 4
    said = capsys.readouterr()
    assert f"wrote {paths.tearsheet('DESK', date(2024, 12, 11))}" in said.out
    assert said.err.startswith("report: exec/proposals/CPI/2024-12-11T113000Z.json: ")
    assert said.err.count("\n") == 1
    assert main(["--series", "CPI"]) == 4
    assert capsys.readouterr().out == ""
    assert main(["--series", "CPI", "--json"]) == 4
    assert list(json.loads(capsys.readouterr().out)["unread"]) == ["CPI"]


def test_a_torn_ledger_ends_with_four_and_its_name(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.ledger_all.parent.mkdir(parents=True, exist_ok=True)
    paths.ledger_all.write_bytes(b"PAR1 and no end")
    assert main(["--as-of", "2024-12-11T11:30:00Z", "--json"]) == 4
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert [each["series"] for each in found["files"]] == ["CPI", "DESK"]
    assert found["unread"] == {}
    assert found["fault"].startswith("data/proc/ledger_all.parquet: ")
    assert said.err.startswith("report: data/proc/ledger_all.parquet: ")
    assert said.err.endswith("no sheet tells orders or money; put it back from a copy\n")
    assert said.err.count("\n") == 1
    for each in found["files"]:
        page = Path(each["path"]).read_text()
        assert "The ledger cannot be read" in page
        assert "0 filled orders" not in page
        assert "no settled fill counts" not in page


def test_it_is_called_report() -> None:
    assert command.name == "report"
