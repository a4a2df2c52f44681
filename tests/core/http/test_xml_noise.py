"""What is printed around an answer in XML: the one document in it is read, and anything else is no document."""

from __future__ import annotations

from datetime import timedelta

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from fbridge.http.noise import whole_xml
from fbridge.http.response import Response

from .noises import DEPRECATED, HTML_NOTICE, LOGIN, TEXT_WARNING

XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop><api shopName="A"/></prestashop>'


def xml_in(content: bytes) -> bytes:
    """As it is read."""
    return Response(
        status=200,
        headers={},
        url="https://shop.example/api",
        content=content,
        elapsed=timedelta(0),
        on_noise=print,
    ).xml


@pytest.mark.parametrize("before", ["\n", "\ufeff", HTML_NOTICE, DEPRECATED, "<!-- x -->"])
@pytest.mark.parametrize("after", ["", "\n<!-- x -->", HTML_NOTICE])
def test_xml_is_read_alike(before: str, after: str) -> None:
    content, _ = whole_xml(before.encode() + XML + after.encode())
    assert content == b'<prestashop><api shopName="A"/></prestashop>'


@pytest.mark.parametrize("after", [HTML_NOTICE, TEXT_WARNING, "<script>x()</script>", "\0\0"])
def test_xml_that_begins_as_it_should_is_read_with_what_is_printed_after_it(after: str) -> None:
    assert xml_in(XML + after.encode()) == b'<prestashop><api shopName="A"/></prestashop>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (XML, "A"),
        (XML.replace(b'"A"', b'"\xe0"').replace(b"UTF-8", b"ISO-8859-1"), "\xe0"),
        (XML.replace(b'"A"', b'"\xe0"'), "\ufffd"),
        (XML.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "A"),
    ],
    ids=["UTF-8", "as declared", "otherwise than declared", "UTF-16"],
)
def test_xml_is_read_in_the_encoding_that_it_has(content: bytes, name: str) -> None:
    (api,) = fromstring(xml_in(content))
    assert api.get("shopName") == name


@pytest.mark.parametrize("content", [LOGIN, XML[:-5], b"<!-- x -->", b"", XML + b"x"])
def test_what_is_no_whole_xml_is_left_as_it_is(content: bytes) -> None:
    assert whole_xml(content) == (content, ())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_not_but_never_an_error(content: bytes) -> None:
    whole_xml(content)
