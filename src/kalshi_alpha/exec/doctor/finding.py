"""What one check found: a word, a sentence, and where something is wrong its cause and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """The end of one check.

    Attributes
    ----------
    name, status
        Which check, and how it ended.
    found
        What was seen, in a sentence.
    cause, remedy
        Why that is trouble, and what to do; empty where there is none.
    """

    name: str
    status: Status
    found: str
    cause: str = ""
    remedy: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look at it."""
        return self.status in {Status.WARN, Status.FAIL}


def ok(name: str, found: str) -> Finding:
    """Return that all is well."""
    return Finding(name, Status.OK, found)


def not_applicable(name: str, found: str) -> Finding:
    """Return that there is nothing to judge here, and why."""
    return Finding(name, Status.NOT_APPLICABLE, found)


def warn(name: str, found: str, cause: str, remedy: str) -> Finding:
    """Return what does not stop anything yet."""
    return Finding(name, Status.WARN, found, cause, remedy)


def fail(name: str, found: str, cause: str, remedy: str) -> Finding:
    """Return what stops the desk, or lets it go wrong."""
    return Finding(name, Status.FAIL, found, cause, remedy)


def worse(name: str, found: str, cause: str, remedy: str, *, trades: bool) -> Finding:
    """Return what stops a desk that trades, and is a warning to one that reads fixtures."""
    return (fail if trades else warn)(name, found, cause, remedy)


def refused(name: str, error: Exception, cause: str, remedy: str) -> Finding:
    """Return what the program itself would refuse, in its words.

    Its errors have their remedy behind a semicolon; where one has none, ``remedy`` is told.
    """
    said, _, own = str(error).partition("; ")
    return fail(name, said, cause, own or remedy)
