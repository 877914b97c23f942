"""Request signatures: the signer against the bare library, a key parsed again, and signing ahead.

    python benchmarks/signing.py [--json FILE] [--rounds N]

The peer of a signed header set is `key.sign` of `cryptography` alone: what no signer can go below.
A client that parses its PEM at every request, as several public ones do, is shown beside it. A set
that was signed ahead on another thread is only taken. The run verifies signatures with the public
key and that each set is used once, never a time.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kalshi_alpha.brokers.kalshi.keys import Credentials, PrivateKey, parse_private_key
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool
from kalshi_alpha.brokers.kalshi.signing import SIGNATURE_HEADER, Signer, signed_text
from kalshi_alpha.config.environment import KalshiEnv

PATH = "/trade-api/v2/portfolio/events/orders"
KEY_ID = "11111111-2222-3333-4444-555566667777"
PER_ROUND = 60
DIGEST = hashes.SHA256()
PSS = padding.PSS(mgf=padding.MGF1(DIGEST), salt_length=32)


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Return the current instant, UTC."""
        return datetime.now(UTC)


class Timed(NamedTuple):
    """Seconds of every call of one contestant."""

    name: str
    seconds: list[float]

    @property
    def median_us(self) -> float:
        """Median in microseconds."""
        return 1e6 * statistics.median(self.seconds)

    @property
    def p99_us(self) -> float:
        """99th percentile in microseconds."""
        return 1e6 * statistics.quantiles(self.seconds, n=100)[98]


def signer(key: PrivateKey) -> Signer:
    """Return a signer of the local exchange's environment."""
    return Signer(Credentials(KEY_ID, key, KalshiEnv.SIM))


def verify(key: rsa.RSAPrivateKey) -> None:
    """Assert that a signature is the key's over exactly the signed text."""
    headers = signer(key).headers("POST", PATH, 1_781_159_360_866)
    signature = base64.b64decode(headers[SIGNATURE_HEADER])
    text = signed_text("POST", PATH, 1_781_159_360_866)
    key.public_key().verify(signature, text, PSS, DIGEST)


def contestants(key: rsa.RSAPrivateKey) -> dict[str, tuple[Callable[[], object], int]]:
    """Return what is timed, and how many calls a round makes of it."""
    small = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    rsa_signer, small_signer = signer(key), signer(small)
    text = signed_text("POST", PATH, 1_781_159_360_866)

    def now_ms() -> int:
        return int(time.time() * 1000)

    def parsed_again() -> object:
        return signer(parse_private_key(pem, "bench")).headers("POST", PATH, now_ms())

    return {
        "bare": (lambda: key.sign(text, PSS, DIGEST), PER_ROUND),
        "rsa": (lambda: rsa_signer.headers("POST", PATH, now_ms()), PER_ROUND),
        "parsed": (parsed_again, 4),
        "bare small": (lambda: small.sign(text), PER_ROUND),
        "small": (lambda: small_signer.headers("POST", PATH, now_ms()), PER_ROUND),
    }


def measure(key: rsa.RSAPrivateKey, rounds: int) -> dict[str, Timed]:
    """Time every contestant, alternating them call by call within a round."""
    calls = contestants(key)
    timed = {name: Timed(name, []) for name in [*calls, "ahead"]}
    for round_ in range(-1, rounds):
        for name, (call, times) in calls.items():
            for _ in range(times):
                begun = time.perf_counter()
                call()
                if round_ >= 0:
                    timed[name].seconds.append(time.perf_counter() - begun)
        timed["ahead"].seconds.extend(taken(signer(key)) if round_ >= 0 else [])
    return timed


def taken(of: Signer) -> list[float]:
    """Fill a pool and time how long each set takes to be taken; no set comes twice."""
    pool = PresignedPool(of, SystemClock(), [("POST", PATH)], depth=16)
    pool.refill()
    seconds: list[float] = []
    seen: set[str] = set()
    while True:
        begun = time.perf_counter()
        headers = pool.take("POST", PATH)
        passed = time.perf_counter() - begun
        if headers is None:
            return seconds
        assert headers[SIGNATURE_HEADER] not in seen
        seen.add(headers[SIGNATURE_HEADER])
        seconds.append(passed)


def table_rows(timed: dict[str, Timed]) -> list[dict[str, str]]:
    """Return the rows of the table; ratios are the peer's median over ours."""
    rows = [
        ("RSA-2048 headers, key parsed once", "<= 5 % over bare", "rsa", "bare"),
        ("RSA-2048 headers, signed ahead", "none set", "ahead", "bare"),
        ("RSA-2048 headers against a key parsed at each request", "none set", "rsa", "parsed"),
        ("Ed25519 headers", "none set", "small", "bare small"),
    ]
    names = {
        "bare": "`key.sign` alone",
        "parsed": "PEM parsed at each request",
        "bare small": "`key.sign` alone",
    }
    return [
        {
            "figure": figure,
            "bar": bar,
            "measured": f"p50 {timed[ours].median_us:.3g} us, p99 {timed[ours].p99_us:.3g} us",
            "peer": f"{names[peer]}: p50 {timed[peer].median_us:.3g} us",
            "ratio": f"{timed[peer].median_us / timed[ours].median_us:.3g}x the peer",
        }
        for figure, bar, ours, peer in rows
    ]


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    verify(key)
    rows = table_rows(measure(key, args.rounds))
    print("| figure | bar | measured | peer | ratio |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(row.values()) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
