from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction, WrongBody
from kalshi_alpha.drivers.dol_claims.history_report import report_rows
from kalshi_alpha.drivers.dol_claims.schema import ClaimsFigure

# Rows as the agency's report of 12 July 2026 shows them, blanks included.
PAST = """<week><weekEnded>06/13/2026</weekEnded>
<InitialClaims><NSA>220,642</NSA><SF>97.0</SF><SA>227,000</SA><SA4WK>223,500</SA4WK></InitialClaims>
<ContinuedClaims><NSA>1,720,948</NSA><SF>95.0</SF><SA>1,812,000</SA></ContinuedClaims>
<IUR><NSA>1.1</NSA><SA>1.2</SA></IUR></week>"""
FUTURE = """<week><weekEnded>07/25/2026</weekEnded>
<InitialClaims><NSA>&#160;</NSA><SF>96.3</SF><SA>&#160;</SA><SA4WK>&nbsp;</SA4WK></InitialClaims>
<ContinuedClaims><NSA>&#160;</NSA><SF>&#160;</SF><SA>&#160;</SA></ContinuedClaims></week>"""


def report(*weeks: str, run: str = "7/12/2026") -> str:
    prolog = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    return f'{prolog}<r539cyNational rundate="{run}">{"".join(weeks)}</r539cyNational>'


def test_past_weeks_are_history_and_weeks_to_come_are_factors_only() -> None:
    skipped: Counter[str] = Counter()
    assert report_rows(report(PAST, FUTURE), skipped) == [
        ClaimsFigure(date(2026, 6, 13), "initial", "history", 227_000, 220_642, 970),
        ClaimsFigure(date(2026, 6, 13), "continued", "history", 1_812_000, 1_720_948, 950),
        ClaimsFigure(date(2026, 7, 25), "initial", "seasonal_factor", None, None, 963),
    ]
    assert skipped == {"empty week": 1}


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("227,000", "237,000", Contradiction),
        ("<SF>97.0", "<SF>79.0", Contradiction),
        ("<SF>97.0", "<SF>97", BadFigure),
        ("220,642", "220,64", BadFigure),
        ("220,642", "22O,642", BadFigure),
        ("06/13/2026", "06/12/2026", BadFigure),
        ("06/13/2026", "13/06/2026", BadFigure),
        ("06/13/2026", "", BadFigure),
        ("06/13/2026", "07/18/2026", Contradiction),
    ],
    ids=["sa", "factor", "digits", "comma", "letter", "friday", "order", "no day", "ahead"],
)
def test_a_wrong_figure_never_passes(old: str, new: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        report_rows(report(PAST.replace(old, new)), Counter())


def test_additive_factors_of_the_pandemic_are_left_out() -> None:
    week = PAST.replace("06/13/2026", "06/13/2020").replace("97.0", "-12,345")
    [initial, _] = report_rows(report(week), Counter())
    assert (initial.sa, initial.sf_tenths) == (227_000, None)


def test_a_repeated_week_is_refused() -> None:
    with pytest.raises(Contradiction, match="twice"):
        report_rows(report(PAST, PAST), Counter())


@pytest.mark.parametrize(
    "text",
    [
        "<r539cyNational>",
        "<other rundate='7/12/2026'/>",
        report(),
        report(PAST).replace("<r539", "<!DOCTYPE r [<!ENTITY a 'b'>]><r539", 1),
        report(PAST).replace("227,000", "&a;"),
    ],
    ids=["torn", "other root", "no weeks", "entities", "unknown entity"],
)
def test_anything_but_the_plain_report_is_refused(text: str) -> None:
    with pytest.raises(WrongBody):
        report_rows(text, Counter())
