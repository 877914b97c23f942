from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kalshi_alpha.dev import sanity_check

KEY_ID = "11111111-2222-3333-4444-555566667777"
BALANCE = b'{"balance":9801,"balance_dollars":"98.0186","portfolio_value":0,"updated_ts":1}'
MARKETS = b'{"markets":[],"cursor":""}'


@contextmanager
def exchange(seen: list[str]) -> Iterator[str]:
    """Answer the time, balance and markets on loopback, a connection each, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5.0)

    def serve() -> None:
        for _ in range(3):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                line = connection.recv(65536).decode().split("\r\n")[0]
                seen.append(line)
                body = BALANCE if "balance" in line else MARKETS
                if "/sim/state" in line:
                    body = json.dumps({"now": datetime.now(UTC).isoformat()}).encode()
                head = (
                    "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                    f"Date: {formatdate(usegmt=True)}\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                connection.sendall(head.encode() + body)

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        serving.join(10.0)


def desk(root: Path, url: str = "") -> dict[str, str]:
    pem = root / "sim.key.txt"
    pem.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    pem.chmod(0o600)
    return {
        "KALSHI_ALPHA_HOME": str(root),
        "KALSHI_SIM_URL": url,
        "KALSHI_SIM_API_KEY_ID": KEY_ID,
        "KALSHI_SIM_PRIVATE_KEY_PEM_PATH": str(pem),
    }


def test_two_questions_reach_the_local_exchange(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []
    with exchange(seen) as url:
        code = sanity_check.main(["--live-smoke", "--env", "sim", "--json"], desk(tmp_path, url))
    printed = capsys.readouterr()
    assert code == 0, printed
    assert seen == [
        "GET /sim/state HTTP/1.1",
        "GET /trade-api/v2/portfolio/balance HTTP/1.1",
        "GET /trade-api/v2/markets?mve_filter=exclude&limit=1 HTTP/1.1",
    ]
    smoke = json.loads(printed.out)
    assert [answer["ok"] for answer in smoke["answers"]] == [True, True]
    assert abs(smoke["skew_s"]) < 2.0
    assert KEY_ID not in printed.out + printed.err


def test_a_venue_that_is_not_there_is_exit_code_5(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = desk(tmp_path, f"http://127.0.0.1:{port}") | {"KALSHI_ENV": "sim"}
    assert sanity_check.main(["--live-smoke"], environ) == 5
    (line,) = capsys.readouterr().err.splitlines()
    assert f"no exchange answers at http://127.0.0.1:{port}" in line


@pytest.mark.parametrize(
    ("argv", "change", "code", "message"),
    [
        (["--live-smoke"], {}, 2, "needs --env prod|demo|sim"),
        (["--env", "demo"], {}, 2, "give both"),
        (["--live-smoke", "--env", "sim"], {"KALSHI_SIM_URL": ""}, 1, "KALSHI_SIM_URL is not set"),
        (["--live-smoke", "--env", "sim"], {"KALSHI_SIM_API_KEY_ID": ""}, 1, "is not set"),
        (
            ["--live-smoke", "--env", "sim"],
            {"KALSHI_SIM_URL": "http://10.0.0.1:1"},
            1,
            "not on loopback",
        ),
        (["--root", "/nonexistent/x"], {}, 2, "not a folder"),
    ],
)
def test_what_is_missing_is_one_line_with_its_remedy(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    change: dict[str, str],
    code: int,
    message: str,
) -> None:
    environ = desk(tmp_path, "http://127.0.0.1:9") | change
    assert sanity_check.main(argv, environ) == code
    said = capsys.readouterr().err
    assert said.startswith("sanity_check: ")
    assert message in said
    assert said.count("\n") == 1


def test_without_flags_the_tree_is_looked_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "configs").mkdir()
    planted = tmp_path / "configs" / "series.yaml"
    planted.write_text("series: []\n")
    environ = {"KALSHI_ALPHA_HOME": str(tmp_path)}
    assert sanity_check.main([], environ) == 0
    assert "no secrets" in capsys.readouterr().out
    secret = "hunter" + "2hunter3"
    planted.write_text(f"password: {secret}\n")
    assert sanity_check.main([], environ) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("configs/series.yaml:1: value of password\n")
    assert secret not in printed
    assert sanity_check.main(["--json"], environ) == 1
    assert json.loads(capsys.readouterr().out)["findings"] == [
        {"path": "configs/series.yaml", "line": 1, "kind": "value of password"}
    ]
