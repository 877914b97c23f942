"""``configs/ramp.yaml``: the ramp policy, what counts as evidence, and the declared statistics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.config.loading import Loaded, load
from kalshi_alpha.core.errors import BadParameter, UsageError
from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.core.ramp.figures import EvidenceRule
from kalshi_alpha.core.ramp.size import SizeSteps
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic

NAME = "ramp.yaml"


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which rows count; ``practice`` counts the simulator's, below a root of its own."""

    modes: tuple[LedgerMode, ...]
    practice: bool

    def __post_init__(self) -> None:
        if LedgerMode.OFFLINE in self.modes:
            raise BadParameter("modes cannot name offline, which never counts as evidence")
        if len(set(self.modes)) != len(self.modes):
            raise BadParameter("modes names one mode twice")
        self.rule()

    def rule(self) -> EvidenceRule:
        """Return the rule that picks the rows."""
        return EvidenceRule(frozenset(self.modes), practice=self.practice)


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of every family."""

    min_fills: int
    min_delta_bps: float
    min_t_stat: float
    max_guardrail_breaches: int
    max_unit_share: float
    max_ledger_age_minutes: float
    max_monitors_age_minutes: float

    def __post_init__(self) -> None:
        # Stated as what must hold, so that a NaN fails too.
        if not (self.min_fills >= 0 and self.max_guardrail_breaches >= 0):
            raise BadParameter("min_fills and max_guardrail_breaches must be at least 0")
        if not all(abs(each) < float("inf") for each in (self.min_delta_bps, self.min_t_stat)):
            raise BadParameter("min_delta_bps and min_t_stat must be numbers")
        if not 0.0 < self.max_unit_share <= 1.0:
            raise BadParameter("max_unit_share must lie in (0, 1]")
        ages = (self.max_ledger_age_minutes, self.max_monitors_age_minutes)
        if not all(0.0 < age < float("inf") for age in ages):
            raise BadParameter("ages are minutes above zero")


class Size(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Shares of the pilot's caps, from the first GO to full size."""

    start: float
    proven: float
    full: float

    def __post_init__(self) -> None:
        self.steps()

    def steps(self) -> SizeSteps:
        """Return them as the core takes them."""
        return SizeSteps(self.start, self.proven, self.full)


class FamilyRamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One family's minimum of news, and the statistic that judges it since ``declared_at``."""

    min_units: int
    statistic: Statistic
    declared_at: datetime
    needs_closing_line: bool = False

    def __post_init__(self) -> None:
        if not self.min_units >= 0:
            raise BadParameter("min_units must be at least 0")
        self.declaration()

    def declaration(self) -> Declaration:
        """Return the declaration."""
        return Declaration(self.statistic, self.declared_at)


