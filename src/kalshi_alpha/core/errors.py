"""Every failure this program raises on purpose, and the exit code each ends a command with.

KalshiAlphaError                 1  anything below, when nothing more exact fits
├── DomainError                  1  an impossible value
│   ├── BadPrice, BadContracts, BadMoney
│   ├── BadStrike, BadMarket, BadLadder
│   ├── InvalidPmf, BadDistribution
│   ├── UnknownFee               1  no fee can be computed, so nothing may be priced
│   ├── Arbitrage                1  prices that admit a riskless profit cannot be sized
│   └── BadParameter
├── UsageError                   2  the command line asks for something impossible
├── ConfigError                  1  a configuration file is missing, unreadable or wrong
│   ├── VenueKeyError               no usable signing key, or one of another environment
│   └── ConfigWeakened           3  a guardrail was loosened below its baseline
├── GateRefusal                  3  the gate said no; carries its reasons
├── DataError                    4  a payload or a stored file cannot be trusted
│   ├── ParseRefused                a driver could not read a payload
│   ├── MissingData, StaleData, FutureData, TornFile, NewerSchema
│   └── FetchFailed
├── VenueError                   5  the exchange said no or said nothing
│   ├── KalshiClockSkewError        our clock is not the exchange's: nothing is signed
│   ├── VenueRefused                it answered a question with a no; carries its code
│   └── VenueUnavailable            it was asked several times and gave no usable answer
└── NotBuilt                     1  the run-book promises it, this version does not have it yet
"""

from __future__ import annotations

_LONGEST_REASON = 400


class KalshiAlphaError(Exception):
    """Base of every error raised on purpose; ``exit_code`` is what a command returns for it."""

    exit_code = 1


class DomainError(KalshiAlphaError, ValueError):
    """An impossible value was about to be built."""


class BadPrice(DomainError):
    """A price outside [0, 1] dollars, or off the 0.0001 dollar grid."""


class BadContracts(DomainError):
    """A contract count that is negative, or finer than 0.01 contract."""


class BadMoney(DomainError):
    """An amount of money finer than 0.000001 dollar, or not a number."""


class BadStrike(DomainError):
    """A strike whose type and bounds do not describe an interval of settlement values."""


class BadMarket(DomainError):
    """A market whose fields contradict each other."""


class BadLadder(DomainError):
    """Markets that do not form one event's ladder."""


class InvalidPmf(DomainError):
    """Probabilities that are negative, not finite, or do not sum to one."""


class BadDistribution(DomainError):
    """Parameters that describe no probability distribution."""


class UnknownFee(DomainError):
    """A fee type or multiplier that is missing or unknown: nothing may be priced with it."""


class Arbitrage(DomainError):
    """Prices that admit a riskless profit: to be reported, never sized."""


class BadParameter(DomainError):
    """A numeric parameter outside the range its formula is valid for."""


class UsageError(KalshiAlphaError):
    """The command line asks for something impossible."""

    exit_code = 2


class ConfigError(KalshiAlphaError):
    """A configuration file is missing, unreadable or wrong."""


class VenueKeyError(ConfigError):
    """There is no usable signing key, or the key belongs to another environment."""


class ConfigWeakened(ConfigError):
    """A guardrail was loosened below its baseline."""

    exit_code = 3


class GateRefusal(KalshiAlphaError):
    """The gate refused; ``reasons`` are the values of the reasons, in order."""

    exit_code = 3

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


class DataError(KalshiAlphaError):
    """A payload or a stored file cannot be trusted."""

    exit_code = 4


class ParseRefused(DataError):
    """A driver could not read a payload: the source, and what was wrong with it.

    The reason may quote the payload, so it is cut to a length that a line can have.
    """

    def __init__(self, source: str, why: str) -> None:
        self.source = source
        self.why = why if len(why) <= _LONGEST_REASON else f"{why[:_LONGEST_REASON]}..."
        super().__init__(f"{source}: {self.why}")


class MissingData(DataError):
    """Something that is needed is not there."""


class StaleData(DataError):
    """Something that is needed is too old."""


class FutureData(DataError):
    """Something carries a date later than the clock."""


class TornFile(DataError):
    """A file is half written or fails its own checks."""


class NewerSchema(DataError):
    """A file was written by a later version of this program."""


class FetchFailed(DataError):
    """A feed could not be fetched."""


class VenueError(KalshiAlphaError):
    """The exchange said no, or said nothing."""

    exit_code = 5


class KalshiClockSkewError(VenueError):
    """Our clock is not the exchange's, or it is not known whether it is: nothing is signed."""


class VenueRefused(VenueError):
    """The exchange answered a question with a no: its HTTP status and its code."""

    def __init__(self, status: int, code: str, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.code = code


class VenueUnavailable(VenueError):
    """The exchange was asked several times and gave no usable answer."""


class NotBuilt(KalshiAlphaError):
    """The run-book promises it and this version does not have it yet."""
