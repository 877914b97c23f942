from __future__ import annotations

import pytest

from kalshi_alpha.core.gates.reasons import Part
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor


@pytest.mark.parametrize("monitor", Monitor)
def test_every_monitor_says_cause_effect_and_remedy_in_one_line_each(monitor: Monitor) -> None:
    text = TEXTS[monitor]
    for line in (text.measures, text.unit, text.cause, text.effect, text.remedy):
        assert line
        assert "\n" not in line
    assert text.reason.part is Part.SAFETY
    assert text.effect.startswith(f"{text.reason}: ")