class Ramp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that ``ramp.yaml`` decides."""

    schema: Literal[1]
    evidence: Evidence
    policy: Policy
    size: Size
    shrink: float
    families: dict[str, FamilyRamp]

    def __post_init__(self) -> None:
        if not 0.0 < self.shrink <= 1.0:
            raise BadParameter("shrink must lie in (0, 1]")

    def limits(self, family: str, policy: Policy, min_units: int | None = None) -> EvidenceLimits:
        """Return what the evidence of one family must reach under a policy."""
        own = self.families[family]
        return EvidenceLimits(
            min_fills=policy.min_fills,
            min_delta_bps=policy.min_delta_bps,
            min_t_stat=policy.min_t_stat,
            min_units=own.min_units if min_units is None else min_units,
            max_guardrail_breaches=policy.max_guardrail_breaches,
            max_unit_share=policy.max_unit_share,
            needs_closing_line=own.needs_closing_line,
        )


_DECLARED = datetime(2022, 1, 1, tzinfo=UTC)
BASELINE_POLICY = Policy(
    min_fills=300,
    min_delta_bps=6.0,
    min_t_stat=2.0,
    max_guardrail_breaches=0,
    max_unit_share=0.2,
    max_ledger_age_minutes=120,
    max_monitors_age_minutes=120,
)
BASELINE = Ramp(
    schema=1,
    evidence=Evidence(modes=(LedgerMode.PAPER, LedgerMode.LIVE), practice=False),
    policy=BASELINE_POLICY,
    size=Size(start=0.25, proven=0.5, full=1.0),
    shrink=0.9,
    families={
        family: FamilyRamp(
            min_units=units,
            statistic=Statistic.CLOSING_LINE,
            needs_closing_line=family == "CPI",
            declared_at=_DECLARED,
        )
        for family, units in (("CPI", 12), ("CLAIMS", 26), ("TNEY", 30), ("WEATHER", 30))
    },
)
"""The policy as it was agreed: no file may be looser."""


def load_ramp(folder: Path) -> Loaded[Ramp]:
    """Read the ramp policy of a configuration folder.

    Raises
    ------
    ConfigError
        If it is absent or wrong.
    """
    return load(folder / NAME, Ramp)


def refuse_practice(ramp: Ramp, env: KalshiEnv | None) -> None:
    """Return unless a root for practice is about to meet a real venue.

    Raises
    ------
    UsageError
        If practice counts as evidence and the environment is ``prod`` or ``demo``.
    """
    if ramp.evidence.practice and env in {KalshiEnv.PROD, KalshiEnv.DEMO}:
        raise UsageError(
            f"configs/{NAME} counts practice as evidence, and KALSHI_ENV is {env}: use another root"
        )


def policy_loosening(found: Policy, base: Policy) -> tuple[str, ...]:
    """Return one line per threshold that is looser than another policy's."""
    lines = []
    for name in base.__struct_fields__:
        value, agreed = getattr(found, name), getattr(base, name)
        # Stated as what must hold, so that a NaN fails too.
        holds = value >= agreed if name.startswith("min_") else value <= agreed
        if not holds:
            lines.append(f"{name}: {value} is looser than {agreed}")
    return tuple(lines)


def ramp_weakening(found: Ramp) -> tuple[str, ...]:
    """Return one line per guardrail of the file that is looser than its baseline."""
    return tuple(f"{NAME}: {line}" for line in _weakening(found, BASELINE))


def _weakening(found: Ramp, base: Ramp) -> Iterator[str]:
    strangers = set(found.evidence.modes) - set(base.evidence.modes)
    if strangers and not found.evidence.practice:
        yield f"evidence.modes: {', '.join(sorted(strangers))} does not count as evidence"
    for line in policy_loosening(found.policy, base.policy):
        yield f"policy.{line}"
    for name in base.size.__struct_fields__:
        if not getattr(found.size, name) <= getattr(base.size, name):
            yield f"size.{name}: {getattr(found.size, name)} is above {getattr(base.size, name)}"
    if found.shrink != base.shrink:
        # A smaller one is no tightening: bin weights are slopes divided by it, so they would rise
        # while sessions still scan at the agreed one.
        yield f"shrink: {found.shrink} is not {base.shrink}, by which sessions scan"
    for family, agreed in base.families.items():
        own = found.families.get(family)
        if own is None:
            yield f"families.{family}: section was deleted"
        else:
            yield from _family(f"families.{family}", own, agreed)


def _family(where: str, found: FamilyRamp, base: FamilyRamp) -> Iterator[str]:
    if not found.min_units >= base.min_units:
        yield f"{where}.min_units: {found.min_units} is below {base.min_units}"
    if base.needs_closing_line and not found.needs_closing_line:
        yield f"{where}.needs_closing_line: false, was true"
    if found.declared_at < base.declared_at:
        yield f"{where}.declared_at: {found.declared_at} is before {base.declared_at}"
    if found.statistic is not base.statistic and found.declared_at <= base.declared_at:
        yield f"{where}.statistic: changed to {found.statistic}, and declared_at was not moved"
