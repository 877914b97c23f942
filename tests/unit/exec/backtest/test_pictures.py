from __future__ import annotations

import re

from kalshi_alpha.exec.backtest.pictures import backtest_pictures
from kalshi_alpha.exec.backtest.run import Backtest


def test_profit_is_drawn_whole_and_by_city(done: Backtest) -> None:
    drawn = backtest_pictures("WEATHER", done.report)
    assert set(drawn) == {"WEATHER-backtest-profit.svg", "WEATHER-backtest-cities.svg"}
    for picture in drawn.values():
        (points,) = re.findall(r'<polyline points="([^"]+)"', picture)
        assert len(points.split()) == 8
