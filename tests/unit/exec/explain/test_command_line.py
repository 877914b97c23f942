from __future__ import annotations

from desk import Desk, Done
from kalshi_alpha.exec.explain.__main__ import main


def explained(desk: Desk, *flags: str) -> Done:
    fixtures = ("--driver-fixtures", str(desk.drivers), "--fixtures-root", str(desk.venue))
    return desk.run(main, *flags, *fixtures)


def test_a_scan_now_and_the_one_that_was_written_are_explained_alike(desk: Desk) -> None:
    fresh = explained(desk, "CPI", "--offline", "--json")
    assert (fresh.code, fresh.err) == (0, "")
    assert desk.files() == set()
    assert desk.scan().code == 0
    written = explained(desk, "CPI", "--json")
    assert written.code == 0
    assert written.document["markets"] == fresh.document["markets"]


def test_tables_for_a_series_and_a_story_for_a_market(desk: Desk) -> None:
    tables = explained(desk, "KXCPI", "--offline")
    assert tables.out.startswith("mode: OFFLINE\nKXCPI at 2024-12-11T11:30:00Z, ")
    assert desk.scan().code == 0
    story = explained(desk, "KXCPI", "KXCPI-24NOV-T0.3")
    assert "decision    110.00 NO rest at 0.6800" in story.out
    assert len(explained(desk, "CPI", "KXCPI-24NOV-T0.3", "--json").document["markets"]) == 1
    assert explained(desk, "KXCPI", "--quiet").out == ""


def test_options_of_the_scan_reach_the_explanation(desk: Desk) -> None:
    picky = explained(desk, "KXCPI", "--offline", "--min-ev", "0.5", "--json").document
    assert {each["stopped"] for each in picky["markets"]} == {"one_sided_book", "ev_below_minimum"}
    assert picky["thresholds"]["min_ev"] == 0.5


def test_what_cannot_be_explained_ends_in_one_line(desk: Desk) -> None:
    for flags, said in (
        (("CPI",), "never scanned below"),
        (("CPI", "--online", "--offline"), "choose exactly one"),
        (("CPI", "--as-of", "2024-12-11T11:30:00Z"), "--as-of needs --offline"),
        (("CPI", "--offline", "--no-maker-only"), "always post-only"),
        (("KXCPI", "KXCPI-24NOV-T9", "--offline"), "no market of this scan"),
        (("NOPE", "--offline"), "unknown series"),
    ):
        done = explained(desk, *flags)
        assert done.code in (2, 4)
        assert done.out == ""
        assert said in done.err
        assert done.err.count("\n") == 1
