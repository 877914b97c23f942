"""Draw the pictures of ``docs/concepts`` with the program's own functions; ``--check`` compares.

No figure in them is typed in: curves, fees, windows and the gate's table are asked of the code.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from kalshi_alpha.core.execution.paper_queue import PaperOrder, paper_fills
from kalshi_alpha.core.fees import FeeTerms, Liquidity, order_fee
from kalshi_alpha.core.forecast import StudentT, on_grid
from kalshi_alpha.core.forecast.pooling import near_market, pool_log_odds
from kalshi_alpha.core.gates import Action, needs
from kalshi_alpha.core.gates.readings import ReadingName
from kalshi_alpha.core.gates.requirements import Need
from kalshi_alpha.core.guards.cusum import CusumState
from kalshi_alpha.core.guards.run_length import threshold_for
from kalshi_alpha.core.guards.sequential import DEFAULT_ARL0, DEFAULT_K, UNION_FACTOR
from kalshi_alpha.core.pricing import ev_honest, ev_raw
from kalshi_alpha.core.schedule import (
    Release,
    ReleaseCalendar,
    SeriesState,
    family_phase,
    new_york,
    wall,
)
from kalshi_alpha.core.schedule.families import SCHEDULED
from kalshi_alpha.core.sizing.fractional import KELLY_MULTIPLIER
from kalshi_alpha.core.sizing.single import growth, kelly_fraction
from kalshi_alpha.core.types import Contracts, Price, SettlementGrid, Side, Trade
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from scripts.svg_chart import WIDTH, Chart, Picture

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images" / "concepts"
COST, SHRINK, ADVERSE, LEAST = 0.68, 0.9, 0.005, 0.005
"""The worked example's price, and what is taken off unless told otherwise."""


