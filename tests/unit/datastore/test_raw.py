from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.packing import pack
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.raw import RawStore

AT = datetime(2025, 6, 11, 12, 45, tzinfo=UTC)
# printf 'abc' | sha256sum
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def raw(tmp_path: Path) -> RawStore:
    return RawStore(Paths(tmp_path))


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_a_payload_lies_by_utc_day_under_the_hash_of_its_bytes(
    raw: RawStore, tmp_path: Path
) -> None:
    tokyo = timezone(timedelta(hours=9))
    receipt = raw.keep(Payload("feed", b"abc", AT.astimezone(tokyo)), "json")
    assert receipt.sha256 == ABC
    assert (tmp_path / f"data/raw/feed/2025/06/11/{ABC}.json").read_bytes() == b"abc"


def test_keeping_the_same_payload_again_changes_nothing(raw: RawStore, tmp_path: Path) -> None:
    raw.keep(Payload("feed", b"abc", AT), "json")
    before = files(tmp_path)
    raw.keep(Payload("feed", b"abc", AT), "json")
    assert files(tmp_path) == before


def test_a_damaged_copy_is_mended_when_the_payload_comes_again(
    raw: RawStore, tmp_path: Path
) -> None:
    raw.keep(Payload("feed", b"abc", AT), "json")
    target = tmp_path / f"data/raw/feed/2025/06/11/{ABC}.json"
    target.write_bytes(b"ab")
    raw.keep(Payload("feed", b"abc", AT), "json")
    assert target.read_bytes() == b"abc"


def test_payloads_come_back_in_order_of_receipt(raw: RawStore) -> None:
    sent = [Payload("feed", body, AT + timedelta(hours=h)) for h, body in ((20, b"b"), (0, b"c"))]
    sent.append(Payload("feed", b"c", AT + timedelta(hours=2)))
    for payload in sent:
        raw.keep(payload, "json")
    raw.keep(Payload("other", b"x", AT), "json")
    found = [(p.body, p.retrieved_at) for p in raw.payloads("feed")]
    assert [r.retrieved_at for r in raw.receipts("feed")] == sorted(p.retrieved_at for p in sent)
    assert found == sorted(((p.body, p.retrieved_at) for p in sent), key=lambda pair: pair[1])


def test_a_payload_that_lost_bytes_is_refused_on_reading(raw: RawStore, tmp_path: Path) -> None:
    raw.keep(Payload("feed", b"abc", AT), "json")
    (tmp_path / f"data/raw/feed/2025/06/11/{ABC}.json").write_bytes(b"ab")
    with pytest.raises(TornFile, match="hash"):
        list(raw.payloads("feed"))


def test_a_torn_list_of_receipts_is_refused(raw: RawStore, tmp_path: Path) -> None:
    raw.keep(Payload("feed", b"abc", AT), "json")
    with (tmp_path / "data/raw/feed/2025/06/11/received.jsonl").open("a") as file:
        file.write('{"file": ')
    with pytest.raises(TornFile, match=r"received\.jsonl"):
        raw.keep(Payload("feed", b"abc", AT), "json")


def test_a_payload_that_housekeeping_compressed_reads_and_keeps_as_before(
    raw: RawStore, tmp_path: Path
) -> None:
    body = b"a line that comes again\n" * 99
    receipt = raw.keep(Payload("feed", body, AT), "json")
    path = tmp_path / "data/raw/feed/2025/06/11" / receipt.file
    assert pack(path) > 0
    assert not path.exists()
    assert [payload.body for payload in raw.payloads("feed")] == [body]
    raw.keep(Payload("feed", body, AT), "json")
    assert not path.exists()


def test_a_payload_that_is_gone_is_named(raw: RawStore, tmp_path: Path) -> None:
    raw.keep(Payload("feed", b"abc", AT), "json")
    (tmp_path / f"data/raw/feed/2025/06/11/{ABC}.json").unlink()
    with pytest.raises(TornFile, match="is not there, and its receipt is"):
        list(raw.payloads("feed"))
