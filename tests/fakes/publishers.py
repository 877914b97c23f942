"""Publishers that answer from memory: what a driver's ``fetch`` is given in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint

Answer = bytes | int
"""A body, or the status of an answer that is no success."""


@dataclass
class Publishers:
    """Answers by the beginning of an address; what is not listed does not answer.

    Attributes
    ----------
    answers
        The first entry whose key an address begins with is its answer.
    settings
        Keys and addresses of the desk.
    asked
        Every address that was asked for, in order.
    posted
        What was sent by POST, in order.
    """

    answers: Mapping[str, Answer]
    settings: Mapping[str, str] = field(default_factory=dict)
    stations: tuple[str, ...] = ()
    clock: datetime = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    asked: list[str] = field(default_factory=list)
    posted: list[object] = field(default_factory=list)

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Answer a GET, refusing hosts that are not the feed's."""
        del headers
        assert urlsplit(url).scheme == "https"
        assert urlsplit(url).hostname in endpoint.hosts, url
        self.asked.append(url)
        for beginning, answer in self.answers.items():
            if url.startswith(beginning):
                if isinstance(answer, int):
                    raise FetchFailed(f"{endpoint.source}: {url}: HTTP {answer}")
                return answer
        raise FetchFailed(f"{endpoint.source}: {url}: no answer")

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        """Answer a POST and remember what was sent."""
        self.posted.append(json if form is None else dict(form))
        return self.get(endpoint, url)

    def now(self) -> datetime:
        """Return the clock, a second later with each call."""
        self.clock += timedelta(seconds=1)
        return self.clock

    def secret(self, name: str) -> str | None:
        """Return a setting of the desk."""
        return self.settings.get(name)
