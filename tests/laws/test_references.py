"""Laws of image references, digests and quantities."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef
from slipcast.values.quantity import Quantity

components = st.from_regex(r"[a-z0-9]+(?:(?:\.|_|__|-{1,3})[a-z0-9]+){0,2}", fullmatch=True)
hosts = st.from_regex(
    r"(?:[a-z0-9]{1,5}\.){1,2}[a-z]{2,3}(?::[0-9]{1,4})?|localhost", fullmatch=True
)
tags = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}", fullmatch=True)
digests = st.binary().map(Digest.of)


@st.composite
def references(draw: st.DrawFn) -> str:
    host = draw(st.one_of(st.just(""), hosts.map(lambda host: f"{host}/")))
    path = "/".join(draw(st.lists(components, min_size=1, max_size=3)))
    # Without host the first of several names must not look like one.
    path = path if host or "/" not in path else path.replace(".", "_").replace("localhost", "x")
    tag = draw(st.one_of(st.just(""), tags.map(lambda tag: f":{tag}")))
    digest = draw(st.one_of(st.just(""), digests.map(lambda digest: f"@{digest}")))
    return f"{host}{path}{tag}{digest}"


@given(references())
def test_a_reference_is_printed_as_it_was_typed(text: str) -> None:
    assert str(ImageRef.parse(text)) == text


@given(references())
def test_the_exact_form_is_its_own_exact_form(text: str) -> None:
    exact = ImageRef.parse(text).exact

    assert ImageRef.parse(exact).exact == exact


@given(references())
def test_the_minimal_form_means_the_same_and_is_not_longer(text: str) -> None:
    ref = ImageRef.parse(text)

    assert ImageRef.parse(ref.minimal).exact == ref.exact
    assert len(ref.minimal) <= len(text)


@given(st.text())
def test_any_text_is_a_reference_printed_alike_or_refused(text: str) -> None:
    with suppress(InvalidFault):
        assert str(ImageRef.parse(text)) == text


@given(digests)
def test_a_digest_is_read_back(digest: Digest) -> None:
    assert Digest.parse(str(digest)) == digest


@given(st.integers(0, 10**12), st.sampled_from(["", "m", "k", "Ki", "M", "Mi", "G", "Gi"]))
def test_a_quantity_is_never_rounded_down(number: int, suffix: str) -> None:
    quantity = Quantity.parse(f"{number}{suffix}")

    assert quantity.whole >= quantity.amount
    assert quantity.whole - quantity.amount < 1
