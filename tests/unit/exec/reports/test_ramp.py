from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.ramp.readiness import MissingRow, ReasonRow
from kalshi_alpha.exec.reports import ramp
from readiness_cases import readiness, series


def said(*args: object, plan: bool = False, family: str | None = None) -> str:
    found = readiness(*args)  # type: ignore[arg-type]
    return "\n".join(ramp._lines(found, family, Paths(Path("root")), plan=plan))


def test_the_answer_is_of_the_desk_or_of_the_series_that_was_named() -> None:
    found = readiness(series(), series(series="CLAIMS", go=False, size_multiplier=0.0))
    assert ramp.is_go(found, None)
    assert ramp.is_go(found, "CPI")
    assert not ramp.is_go(found, "CLAIMS")
    assert not ramp.is_go(found, "WHEAT")
    stopped = msgspec.structs.replace(
        found, overall=msgspec.structs.replace(found.overall, go=False)
    )
    assert not ramp.is_go(stopped, "CPI")


def test_each_series_is_a_line_and_its_reasons() -> None:
    refused = series(
        series="CLAIMS",
        decision="NO-GO",
        go=False,
        size_multiplier=0.0,
        reasons=(ReasonRow(reason="freeze_window", detail="CLAIMS: frozen"),),
    )
    text = said(series(), refused)
    assert text.startswith("pilot readiness: GO\n")
    line = "CPI GO: size 0.25, 345 fills, 23 units, delta +160.0 bps, t +8.85 by closing line"
    assert line in text
    assert "    freeze_window: CLAIMS: frozen" in text
    assert "CLAIMS" not in said(series(), refused, family="CPI")


def test_the_plan_is_told_when_it_is_asked_for() -> None:
    rows = (
        MissingRow(reason="insufficient_fills", have=240, need=300, more=60, days=12.0),
        MissingRow(reason="insufficient_t_stat", have=None, need=2, more=None, days=None),
    )
    assert "missing" not in said(series(missing=rows))
    text = said(series(missing=rows), plan=True)
    assert "missing insufficient_fills: 240.00 of 300; 60 more, 12 days at the present rate" in text
    assert "missing insufficient_t_stat: nothing of 2; waiting does not bring it" in text
    assert "all of it: about 2024-12-11" in text


def test_without_a_configuration_it_fails_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    assert ramp.main(["--as-of", "2024-12-11T11:30:00Z"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ramp: ")
    assert not (tmp_path / "reports").exists()