def half_step() -> str:
    """Draw the chance of each strike: the latent curve, and the half step that rounding adds."""
    latent = StudentT(mean=0.2629, scale=0.141873, dof=6)
    grid = SettlementGrid(Decimal("0.1"), "pp")
    pmf = on_grid(latent, grid, -20, 20)
    chart = Chart(
        "The chance of “more than 0.3” is read half a step further on",
        "Survival curve of the latent value, and the chance of each strike on the printed grid.",
        across=(-0.1, 0.7),
        upwards=(0.0, 1.0),
        names=("month on month, percentage points", "chance of more"),
    )
    chart.ticks([round(0.1 * k, 1) for k in range(8)], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    xs = np.linspace(-0.1, 0.7, 161)
    chart.line(xs, 1.0 - latent.cdf(xs), "one")
    for k in range(7):
        strike, chance = 0.1 * k, float(pmf.survival(k))
        chart.line((strike, strike + 0.05), (chance, chance), "two dash")
        chart.dot(chart.at(strike, chance), "f-two")
        chart.dot(chart.at(strike + 0.05, chance), "f-one", 3)
    told, naive = float(pmf.survival(3)), float(1.0 - latent.cdf(0.3))
    chart.dot(chart.at(0.3, naive), "ring ink")
    chart.label(0.35, told, f"printed above 0.3: 1 − F(0.35) = {told:.3f}", "", (12, 2))
    chart.label(0.3, naive, f"1 − F(0.3) would say {naive:.3f}", "soft", (10, -8))
    chart.label(0.02, 0.93, "latent value", "f-one", (-44, 30))
    chart.label(0.1, float(pmf.survival(1)), "strikes of the ladder", "f-two", (-82, 24))
    return chart.svg()


def pooling() -> str:
    """Draw the pooled probability against ours, for a market at 40 cents."""
    market = 0.40
    chart = Chart(
        f"What is believed when the market says {market:.2f}",
        "Pooled probability against the model's, for three weights of the model.",
        across=(0.0, 1.0),
        upwards=(0.0, 1.0),
        names=("our probability", "pooled"),
    )
    chart.ticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    ours = np.linspace(0.005, 0.995, 199)
    ends = np.array([market])
    low, high = float(near_market(np.zeros(1), ends)[0]), float(near_market(np.ones(1), ends)[0])
    left, top = chart.at(0.0, high)
    right, base = chart.at(1.0, low)
    chart.bar((left, top), right - left, base - top, "f-wash")
    chart.label(
        0.02, high, f"never further than {high - market:.2f} from the market", "soft", (0, 16)
    )
    chart.line((0.0, 1.0), (0.0, 1.0), "ink dash")
    chart.label(0.72, 0.75, "the model at its word", "", (-132, 0))
    for weight, look in ((0.02, "three"), (0.2, "two"), (0.4, "one")):
        pooled = near_market(
            pool_log_odds(ours, np.full_like(ours, market), weight), np.full_like(ours, market)
        )
        chart.line(ours, pooled, look)
        place = 178 if weight == 0.4 else 150
        shift = {0.4: (-14, -8), 0.2: (36, 8), 0.02: (8, 18)}[weight]
        chart.label(ours[place], pooled[place], f"weight {weight:g}", f"f-{look}", shift)
    return chart.svg()


def honesty() -> str:
    """Draw the raw and the honest edge of buying at the worked example's price."""
    terms = FeeTerms.parse("quadratic_with_maker_fees", 1)
    fee = order_fee(terms, Price.parse("0.68"), Contracts.whole(110), Liquidity.MAKER)
    phi = fee.e6 / 1e6 / 110
    chart = Chart(
        f"Buying at {COST:.2f}: what an edge is worth once it is told honestly",
        "Expected value raw and honest against our probability.",
        across=(0.64, 0.76),
        upwards=(-5.0, 8.0),
        names=("our probability, the market heard", "cents a contract"),
    )
    chart.ticks([0.64, 0.66, 0.68, 0.70, 0.72, 0.74, 0.76], [-4, -2, 0, 2, 4, 6, 8])
    p = np.linspace(0.64, 0.76, 121)
    raw = 100.0 * ev_raw(p, COST, phi)
    honest = 100.0 * ev_honest(p, COST, phi, shrink=SHRINK, adverse=ADVERSE)
    chart.line(p, raw, "one")
    chart.line(p, honest, "two")
    chart.line((0.64, 0.76), (100 * LEAST, 100 * LEAST), "three dash")
    traded = float(p[np.argmax(honest >= 100 * LEAST)])
    chart.rule(chart.at(traded, -5.0), chart.at(traded, 100 * LEAST), "three dash")
    chart.label(0.641, 100 * LEAST, f"least edge: {100 * LEAST:g} c", "f-three", (0, -7))
    chart.label(traded, -4.0, f"quoted from {traded:.3f} on", "f-three", (8, 0))
    chart.label(0.725, float(np.interp(0.725, p, raw)), "raw: p − c − φ", "f-one", (-108, -6))
    chart.label(0.725, float(np.interp(0.725, p, honest)), "honest", "f-two", (20, 12))
    return chart.svg()


def fees() -> str:
    """Draw what an order pays per contract, against its price."""
    chart = Chart(
        "What the venue charges for a contract",
        "Fee per contract against price, for makers and takers and for small orders.",
        across=(0.0, 1.0),
        upwards=(0.0, 2.2),
        names=("price, dollars", "cents a contract"),
    )
    chart.ticks([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.5, 1.0, 1.5, 2.0])
    terms = FeeTerms.parse("quadratic_with_maker_fees", 1)
    cents = list(range(1, 100))
    for count, liquidity, look, word in (
        (1, Liquidity.TAKER, "two dash", "one contract, rounded up"),
        (100, Liquidity.TAKER, "two", "taker, an order of 100"),
        (100, Liquidity.MAKER, "one", "maker where makers pay"),
    ):
        paid = [
            order_fee(terms, Price(100 * c), Contracts.whole(count), liquidity, 10_000).e6 / 1e4
            for c in cents
        ]
        paid = [each / count for each in paid]
        chart.line([c / 100 for c in cents], paid, look)
        top = max(paid)
        chart.label(0.5, top, word, f"f-{look.split()[0]} mid", (0, -8))
    free = FeeTerms.parse("quadratic", 1)
    none = max(
        order_fee(free, Price(100 * c), Contracts.whole(100), Liquidity.MAKER).e6 for c in cents
    )
    chart.label(0.5, none, "maker of a series without maker fees", "f-three mid", (0, -8))
    chart.line((0.01, 0.99), (none / 1e4, none / 1e4), "three")
    return chart.svg()


def kelly() -> str:
    """Draw expected growth against the fraction staked, when the probability is right and not."""
    right, worse = 0.74, 0.70
    full = float(kelly_fraction(right, COST))
    staked = KELLY_MULTIPLIER * full
    chart = Chart(
        f"Believed {right}, truly {worse}: full Kelly shrinks the bankroll, a quarter does not",
        "Expected log growth against the fraction of the bankroll that is staked.",
        across=(0.0, 0.45),
        upwards=(-120.0, 110.0),
        names=("fraction of the bankroll staked", "growth per event, basis points"),
    )
    chart.ticks([0.0, 0.1, 0.2, 0.3, 0.4], [-100, -50, 0, 50, 100])
    f = np.linspace(0.0, 0.45, 181)
    for prob, look, word in (
        (right, "one", f"the probability is {right}, as believed"),
        (worse, "two", f"it is only {worse}"),
    ):
        curve = 1e4 * growth(prob, COST, f)
        kept = curve >= -120.0
        chart.line(f[kept], curve[kept], look)
        at = int(np.flatnonzero(kept)[-1] * (0.55 if prob == right else 0.5))
        chart.label(f[at], curve[at], word, f"f-{look}", (-30, -12) if prob == right else (6, -14))
    for fraction, word in ((staked, "a quarter"), (full, "full Kelly"), (2 * full, "twice")):
        chart.rule(chart.at(fraction, -120.0), chart.at(fraction, 110.0), "grid dash")
        chart.dot(chart.at(fraction, 1e4 * float(growth(right, COST, fraction))), "f-one")
        chart.label(fraction, -112.0, f"{word}: {fraction:.3f}", "soft", (5, 0))
    kept_share = float(growth(right, COST, staked) / growth(right, COST, full))
    chart.label(0.06, -85.0, f"a quarter keeps {100 * kept_share:.0f} % of the growth", "")
    return chart.svg()


_AHEAD, _OURS = 313, 110
_PRINTS = (120, 90, 60, 70, 60, 40)
"""Contracts of the worked example's queue and order, and of made-up prints at its price."""


def queue() -> str:
    """Draw an order behind its queue, print by print, as the paper rule fills it."""
    top, row, left = 92, 40, 150
    picture = Picture(
        f"{_AHEAD} contracts were there first: prints use them up before ours are filled",
        "The queue ahead of a resting order and the order itself, after each print.",
        top + row * (len(_PRINTS) + 1) + 8,
    )
    scale = (WIDTH - left - 30) / (_AHEAD + _OURS)
    at = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
    order = PaperOrder(
        Side.NO, Price.parse("0.68"), Contracts.whole(_OURS), Contracts.whole(_AHEAD), at
    )
    for place, count in enumerate((0, *_PRINTS)):
        if count:
            at += timedelta(minutes=5)
            name, price = f"print {place}", Price.parse("0.32")
            trade = Trade(name, "LADDER", at, price, Contracts.whole(count), Side.YES)
            _, order = paper_fills(order, [trade])
        y = float(top + row * place)
        ahead, left_over = order.ahead.e2 / 100, order.unfilled.e2 / 100
        word = f"print of {count}" if count else "placed"
        picture.words((20, y + 18), word, "")
        picture.bar((left, y), max(ahead * scale, 0.0), 26, "f-grid")
        picture.bar((left + ahead * scale, y), left_over * scale, 26, "f-one")
        filled = _OURS - left_over
        x = left + (ahead + left_over) * scale
        picture.bar((x, y), filled * scale, 26, "f-three")
        if filled:
            picture.words((x + filled * scale + 8, y + 18), f"{filled:g} filled", "f-three")
    for x, look, word in (
        (150, "f-grid", "ahead of us"),
        (300, "f-one", "ours, at rest"),
        (450, "f-three", "ours, filled"),
    ):
        picture.bar((x, 54), 14, 14, look)
        picture.words((x + 20, 66), word, "soft")
    return picture.svg()


_ARL0 = UNION_FACTOR * DEFAULT_ARL0["claims"]
_HONEST, _AFTER, _LOST, _SEED = 60, 30, 0.75, 2
"""Made-up units: so many as promised, then so many that earn so many deviations less."""


def guard() -> str:
    """Draw the guard's sum over made-up units, before and after the edge is lost."""
    rng = np.random.default_rng(_SEED)
    units = [*rng.normal(0.0, 1.0, _HONEST), *rng.normal(-_LOST, 1.0, _AFTER)]
    threshold = threshold_for(_ARL0, DEFAULT_K)
    state = CusumState(DEFAULT_K, threshold)
    path = [0.0]
    for place, unit in enumerate(units):
        state = state.update(str(place), float(unit))
        path.append(state.s)
    top = 2.0 * np.ceil(max(*path, threshold) / 2.0)
    chart = Chart(
        "A sum that falls back while the promise is kept, and climbs once it is not",
        "Cumulative sum of the sequential guard over made-up units of news.",
        across=(0.0, float(len(units))),
        upwards=(0.0, top),
        names=("settled units of news (made up)", "S, standard deviations of a unit"),
    )
    chart.ticks([15.0 * n for n in range(7)], [2.0 * n for n in range(int(top / 2) + 1)])
    left, high = chart.at(float(_HONEST), top)
    right, low = chart.at(float(len(units)), 0.0)
    chart.bar((left, high), right - left, low - high, "f-alarm")
    chart.line((0.0, float(len(units))), (threshold, threshold), "three dash")
    chart.line(range(len(path)), path, "one")
    word = f"threshold {threshold:.2f}: one false alarm in {_ARL0} honest units"
    chart.label(1.0, threshold, word, "f-three", (0, -8))
    chart.label(float(_HONEST), top, f"earns {_LOST} deviations less", "soft", (8, 20))
    if state.alarmed_by is not None:
        at = int(state.alarmed_by) + 1
        chart.dot(chart.at(at, path[at]), "f-two", 6)
        chart.label(at, path[at], f"alarm after {at - _HONEST} units", "f-two", (14, 20))
    return chart.svg()


_ACTIONS = (Action.OFFLINE, Action.PAPER, Action.SIM, Action.RAMP, Action.LIVE)


def gate() -> str:
    """Draw which readings an action needs before it is GO."""
    row, top, left = 21, 84, 250
    step = (WIDTH - left - 40) / (len(_ACTIONS) - 1)
    height = top + row * len(ReadingName) + 60
    picture = Picture(
        "One gate: what must have been read, and be sound, before something is done",
        "A table of readings and actions.",
        height,
    )
    for column, action in enumerate(_ACTIONS):
        picture.words((left + column * step, top - 18), action.value, "mid")
    for place, reading in enumerate(ReadingName):
        y = float(top + row * place)
        picture.rule((20, y + 9), (WIDTH - 20, y + 9), "grid")
        picture.words((24, y + 4), reading.value.replace("_", " "), "")
        for column, action in enumerate(_ACTIONS):
            need = needs(action).get(reading)
            at = (left + column * step, y)
            if need is Need.REQUIRED:
                picture.dot(at, "f-one", 5)
            elif need is Need.IF_PRESENT:
                picture.dot(at, "ring one", 4.5)
    y = top + row * len(ReadingName) + 26.0
    picture.dot((30, y - 4), "f-one", 5)
    picture.words(
        (42, y), "required: missing, torn, expired or speaking against it is NO-GO", "soft"
    )
    picture.dot((30, y + 18), "ring one", 4.5)
    picture.words((42, y + 22), "heeded where it exists", "soft")
    return picture.svg()


_WEEK = datetime(2024, 12, 9, tzinfo=UTC)
_DAYS = 5
_CALENDAR = ReleaseCalendar.of(
    Release(wall(day, at), event, reference)
    for day, at, event, reference in (
        (datetime(2024, 12, 11, tzinfo=UTC).date(), time(8, 30), "cpi", "2024-11"),
        (datetime(2024, 12, 12, tzinfo=UTC).date(), time(8, 30), "claims", "2024-12-07"),
        (datetime(2024, 12, 19, tzinfo=UTC).date(), time(8, 30), "claims", "2024-12-14"),
        (datetime(2024, 12, 18, tzinfo=UTC).date(), time(14, 0), "fomc", "2024-12"),
        (datetime(2025, 1, 10, tzinfo=UTC).date(), time(8, 30), "jobs", "2024-12"),
        (datetime(2025, 1, 15, tzinfo=UTC).date(), time(8, 30), "cpi", "2024-12"),
    )
)


def windows() -> str:
    """Draw the freezes and windows of the week of 9 December 2024."""
    top, row, left = 84, 54, 100
    picture = Picture(
        "When each family may be quoted: the week of 9 December 2024, New York time",
        "Freezes and scan windows of the four families.",
        top + row * len(SCHEDULED) + 42,
    )
    first = wall(_WEEK.date(), time(0, 0))
    span = timedelta(days=_DAYS)
    scale = (WIDTH - left - 24) / span.total_seconds()
    for day in range(_DAYS + 1):
        x = left + day * 86_400 * scale
        picture.rule((x, top - 20), (x, top + row * len(SCHEDULED) - 8), "grid")
        if day < _DAYS:
            name = f"{new_york(first + timedelta(days=day)):%a %d}"
            picture.words((x + 43_200 * scale, top - 26), name, "soft mid")
    bonds = bond_calendar(2023, 2025)
    looks = {SeriesState.FROZEN: "f-alarm", SeriesState.WINDOW: "f-three"}
    for place, family in enumerate(SCHEDULED):
        y = float(top + row * place)
        picture.words((20, y + 22), family, "")
        picture.bar((left, y), span.total_seconds() * scale, 34, "f-wash")
        at = first
        while at < first + span:
            phase = family_phase(family, at, calendar=_CALENDAR, bond_days=bonds)
            until = min((phase.until or first + span) + timedelta(seconds=1), first + span)
            if phase.state in looks:
                x = left + (at - first).total_seconds() * scale
                wide = max((until - at).total_seconds() * scale, 2.0)
                picture.bar((x, y), wide, 34, looks[phase.state])
            at = until
    y = top + row * len(SCHEDULED) + 18.0
    for x, look, word in (
        (100, "f-wash", "open: a scan may propose"),
        (296, "f-alarm", "frozen: nothing rests, nothing is sent"),
        (578, "f-three", "scan window"),
    ):
        picture.bar((x, y - 11), 14, 14, look)
        picture.words((x + 20, y + 1), word, "soft")
    return picture.svg()


PICTURES: Mapping[str, Callable[[], str]] = {
    "half-step": half_step,
    "pooling": pooling,
    "honesty": honesty,
    "fees": fees,
    "kelly": kelly,
    "queue": queue,
    "gate": gate,
    "guard": guard,
    "windows": windows,
}


def main(argv: list[str] | None = None) -> int:
    """Write the pictures, or with ``--check`` say which of them are not what the code draws."""
    if "--check" in (sys.argv[1:] if argv is None else argv):
        stale = [
            name
            for name, draw in PICTURES.items()
            if not (path := FOLDER / f"{name}.svg").is_file() or path.read_text() != draw()
        ]
        for name in stale:
            print(f"{name}.svg is not what the code draws: run python -m scripts.draw_concepts")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(draw())
    return 0


if __name__ == "__main__":
    sys.exit(main())
