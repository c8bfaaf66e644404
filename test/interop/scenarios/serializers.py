"""Serializers, compression, protocols"""

import datetime
import decimal
import uuid

from celery import chord
from kombu.exceptions import ContentDisallowed
from lab import client, new_id, raised_by, returns, scenario, value
from labtasks import add, echo, request_dump, xsum

PLAIN = [1.5, -7, "ünï ✓", [None, True], {"a": {"b": []}}]


@scenario("arguments in JSON arrive unchanged")
def json():
    returns(echo.apply_async(PLAIN, serializer="json"), PLAIN)


@scenario("arguments in YAML arrive unchanged")
def yaml():
    returns(echo.apply_async(PLAIN, serializer="yaml"), PLAIN)


@scenario("dates in YAML arrive as dates")
def yaml_dates():
    sent = [datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5)]
    returns(echo.apply_async(sent, serializer="yaml"), sent)


@scenario("arguments in msgpack arrive unchanged")
def msgpack():
    returns(echo.apply_async(PLAIN, serializer="msgpack"), PLAIN)


@scenario("bytes in msgpack arrive as bytes")
def msgpack_bytes():
    returns(echo.apply_async((b"\xff\x00abc",), serializer="msgpack"), [b"\xff\x00abc"])


@scenario("a task in pickle does not run, and its client gets ContentDisallowed")
def pickle():
    error = raised_by(echo.apply_async((1,), serializer="pickle"))
    assert isinstance(error, ContentDisallowed), repr(error)
    assert "pickle" in str(error) or "application/x-python-serialize" in str(error), error


@scenario("a body that is compressed with zlib is read")
def compressed_zlib():
    returns(echo.apply_async(["x" * 10_000], compression="zlib"), ["x" * 10_000])


@scenario("a body that is compressed with Kombu's gzip, which is zlib, is read")
def compressed_gzip():
    returns(echo.apply_async(PLAIN, compression="gzip", serializer="msgpack"), PLAIN)


@scenario("a body that is compressed with brotli is read")
def compressed_brotli():
    returns(echo.apply_async(PLAIN, compression="brotli"), PLAIN)


@scenario("a body that is compressed with bzip2 is read")
def compressed_bzip2():
    returns(echo.apply_async(PLAIN, compression="bzip2"), PLAIN)
    returns(echo.apply_async(["x" * 10_000, "é" * 1_000], compression="bzip2"), ["x" * 10_000, "é" * 1_000])


@scenario("a body that is compressed with lzma is read")
def compressed_lzma():
    returns(echo.apply_async(PLAIN, compression="lzma", serializer="msgpack"), PLAIN)
    returns(echo.apply_async(["x" * 10_000, "é" * 1_000], compression="lzma"), ["x" * 10_000, "é" * 1_000])


@scenario("a message of protocol 1 runs")
def protocol_1():
    old = client(task_protocol=1)
    returns(old.send_task("labtasks.add", (1, 2)), 3)
    returns(old.send_task("labtasks.add", kwargs={"y": 1, "x": 2}), 3)


@scenario("the callbacks of a message of protocol 1 are called")
def protocol_1_link():
    old, callback = client(task_protocol=1), new_id()
    old.send_task("labtasks.add", (1, 2), link=add.s(10).set(task_id=callback))
    returns(old.AsyncResult(callback), 13)


@scenario("a chord of protocol 1 calls its body")
def protocol_1_chord():
    old = client(task_protocol=1)
    header = [old.signature("labtasks.add", (i, i)) for i in range(3)]
    returns(chord(header, app=old)(old.signature("labtasks.xsum")), 6)


@scenario("all types of Celery's JSON pass through a chain unchanged")
def types_through_chain():
    sent = [
        datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.timezone.utc),
        datetime.time(3, 4, 5, 6),
        decimal.Decimal("0.1000"),
        uuid.uuid4(),
        b"\x00\xfe",
        2**64 + 1,
    ]
    returns((echo.s(*sent) | echo.s()).apply_async(), [sent])


@scenario("a task with a large message runs, and the client reads its large result")
def large():
    returns(echo.delay("x" * 100_000, "é" * 5_000), ["x" * 100_000, "é" * 5_000])


@scenario("a chord in msgpack calls its body")
def msgpack_chord():
    header = [add.s(i, i).set(serializer="msgpack") for i in range(2)]
    returns(chord(header)(xsum.s().set(serializer="msgpack")), 2)


@scenario("a task reads the sender's correlation_id and reply_to")
def reply_to():
    seen = value(request_dump.apply_async(reply_to="somewhere", correlation_id="c-1"))
    assert seen["replyTo"] == "somewhere", seen
    assert seen["correlationId"] in ("c-1", seen["id"]), seen
