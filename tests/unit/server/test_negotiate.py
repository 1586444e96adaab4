"""In which form a client is answered."""

import pytest

from slipcast.server.negotiate import Form, accepted, body_type, chosen, patch_type
from slipcast.values.apifaults import NotAcceptable, UnsupportedMediaType

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", Form()),
        ("*/*", Form()),
        ("application/yaml", Form(encoding="yaml")),
        ("application/vnd.kubernetes.protobuf, application/json", Form()),
        (f"{TABLE},application/json", Form(shape="table")),
        (f"application/json;q=0.5,{TABLE}", Form(shape="table")),
        ("application/json;as=Table;v=v9;g=meta.k8s.io,application/json", Form()),
        (
            "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
            Form(shape="partial-list"),
        ),
        (
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            Form(shape="discovery", version="v2"),
        ),
    ],
)
def test_the_form_liked_best_is_taken(header: str, form: Form) -> None:
    assert accepted(header) == form


@pytest.mark.parametrize("header", ["application/vnd.kubernetes.protobuf", "text/html", ";;;"])
def test_a_client_that_takes_none_of_our_forms_is_told(header: str) -> None:
    with pytest.raises(NotAcceptable):
        accepted(header)


def test_a_body_without_a_type_is_json() -> None:
    assert body_type("") == "application/json"
    assert body_type("application/json; charset=utf-8") == "application/json"


def test_protobuf_is_read() -> None:
    assert body_type("application/vnd.kubernetes.protobuf") == "application/vnd.kubernetes.protobuf"


def test_what_is_no_object_is_not_read() -> None:
    with pytest.raises(UnsupportedMediaType, match="accepted media types include"):
        body_type("image/png")


@pytest.mark.parametrize(
    ("header", "media_type"),
    [("", "a/json"), ("*/*", "a/json"), ("a/pb", "a/pb"), ("a/pb;q=0.1,a/json", "a/json")],
)
def test_of_what_is_offered_the_client_chooses(header: str, media_type: str) -> None:
    assert chosen(header, ("a/json", "a/pb")) == media_type


def test_a_client_that_wants_what_is_not_offered_is_told() -> None:
    with pytest.raises(NotAcceptable, match="a/json"):
        chosen("a/pb", ("a/json",))


def test_a_patch_says_of_which_kind_it_is() -> None:
    assert patch_type("application/strategic-merge-patch+json") == "strategic"
    assert patch_type("application/apply-patch+yaml") == "apply"


def test_a_plain_object_is_no_patch() -> None:
    with pytest.raises(UnsupportedMediaType):
        patch_type("application/json")
