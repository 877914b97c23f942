"""One setting of everything that a backtest may be told, and grids of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.fees import FeeType
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.proposals.policy import Pooling, ScanPolicy
from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.chain import ReplayRules
from kalshi_alpha.core.replay.clocks import from_us
from kalshi_alpha.core.replay.kernels_columns import QueueRule
from kalshi_alpha.exec.scan_options import ScanOptions, decimal_option

_SECOND_US = 1_000_000
_CENT_E4 = 100
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_NO_TIME = from_us(0)
_ACTIONS: dict[str, Action | None] = {"paper": Action.PAPER, "money": Action.LIVE, "off": None}
_QUEUES = {each.name.lower(): each for each in QueueRule}
_LONG = 1_000_000.0
_LEAST_EVERY = 0.01
"""Minutes; closer decisions, such as none apart, would have no end."""
RANGES: dict[str, tuple[float, float]] = {
    "min_ev": (0.0, 1.0),
    "ev_honesty_shrink": (0.0, 1.0),
    "kelly_cap": (0.0, 1.0),
    "max_var": (0.0, 1e9),
    "pool_weight": (0.0, 1.0),
    "max_spread_cents": (0.0, 100.0),
    "place_seconds": (0.0, _LONG),
    "cancel_seconds": (0.0, _LONG),
    "touch_minutes": (0.0, _LONG),
    "ahead_share": (0.0, 1_000.0),
    "every_minutes": (0.0, _LONG),
    "forecast_shift": (-1_000, 1_000),
    "forecast_hours": (0.0, _LONG),
    "baseline_contracts": (1, 1_000_000),
    "baseline_edge_cents": (-100.0, 100.0),
}
"""Of numbers, what is allowed; a configured cap may be lower yet."""
_EXACT = ("bankroll", "contracts")
"""Numbers that are read as decimals, empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What ``--set`` and ``--grid`` may change; the defaults are those of a run.

    Attributes
    ----------
    min_ev, ev_honesty_shrink, kelly_cap, bankroll, max_var, contracts, pool
        As the flags of a scan; no cap can be loosened.
    pool_weight
        Weight of our forecast in the pool; None for the family's prior.
    max_spread_cents
        Widest touch that is quoted.
    place_seconds, cancel_seconds
        Until an order rests, and until it is gone.
    touch_minutes
        How old a touch that prints show may be.
    any_taker
        Whether, with prints alone, one through the price fills whichever side its taker bought.
    ahead_share
        Share of the size shown that is ahead of us.
    queue
        With depth, who is taken to leave when a level shrinks without prints: a `QueueRule`.
    every_minutes
        How often a window decides anew; 0 for once.
    trade_without_skill
        Whether forecasts without skill, such as climatology, are traded all the same.
    forecast_shift
        Steps of the settlement grid by which every forecast is moved.
    forecast_hours
        How long a forecast is believed; 0 for as long as the family does.
    gate
        Whom the gate is asked for: ``paper``; ``money``, for which monitors stop too; or ``off``,
        which leaves windows and the tolerances of a scan.
    fee_type
        A fee formula in the place of the series' own; empty for its own.
    baseline_contracts, baseline_edge_cents
        Size of a baseline order, and the edge asked of the mid.
    """

    min_ev: float = 0.005
    ev_honesty_shrink: float = 0.9
    kelly_cap: float | None = None
    bankroll: str = ""
    max_var: float | None = None
    contracts: str = ""
    pool: bool = True
    pool_weight: float | None = None
    max_spread_cents: float = 20.0
    place_seconds: float = 2.0
    cancel_seconds: float = 2.0
    touch_minutes: float = 30.0
    any_taker: bool = True
    ahead_share: float = 1.0
    queue: str = "nobody_leaves"
    every_minutes: float = 0.0
    trade_without_skill: bool = False
    forecast_shift: int = 0
    forecast_hours: float = 0.0
    gate: str = "paper"
    fee_type: str = ""
    baseline_contracts: int = 10
    baseline_edge_cents: float = 2.0

    def __post_init__(self) -> None:
        if self.fee_type and self.fee_type not in {each.value for each in FeeType}:
            kinds = ", ".join(each.value for each in FeeType)
            raise UsageError(f"fee_type={self.fee_type}: there are {kinds}")
        if self.gate not in _ACTIONS:
            raise UsageError(f"gate={self.gate}: there are {', '.join(_ACTIONS)}")
        if self.queue not in _QUEUES:
            raise UsageError(f"queue={self.queue}: there are {', '.join(_QUEUES)}")
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:  # NaN is in no range
                said = f"{value:g}" if isinstance(value, float) else value
                raise UsageError(f"{name} takes {_allowed(name)}, was {said}")
        if 0.0 < self.every_minutes < _LEAST_EVERY:
            raise UsageError(
                f"every_minutes takes 0 or at least {_LEAST_EVERY}, was {self.every_minutes:g}"
            )
        for name in _EXACT:
            text = getattr(self, name)
            number = decimal_option(name, text or None)
            if number is not None and not (number.is_finite() and number > 0):
                raise UsageError(f"{name} takes {_allowed(name)}, was {text}")

    @property
    def options(self) -> ScanOptions:
        """The flags of a scan."""
        return ScanOptions(
            contracts=decimal_option("contracts", self.contracts or None),
            kelly_cap=self.kelly_cap,
            bankroll_usd=decimal_option("bankroll", self.bankroll or None),
            min_ev=self.min_ev,
            ev_honesty_shrink=self.ev_honesty_shrink,
            max_var_usd=self.max_var,
            pool=self.pool,
        )

    def policy(self, settings: Settings) -> ScanPolicy:
        """Return the scan's policy, whose clock and pool weights each decision replaces.

        Raises
        ------
        UsageError
            If a value is out of range or would loosen a configured cap.
        """
        policy = self.options.policy(settings, COLD_START_ALPHA, _NO_TIME)
        pooling = Pooling(weights={}) if self.pool else None
        spread_e4 = round(self.max_spread_cents * _CENT_E4)
        return replace(policy, pooling=pooling, max_spread_e4=spread_e4)

    @property
    def rules(self) -> ReplayRules:
        """How orders travel and fill."""
        return ReplayRules(
            place_us=round(self.place_seconds * _SECOND_US),
            cancel_us=round(self.cancel_seconds * _SECOND_US),
            inferred_age_us=round(self.touch_minutes * 60 * _SECOND_US),
            any_taker=self.any_taker,
            ahead_share=self.ahead_share,
            queue=_QUEUES[self.queue],
            every=timedelta(minutes=self.every_minutes) if self.every_minutes else None,
            trade_without_skill=self.trade_without_skill,
        )

    @property
    def action(self) -> Action | None:
        """What the gate is asked for; None to ask it for nothing that the past decides."""
        return _ACTIONS[self.gate]

    @property
    def baseline_rules(self) -> BaselineRules:
        """How baselines quote."""
        return BaselineRules(
            count_e2=self.baseline_contracts * 100,
            edge_e4=round(self.baseline_edge_cents * _CENT_E4),
        )


_KINDS: dict[str, str] = {each.name: str(each.type) for each in fields(Variant)}


def with_values(variant: Variant, pairs: Iterable[str], flag: str = "--set") -> Variant:
    """Return a variant with ``name=value`` settings changed.

    Parameters
    ----------
    variant, pairs
        What is changed, and how.
    flag
        Where the pairs come from, for messages.

    Raises
    ------
    UsageError
        If a name is unknown, or a value cannot be read or is not allowed.
    """
    try:
        return replace(variant, **{name: _read(name, text) for name, text in map(_split, pairs)})
    except UsageError as error:
        raise UsageError(f"{flag} {error}") from error


def grid_of(variant: Variant, axes: Sequence[str]) -> list[tuple[str, Variant]]:
    """Return every combination of ``name=a,b,c`` axes with its name, in the order given.

    Raises
    ------
    UsageError
        If an axis is named twice, or one of its values cannot be read or is not allowed.
    """
    names = [axis.partition("=")[0] for axis in axes]
    if len(set(names)) != len(names):
        raise UsageError("--grid names one setting twice; give all its values at once")
    values = [
        [f"{name}{equals}{each}" for each in text.split(",")]
        for name, equals, text in (axis.partition("=") for axis in axes)
    ]
    return [(" ".join(cell), with_values(variant, cell, "--grid")) for cell in product(*values)]


def _split(pair: str) -> tuple[str, str]:
    name, equals, text = pair.partition("=")
    if not equals or name not in _KINDS:
        raise UsageError(f"{pair}: give name=value; names are {', '.join(_KINDS)}")
    return name, text


def _read(name: str, text: str) -> Any:
    kind = _KINDS[name]
    try:
        if kind == "bool":
            return _truth(text)
        if kind == "int":
            return int(text)
        if kind.startswith("float"):
            return float(Decimal(text))
    except (ArithmeticError, ValueError) as error:
        raise UsageError(f"{name} takes {_allowed(name)}, was {text!r}") from error
    return text


def _allowed(name: str) -> str:
    """Say in words which values a setting takes."""
    if name in _EXACT:
        return "a number above 0"
    if _KINDS[name] == "bool":
        return "on or off"
    low, high = RANGES[name]
    whole = "whole " if _KINDS[name] == "int" else ""
    return f"a {whole}number from {low:,.0f} to {high:,.0f}"


def _truth(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE
