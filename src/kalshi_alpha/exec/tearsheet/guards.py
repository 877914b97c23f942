"""The sequential guard's paths: how near the sums came to the alarm, unit after unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.guard_log import GuardLog, GuardState
from kalshi_alpha.core.guards.sequential import UnitResult
from kalshi_alpha.exec.tearsheet.canvas import Canvas, axes, key_above
from kalshi_alpha.exec.tearsheet.palette import BAD, BASE, MODEL, QUOTE
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug, waiting

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEIGHT = 230.0


@dataclass(frozen=True, slots=True)
class Step:
    """The guard after one unit: each detector as a share of its threshold; 1 is the alarm."""

    unit: str
    day: str
    cusum: float
    degraded: float
    break_even: float


def guard_picture(family: str, log: GuardLog | None, have: int | None, canvas: Canvas) -> Picture:
    """Draw the CUSUM and both e-detectors of one family.

    Parameters
    ----------
    family
        Its name.
    log
        What happened to its guard; None if it was never looked at.
    have
        Pieces of news that are wholly settled and count as evidence; None where nobody knows.
    """
    key, title = f"guard-{slug(family)}", f"{family}: has the edge gone?"
    steps = [] if log is None else steps_of(log)
    state = None if log is None else log.replay()
    if not steps or state is None or log is None:
        return waiting(
            key,
            title,
            needs="one wholly settled piece of news that counts as evidence, and a run of the "
            "monitors after it",
            have=f"{'an unknown number of' if have is None else have} pieces of news",
            when="It begins with make monitors after the first one settles.",
            unit="percent of the alarm's threshold",
        )
    return Picture(
        key=key,
        title=title,
        says=_says(state, steps),
        how=(
            "CUSUM rises while units earn less than was promised; the e-detectors gather evidence "
            "that they do (degraded) and that they earn nothing (break-even). At the line the "
            "series stops until a memo is signed. A false alarm is expected once in "
            f"{log.arl0:g} units."
        ),
        n=f"{len(steps)} units",
        span=f"settled {steps[0].day} to {steps[-1].day}",
        unit="percent of the alarm's threshold",
        svg=canvas.draw(key, title, lambda figure: _paint(figure, steps), _HEIGHT),
        table=Table(
            ("unit", "settled", "CUSUM %", "degraded %", "break-even %"),
            tuple(
                (
                    s.unit,
                    s.day,
                    f"{100 * s.cusum:.1f}",
                    f"{100 * s.degraded:.1f}",
                    f"{100 * s.break_even:.1f}",
                )
                for s in steps
            ),
        ),
    )


def steps_of(log: GuardLog) -> list[Step]:
    """Replay the log and keep every detector after every unit."""
    found: list[Step] = []
    state: GuardState | None = None
    for i, item in enumerate(log.items):
        if not isinstance(item, UnitResult):
            # Thresholds, alarms and resets are rare, and what they do is the log's own matter.
            state = GuardLog(log.k, log.arl0, log.items[: i + 1]).replay()
            continue
        if state is None:
            continue
        guard = state.guard.update(item)
        state = GuardState(guard, state.alarm)
        found.append(
            Step(
                unit=item.unit_id,
                day=f"{item.settled_at:%Y-%m-%d}",
                cusum=guard.cusum.s / guard.cusum.h,
                degraded=guard.degraded.value / guard.degraded.threshold,
                break_even=guard.break_even.value / guard.break_even.threshold,
            )
        )
    return found


def _says(state: GuardState, steps: Sequence[Step]) -> str:
    if state.level is Level.ALERT:
        unit = "" if state.alarm is None else f" since {state.alarm.unit_id}"
        return f"ALARM{unit}: the series is stopped until it is reset."
    last = steps[-1]
    most = max(last.cusum, last.degraded, last.break_even)
    names = {last.cusum: "CUSUM", last.degraded: "degraded", last.break_even: "break-even"}
    return f"The nearest detector, {names[most]}, stands at {100 * most:.0f} % of its alarm."


def _paint(figure: Figure, steps: Sequence[Step]) -> None:
    plot = axes(figure, (50, 12, 30, 40), _HEIGHT)
    xs = np.arange(1, len(steps) + 1)
    for name, colour, dashes, label in (
        ("cusum", MODEL, (0, ()), "CUSUM"),
        ("degraded", QUOTE, (0, (4, 1.5)), "degraded"),
        ("break_even", BASE, (0, (1.5, 1.5)), "break-even"),
    ):
        ys = 100.0 * np.array([getattr(step, name) for step in steps])
        mark = "o" if len(steps) == 1 else None
        plot.plot(xs, ys, marker=mark, color=colour, linestyle=dashes, label=label)
    plot.axhline(100.0, color=BAD, linewidth=1.2)
    plot.annotate(
        "alarm",
        (1.0, 100.0),
        (-2, 4),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=BAD,
        fontsize=9.5,
    )
    most = 100.0 * max(max(s.cusum, s.degraded, s.break_even) for s in steps)
    plot.set(xlim=(0.5, len(steps) + 0.5), ylim=(0.0, max(115.0, 1.08 * most)))
    plot.set(ylabel="of the alarm, %", xlabel="settled pieces of news, in order")
    plot.locator_params(axis="x", nbins=7, integer=True)
    plot.locator_params(axis="y", nbins=5)
    plot.grid(axis="y")
    key_above(plot)
