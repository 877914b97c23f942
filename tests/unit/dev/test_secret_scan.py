from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha512
from pathlib import Path

import pytest

from kalshi_alpha.core.redaction import names
from kalshi_alpha.core.redaction.shapes import find_secrets
from kalshi_alpha.dev.secret_scan import Finding, scan_text, scan_tree

REPO = Path(__file__).resolve().parents[3]
# Made up, and put together here so that this file holds none of them.
BEGIN, END = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
OPAQUE = "a1b2c3d4" + "e5f6g7h8i9"
JWT = "ey" + "JhbGciOiJSUzI1NiJ9." + "ey" + "JzdWIiOiJkZXNrIn0.c2lnbmF0"
UUID = "8f14e45f" + "-ceea-467f-9575-23dd5a01c9a2"

SECRET_WORDS = {
    *names._SECRET,
    *names._TEXT_SECRET,
    *names._GLUED,
    *(sign.join(pair) for pair in (*names._PAIRS, *names._PARTED) for sign in "_-"),
}


def kinds(text: str, *, settings: bool) -> list[str]:
    return [finding.kind for finding in scan_text("f", text, settings=settings)]


def test_the_repository_holds_no_secret() -> None:
    scanned = scan_tree(REPO)
    # A developer's own dotenv files are no part of it.
    assert [f for f in scanned.findings if not f.path.startswith(".env")] == []
    assert scanned.files > 300


@pytest.mark.parametrize(
    "text",
    [
        f"{BEGIN}\nMIIEowIBAAKCAQEA\n{END}\n",
        f'PEM = """{BEGIN}\nMIIEowIBAAKCAQEA\n{END}"""',
        f'pem = "{BEGIN}\\nMIIEowIBAAKCAQEA\\n{END}"',
        f'pem = (\n    "{BEGIN}\\n"\n    "MIIEowIBAAKCAQEA\\n"\n',
        f"{BEGIN}\nProc-Type: 4,ENCRYPTED\n",
    ],
    ids=["a file", "a literal of lines", "a literal in a line", "parts", "encrypted"],
)
@pytest.mark.parametrize("settings", [True, False])
def test_a_private_key_is_found_anywhere(text: str, *, settings: bool) -> None:
    assert kinds(text, settings=settings) == ["private key"]


@pytest.mark.parametrize("line", [f'assert pem.startswith("{BEGIN}")', f'LOOKED_FOR = b"{BEGIN}"'])
def test_what_looks_for_a_key_is_none(line: str) -> None:
    assert kinds(f"{line}\nassert pem\n", settings=False) == []


@pytest.mark.parametrize("settings", [True, False])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"auth: Bearer {OPAQUE}", "credential"),
        (f"x = '{JWT}'", "JWT"),
        ("url: https://hooks.slack.com/services/" + "T0/B0/abc", "webhook"),
        ("k: AKIA" + "ABCDEFGHIJKLMNOP", "provider token"),
    ],
)
def test_a_secret_of_a_known_shape_is_found_anywhere(
    text: str, kind: str, *, settings: bool
) -> None:
    assert kinds(text, settings=settings) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        f"kalshi_api_key_id: {UUID}",
        f"KALSHI_API_KEY_ID={UUID}",
        f'"api_key": "{OPAQUE}"',
        "password = hunter2",
        f"  secret: {OPAQUE}",
    ],
)
def test_in_settings_every_value_with_a_secrets_name_counts(line: str) -> None:
    assert len(kinds(line, settings=True)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "KALSHI_API_KEY_ID=<your-api-key-id>",
        "api_key: ${BLS_API_KEY}",
        "password: changeme",
        "api_key: ''",
        "token: xxxxxxxx",
        "private_key: /etc/kalshi/private.pem",
        "LoadCredential=kalshi_prod_private_key:/etc/kalshi-alpha/kalshi_prod_private_key",
        "signature: required",
    ],
)
def test_a_placeholder_is_no_secret(line: str) -> None:
    assert kinds(line, settings=True) == []


def test_in_sources_a_literal_counts_if_it_looks_random() -> None:
    assert kinds(f'API_KEY_ID = "{UUID}"', settings=False) == ["value of API_KEY_ID"]
    for line in (
        "key_id = credentials.key_id",
        'KEY_ID = "11111111-2222-3333-4444-555566667777"',
        'password = "a word or two"',
        "api_key = settings.secret(BLS_API_KEY)",
    ):
        assert kinds(line, settings=False) == []


