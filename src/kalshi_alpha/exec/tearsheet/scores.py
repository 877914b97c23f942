"""Scores of the model against baselines on history, and against the market on what settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.scoring.report_card import ReportCard, report_card
from kalshi_alpha.exec.tearsheet.canvas import WIDTH, Canvas, axes
from kalshi_alpha.exec.tearsheet.palette import BASE, MARKET, MODEL
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug, waiting
from kalshi_alpha.strategies.replay import Replay

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW, _TOP, _BOTTOM = 24, 26, 30
_OURS = "our model"


@dataclass(frozen=True, slots=True)
class Score:
    """Mean scores of one forecaster; the smaller, the better. None where one does not apply."""

    name: str
    crps: float | None
    brier: float
    p_value: float | None = None

    @property
    def colour(self) -> str:
        """Of its bar."""
        return MODEL if self.name == _OURS else MARKET if "market" in self.name else BASE


def scores_picture(replay: Replay, canvas: Canvas) -> Picture:
    """Draw CRPS and Brier of the model beside those of every baseline, on the same outcomes."""
    step, places = float(replay.grid.step), replay.outcomes - replay.lo
    errors = replay.outcomes * step - replay.means
    own = report_card(replay.pmfs, places, step, errors, replay.baselines, replay.units)
    zero = np.zeros(places.size)
    found = [Score(_OURS, own.crps, own.brier)]
    for name, pmfs in replay.baselines.items():
        card = report_card(pmfs, places, step, zero, {}, replay.units)
        found.append(Score(name, card.crps, card.brier, own.baselines[name].dm_p))
    unit = replay.grid.unit
    title = f"{replay.key}: scores against what costs nothing"
    key = f"scores-{slug(replay.key)}"
    height = _TOP + _BOTTOM + _ROW * len(found)
    return Picture(
        key=key,
        title=title,
        says=_best(own),
        how=(
            "Shorter is better. p: how likely a difference as large is by chance alone "
            "(Diebold-Mariano)."
        ),
        n=f"{own.n} forecasts of {own.n_units} pieces of news",
        span=f"{min(replay.days)} to {max(replay.days)}, walk-forward",
        unit=f"CRPS in {unit}; Brier between 0 and 1",
        svg=canvas.draw(key, title, lambda figure: _paint(figure, found, unit, height), height),
        table=Table(
            ("forecaster", f"CRPS, {unit}", "Brier", "our skill %", "p"),
            tuple(_row(each, own) for each in found),
        ),
    )


def _best(own: ReportCard) -> str:
    if not own.baselines:
        return "There is no baseline to compare with."
    name, best = min(own.baselines.items(), key=lambda pair: pair[1].crps)
    p = "" if best.dm_p is None else f" (p {best.dm_p:.2g})"
    word = "better" if best.skill > 0 else "worse"
    return f"CRPS is {100 * abs(best.skill):.0f} % {word} than the best baseline, {name}{p}."


def _row(each: Score, own: ReportCard) -> tuple[str, ...]:
    theirs = own.baselines.get(each.name)
    return (
        each.name,
        "-" if each.crps is None else f"{each.crps:,.4g}",
        f"{each.brier:.4f}",
        "-" if theirs is None else f"{100 * theirs.skill:+.1f}",
        "-" if each.p_value is None else f"{each.p_value:.2g}",
    )


def market_picture(rows: Sequence[LedgerEntry], canvas: Canvas) -> Picture:
    """Draw Brier scores of the model, the pool and the market on orders that settled."""
    known = [row for row in rows if _is_scored(row)]
    key, title = "market-scores", "Scores against the market, on what we traded"
    if not known:
        settled = sum(row.is_settled for row in rows)
        return waiting(
            key,
            title,
            needs="a settled order with the market's probability at its fill",
            have=f"{len(known)} of them, and {settled} settled orders in all",
            when="The first comes with the first settlement after a fill.",
            unit="Brier between 0 and 1",
        )
    found = [Score(name, None, value) for name, value in _briers(known).items()]
    units = len({row.risk_unit for row in known})
    model, market = found[0].brier, found[2].brier
    word = "better" if model < market else "worse"
    height = _TOP + _BOTTOM + _ROW * len(found)
    return Picture(
        key=key,
        title=title,
        says=f"Our model alone scored {word} than the market: {model:.4f} against {market:.4f}.",
        how=(
            "Shorter is better. These are orders that somebody filled, not all that we forecast: "
            "others chose which, so the model looks worse here than it is."
        ),
        n=f"{len(known):,} orders of {units} pieces of news",
        span=_dates(known),
        unit="Brier between 0 and 1",
        svg=canvas.draw(key, title, lambda figure: _paint(figure, found, "", height), height),
        table=Table(
            ("forecaster", "Brier", "orders"),
            tuple((each.name, f"{each.brier:.4f}", f"{len(known):,}") for each in found),
        ),
    )


def _is_scored(row: LedgerEntry) -> bool:
    return row.is_settled and bool(row.count_e2) and None not in {row.p_model, row.m_at_fill}


def _briers(rows: Sequence[LedgerEntry]) -> Mapping[str, float]:
    paid = np.array([(row.payout_e6 or 0) / (row.count_e2 * PAYOUT_E6_PER_E2) for row in rows])
    return {
        _OURS: _brier([row.p_model or 0.0 for row in rows], paid),
        "pooled": _brier([row.p for row in rows], paid),
        "the market": _brier([row.m_at_fill or 0.0 for row in rows], paid),
    }


def _brier(probs: Sequence[float], paid: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(np.square(np.array(probs) - paid).mean())


def _dates(rows: Sequence[LedgerEntry]) -> str:
    days = [row.settled_at.date() for row in rows if row.settled_at is not None]
    return f"settled {min(days)} to {max(days)}"


def _paint(figure: Figure, found: Sequence[Score], unit: str, height: float) -> None:
    with_crps = found[0].crps is not None
    panels = [("Brier", [each.brier for each in found])]
    if with_crps:
        panels = [(f"CRPS, {unit}", [each.crps or 0.0 for each in found]), *panels]
    left, gap, right = 88, 8, 40
    width = (WIDTH - left - right * len(panels) - gap * (len(panels) - 1)) / len(panels)
    for i, (name, values) in enumerate(panels):
        begin = left + i * (width + gap + right)
        plot = axes(figure, (begin, WIDTH - begin - width, _TOP, _BOTTOM), height)
        ys = range(len(found))
        plot.barh(ys, values, 0.62, color=[each.colour for each in found], alpha=0.85)
        for y, value in enumerate(values):
            plot.annotate(
                f"{value:,.3g}" if value < 1000 else f"{value:,.0f}",
                (value, y),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9.5,
            )
        plot.set(xlim=(0, 1.02 * max(values)), ylim=(len(found) - 0.5, -0.5))
        plot.set_title(name, fontsize=10, loc="left")
        plot.set_yticks(ys, [each.name for each in found] if i == 0 else [""] * len(found))
        plot.tick_params(axis="y", length=0)
        plot.locator_params(axis="x", nbins=3)
        plot.spines["left"].set_visible(False)
