"""How much a caller may ask: token buckets that refill continuously and refuse when short.

Reads and writes have a bucket each, requests cost tokens, a batch costs as much as its items
one by one, and the balance has a bucket of its own. Callers without a signature share one small
bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter

DEFAULT_COST = 10
CANCEL_COST = 2
_E6 = 1_000_000


@dataclass(frozen=True, slots=True)
class UsageTier:
    """What an account's level allows, in tokens and tokens per second.

    Attributes
    ----------
    name
        As ``GET /account/limits`` shows it.
    read_refill, read_capacity, write_refill, write_capacity
        Of the two buckets.
    balance_refill
        Reads of the balance per second; that bucket holds no burst.
    """

    name: str
    read_refill: int
    read_capacity: int
    write_refill: int
    write_capacity: int
    balance_refill: int


# The venue's page of September 2026: the read bucket of the two lower levels and the write
# bucket of Advanced hold three seconds of budget, Basic's write bucket holds one.
BASIC = UsageTier("basic", 200, 600, 100, 100, 1)
ADVANCED = UsageTier("advanced", 300, 900, 300, 900, 1)
EXPERT = UsageTier("expert", 600, 600, 600, 1_800, 5)
PREMIER = UsageTier("premier", 1_200, 1_200, 1_200, 3_600, 5)
TIERS = {tier.name: tier for tier in (BASIC, ADVANCED, EXPERT, PREMIER)}
UNSIGNED_PER_S = 4


class Bucket(StrEnum):
    """Which bucket a request draws from."""

    READ = "read"
    WRITE = "write"
    BALANCE = "balance"


class TokenBucket:
    """Tokens that come back at a steady rate, up to a capacity.

    Parameters
    ----------
    refill
        Tokens per second.
    capacity
        Most that are held; the bucket begins full.

    Raises
    ------
    BadParameter
        If either is not positive.
    """

    def __init__(self, refill: int, capacity: int) -> None:
        if refill <= 0 or capacity <= 0:
            raise BadParameter(f"a bucket needs tokens, was {refill}/s up to {capacity}")
        self._refill = refill
        self._capacity_e6 = capacity * _E6
        self._held_e6 = self._capacity_e6
        self._seen_at: datetime | None = None

    def take(self, cost: int, at: datetime) -> bool:
        """Take tokens and say True, or take none and say False.

        Time that runs backwards refills nothing.
        """
        if self._seen_at is not None and at > self._seen_at:
            passed = at - self._seen_at
            gained = (passed.days * 86_400 + passed.seconds) * _E6 + passed.microseconds
            self._held_e6 = min(self._capacity_e6, self._held_e6 + gained * self._refill)
        self._seen_at = at if self._seen_at is None else max(self._seen_at, at)
        if self._held_e6 < cost * _E6:
            return False
        self._held_e6 -= cost * _E6
        return True


class RateLimiter:
    """The buckets of every account, and the one that unsigned callers share.

    Parameters
    ----------
    tier
        Of every account that has none of its own.
    """

    def __init__(self, tier: UsageTier = BASIC) -> None:
        self._tier = tier
        self._tiers: dict[str, UsageTier] = {}
        self._buckets: dict[tuple[str, Bucket], TokenBucket] = {}
        self._unsigned = TokenBucket(UNSIGNED_PER_S, UNSIGNED_PER_S)

    def tier(self, account_id: str) -> UsageTier:
        """Return an account's level."""
        return self._tiers.get(account_id, self._tier)

    def promote(self, account_id: str, tier: UsageTier) -> None:
        """Give an account another level; its buckets begin full."""
        self._tiers[account_id] = tier
        for bucket in Bucket:
            self._buckets.pop((account_id, bucket), None)

    def allows(self, account_id: str | None, bucket: Bucket, cost: int, at: datetime) -> bool:
        """Charge a request to its bucket and say whether it was covered."""
        if account_id is None:
            return self._unsigned.take(1, at)
        held = self._buckets.get((account_id, bucket))
        if held is None:
            held = self._buckets[account_id, bucket] = _fresh(self.tier(account_id), bucket)
        return held.take(1 if bucket is Bucket.BALANCE else cost, at)


def _fresh(tier: UsageTier, bucket: Bucket) -> TokenBucket:
    match bucket:
        case Bucket.READ:
            return TokenBucket(tier.read_refill, tier.read_capacity)
        case Bucket.WRITE:
            return TokenBucket(tier.write_refill, tier.write_capacity)
        case Bucket.BALANCE:
            return TokenBucket(tier.balance_refill, tier.balance_refill)
