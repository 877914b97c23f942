from __future__ import annotations

from pathlib import Path

from kalshi_alpha.exec.doctor.credentials import key_file, keys_apart, secret_files
from kalshi_alpha.exec.doctor.finding import Status


def named(path: Path, env: str = "DEMO", key_id: str = "key-1") -> dict[str, str]:
    return {
        f"KALSHI_{env}_API_KEY_ID": key_id,
        f"KALSHI_{env}_PRIVATE_KEY_PEM_PATH": str(path),
    }


def key(folder: Path, name: str = "key.pem", size: int = 64, mode: int = 0o600) -> Path:
    path = folder / name
    path.write_bytes(b"x" * size)
    path.chmod(mode)
    return path


def test_a_dotenv_file_is_closed_to_group_and_others(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert secret_files([path]).status is Status.NOT_APPLICABLE
    path.write_text("")
    for mode, status in ((0o600, Status.OK), (0o640, Status.FAIL), (0o604, Status.FAIL)):
        path.chmod(mode)
        found = secret_files([path])
        assert found.status is status
    assert found.remedy == f"chmod 600 {path}"


def test_a_key_file_is_judged_as_whoever_loads_it_does(tmp_path: Path) -> None:
    assert key_file({}).status is Status.NOT_APPLICABLE
    assert key_file(named(key(tmp_path))).status is Status.OK
    (tmp_path / "link.pem").symlink_to(tmp_path / "key.pem")
    for wrong, said in (
        (key(tmp_path, "open.pem", mode=0o640), "must be closed to others"),
        (tmp_path / "link.pem", "symbolic link"),
        (key(tmp_path, "empty.pem", size=0), "0 bytes"),
        (key(tmp_path, "large.pem", size=20_000), "20000 bytes"),
        (tmp_path / "absent.pem", "No such file"),
        (Path("key.pem"), "must be absolute"),
    ):
        found = key_file(named(wrong))
        assert found.status is Status.FAIL
        assert said in f"{found.found}; {found.remedy}"


def test_half_a_key_is_named_by_the_half_that_is_missing() -> None:
    found = key_file({"KALSHI_API_KEY_ID": "key-1"})
    assert found.status is Status.FAIL
    assert found.remedy == "set KALSHI_PRIVATE_KEY_PEM_PATH"


def test_two_environments_have_two_keys(tmp_path: Path) -> None:
    assert keys_apart({}).status is Status.NOT_APPLICABLE
    one, other = key(tmp_path), key(tmp_path, "other.pem")
    apart = named(one) | named(other, "PROD", "key-2")
    assert keys_apart(apart).found == "2 named, each for one environment"
    assert keys_apart(named(one) | named(other, "PROD")).status is Status.FAIL
    assert keys_apart(named(one) | named(one, "PROD", "key-2")).status is Status.FAIL