def test_a_finding_names_the_place_and_never_the_secret(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "a.yaml").write_text(f"x: 1\napi_key: {OPAQUE}\n")
    scanned = scan_tree(tmp_path)
    assert scanned.findings == (Finding("configs/a.yaml", 2, "value of api_key"),)
    assert str(scanned.findings[0]) == "configs/a.yaml:2: value of api_key"
    assert OPAQUE not in repr(scanned)


def test_a_key_file_in_the_tree_is_a_finding_whatever_it_holds(tmp_path: Path) -> None:
    (tmp_path / "mine.pem").write_text("")
    assert [str(f) for f in scan_tree(tmp_path).findings] == [
        "mine.pem:1: a key file inside the tree"
    ]


@pytest.mark.parametrize(("mode", "found"), [(0o600, 0), (0o400, 0), (0o644, 1), (0o640, 1)])
def test_of_a_dotenv_file_only_the_mode_is_looked_at(tmp_path: Path, mode: int, found: int) -> None:
    dotenv = tmp_path / ".env.local"
    dotenv.write_text(f"KALSHI_API_KEY_ID={UUID}\n")
    dotenv.chmod(mode)
    findings = scan_tree(tmp_path).findings
    assert len(findings) == found
    assert all("chmod 600" in finding.kind for finding in findings)


def test_what_runs_made_and_what_is_no_text_is_passed_over(tmp_path: Path) -> None:
    for folder in ("data", "reports", ".venv", ".git", "x/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.yaml").write_text(f"api_key: {OPAQUE}\n")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\0\1 api_key: " + OPAQUE.encode())
    (tmp_path / "link.yaml").symlink_to(tmp_path / "data" / "a.yaml")
    assert scan_tree(tmp_path).findings == ()


PEM = f"{BEGIN}\nMIIEowIBAAKCAQEA\n{END}\n"
PLANTED = {
    "prod-key.bak": PEM.encode(),
    "prod-key": PEM.encode(),
    "y.js": f"const k = `{PEM}`;".encode(),
    "x.csv": f'id,pem\n1,"{PEM}"'.encode(),
    "c.yaml.orig": f"api_key: {OPAQUE}\n".encode(),
    "c.yaml~": f"api_key: {OPAQUE}\n".encode(),
    "u.txt": f"word\n{PEM}".encode("utf-16"),
    "v.txt": f"word\n{PEM}".encode("utf-16-be"),
    "w.yaml": f"api_key: {OPAQUE}\n".encode("utf-16"),
    "zeros.yaml": b"\0api_key: " + OPAQUE.encode(),
    "long.txt": b"a line of words\n" * 140_000 + PEM.encode(),
    "one-line.json": b'{"a": "' + b"word " * 10_000 + f'", "b": "{JWT}"}}'.encode(),
    "blob.bin": b"\0\1\2" * 50 + PEM.encode() + b"\0\3",
    "table.sqlite": b"SQLite format 3\0\1" + PEM.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_whatever_the_file_is_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PLANTED[name])
    (finding,) = scan_tree(tmp_path).findings
    assert finding.path == name
    assert OPAQUE not in finding.kind


@pytest.mark.parametrize("name", ["mine.pem", "mine.key.bak", "mine.p8~", "mine.pfx.old"])
def test_a_copy_of_a_key_file_is_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    assert [f.kind for f in scan_tree(tmp_path).findings] == ["a key file inside the tree"]


@pytest.mark.parametrize("name", sorted(SECRET_WORDS))
@pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
def test_no_name_of_a_secret_is_passed_over_unread(name: str, write: Callable[[str], str]) -> None:
    assert kinds(f"{write(name)}={OPAQUE}", settings=True) == [f"value of {write(name)}"]


@pytest.mark.parametrize(
    "line",
    [
        *("https://dis" + "cord.com/api/v9/webhooks/1/x", "tgram" + "://1234567:abcdefgh/12"),
        *("ghq_" + "a1B2" * 9, "sk_live_" + OPAQUE, "xoxb-" + OPAQUE, "AKIA" + "Q" * 16),
        *("AIza" + "Sy" + "D9q" * 11, "123456789:" + "aB3-x" * 7, "/bot12345:" + OPAQUE),
        *("/hooks/" + OPAQUE, "/with/key/" + OPAQUE, "basic%20" + OPAQUE),
        *("bearer " + "qwxzkvbnmpdf", "x://desk:" + "hunter2@db"),
        b64encode(sha512(b"made up").digest()).decode(),
    ],
)  # fmt: skip
def test_no_shape_of_a_secret_is_passed_over_unread(line: str) -> None:
    assert list(find_secrets(line))
    assert kinds(line, settings=True)
