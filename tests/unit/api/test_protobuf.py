"""Protobuf bodies as the JSON that says the same."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipcast.api.protobuf.reading import MAGIC, messages, read
from slipcast.values.apifaults import BadRequest


def number(value: int) -> bytes:
    """A number, seven bits a byte."""
    rest = value >> 7
    return bytes([value & 0x7F]) if not rest else bytes([value & 0x7F | 0x80]) + number(rest)


def field(at: int, value: bytes | str | int) -> bytes:
    """A field of a message."""
    if isinstance(value, int):
        return number(at << 3) + number(value & (1 << 64) - 1)
    raw = value.encode() if isinstance(value, str) else value
    return number(at << 3 | 2) + number(len(raw)) + raw


def body(version: str, kind: str, message: bytes) -> bytes:
    """A body as a typed client sends it."""
    return MAGIC + field(1, field(1, version) + field(2, kind)) + field(2, message) + field(3, "")


def test_a_scale_is_read() -> None:
    message = field(1, field(1, "web")) + field(2, field(1, 3)) + field(3, field(1, 0))

    content = read(body("autoscaling/v1", "Scale", message))

    assert (content["apiVersion"], content["kind"]) == ("autoscaling/v1", "Scale")
    assert content["spec"] == {"replicas": 3}


def test_a_config_map_is_read_with_its_maps() -> None:
    metadata = field(1, "conf") + field(2, "") + field(8, field(1, 0))
    data = field(2, field(1, "a") + field(2, "x")) + field(2, field(1, "b"))
    binary = field(3, field(1, "c") + field(2, b"\xff"))

    content = read(body("v1", "ConfigMap", field(1, metadata) + data + binary))

    assert content["data"] == {"a": "x", "b": ""}
    assert content["binaryData"] == {"c": base64.b64encode(b"\xff").decode()}
    assert (content["kind"], content["metadata"]["name"]) == ("ConfigMap", "conf")
    assert "namespace" not in content["metadata"]


def test_zero_counts_where_it_may_have_been_meant() -> None:
    spec = field(1, 0) + field(5, 0) + field(7, 0)

    content = read(body("apps/v1", "Deployment", field(2, spec)))

    assert content["spec"] == {"replicas": 0}


def test_numbers_below_zero_are_what_they_were() -> None:
    spec = field(1, -3)

    assert read(body("apps/v1", "Deployment", field(2, spec)))["spec"] == {"replicas": -3}


def test_a_port_is_a_number_or_a_name() -> None:
    by_number = field(1, field(4, field(1, 0) + field(2, 8080)))
    by_name = field(1, field(4, field(1, 1) + field(3, "http")))

    content = read(body("v1", "Service", field(2, by_number + by_name)))

    assert [port["targetPort"] for port in content["spec"]["ports"]] == [8080, "http"]


def test_a_quantity_is_its_text() -> None:
    hard = field(1, field(1, "cpu") + field(2, field(1, "500m")))

    content = read(body("v1", "ResourceQuota", field(2, hard)))

    assert content["spec"]["hard"] == {"cpu": "500m"}


def test_the_fields_of_an_inlined_message_are_those_of_its_parent() -> None:
    secret = field(6, field(1, "hidden"))
    volume = field(1, "v") + field(2, secret)

    content = read(body("v1", "Pod", field(2, field(1, volume))))

    assert content["spec"]["volumes"] == [{"name": "v", "secret": {"secretName": "hidden"}}]


def test_a_time_is_told_and_no_time_is_not() -> None:
    metadata = field(8, field(1, 1_000_000_000)) + field(9, field(1, -62135596800))

    content = read(body("v1", "Namespace", field(1, metadata)))

    assert content["metadata"] == {"creationTimestamp": "2001-09-09T01:46:40Z"}


def test_every_field_has_a_type_that_can_be_read() -> None:
    plain = {"string", "bytes", "int", "bool", "Time", "MicroTime", "Quantity", "IntOrString"}
    known = plain | {"FieldsV1", "RawExtension", "ExtraValue"} | set(messages())

    types = {each.type for fields in messages().values() for each in fields.values()}

    assert types <= known


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        MAGIC,
        MAGIC + b"\xff" * 12,
        MAGIC + b"\x0a\x7f",
        body("v1", "Nothing", b""),
        body("v1", "ConfigMap", b"\x0b"),
        body("v1", "ConfigMap", field(2, 7)),
        body("v1", "ConfigMap", field(1, field(1, b"\xff"))),
        body("v1", "Namespace", field(1, field(8, field(1, 1 << 62)))),
    ],
)
def test_what_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        read(raw)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    try:
        read(body("v1", "Pod", raw))
    except BadRequest:
        return
