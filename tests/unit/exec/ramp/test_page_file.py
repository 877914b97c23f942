from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bundle_root import AT, readiness, write_readiness
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.ramp.page_file import readiness_text, write_readiness_page
from kalshi_alpha.exec.reports.readiness_page import readiness_page


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def test_the_page_is_that_of_the_decision_to_the_byte_however_old_it_is(paths: Paths) -> None:
    found = readiness()
    write_readiness(paths, found)
    paths.pilot_readiness.unlink()
    assert write_readiness_page(paths, AT + timedelta(days=9)) == paths.pilot_readiness
    assert paths.pilot_readiness.read_text() == readiness_page(found)


def test_an_absent_decision_is_no_go_and_the_page_says_how_to_get_one(paths: Paths) -> None:
    text = readiness_text(paths, AT)
    assert text.startswith("# Pilot readiness: NO-GO\n")
    assert "reports/pilot_ready.json is not there" in text
    assert "`make pilot-readiness`" in text
    assert str(paths.root) not in text


def test_a_torn_decision_takes_the_place_of_an_older_go(paths: Paths) -> None:
    write_readiness(paths, readiness())
    assert "GO" in paths.pilot_readiness.read_text()
    paths.pilot_ready.write_text("{")
    write_readiness_page(paths, AT)
    assert paths.pilot_readiness.read_text().startswith("# Pilot readiness: NO-GO\n")
