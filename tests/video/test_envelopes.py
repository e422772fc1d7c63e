"""Messages in Chromium's form of CBOR."""

import cbor2
import pytest

from recordings.video.envelopes import BadEnvelope, Envelopes, binary, packed

TEXT = "宽 \ud800 😀"


def enveloped(body: bytes) -> bytes:
    return b"\xd8\x18\x5a" + len(body).to_bytes(4, "big") + body


def message(**values: object) -> bytes:
    return enveloped(cbor2.dumps(values, indefinite_containers=True))


def test_messages_come_out_however_they_are_cut() -> None:
    data = message(id=1, result="one") + message(id=2, result=cbor2.CBORTag(22, b"\xff\xd8"))
    for size in (1, 3, 7, len(data)):
        reader = Envelopes()
        found = [one for at in range(0, len(data), size) for one in reader.take(data[at : at + size])]
        assert found == [{"id": 1, "result": "one"}, {"id": 2, "result": b"\xff\xd8"}]


def test_text_and_bytes_are_told_apart_at_any_depth() -> None:
    text = TEXT.encode("utf-16-le", errors="surrogatepass")
    inner = enveloped(cbor2.dumps({"title": text, "list": [text, 1.5, None]}, indefinite_containers=True))
    nested = enveloped(b"\xbf\x66result" + inner + b"\xff")
    assert list(Envelopes().take(nested)) == [{"result": {"title": TEXT, "list": [TEXT, 1.5, None]}}]


def test_command_has_its_parameters_in_an_envelope() -> None:
    data = packed({"id": 7, "method": "Fetch.fulfillRequest"}, {"body": binary(b"\0\1"), "code": 200})
    [read] = Envelopes().take(data)
    assert read == {"id": 7, "method": "Fetch.fulfillRequest", "params": {"body": b"\0\1", "code": 200}}
    assert b"fparams\xd8\x18\x5a" in data


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400",
        enveloped(b"\xbf\x62id"),
        enveloped(b"\x01"),
        enveloped(b"\xbf\x61a\xd9\x03\xe7\x01\xff"),
        enveloped(b"\xbf\x61a\x41\x00\xff"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadEnvelope):
        list(Envelopes().take(data))
