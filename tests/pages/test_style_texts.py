"""Of a style sheet that the server read itself, the page learns what leads on and nothing else."""

import pytest

from assist.pages.style_texts import LEADS_LENGTH, LEADS_MAX, in_utf8, leading_parts

SHEET = b"""@charset "utf-8"; /* url(comment.png) */ @namespace url(http://www.w3.org/1999/xhtml);
@import "a.css"; @import url( 'b.css' ) screen;
a { color: red; background: url(c.png), url("d(1).png") }
b::before { content: "url(word.png) secret words" }
i { background: image-set("e.png" 1x, url(f.png) 2x); mask: url(data:image/png;base64,AAAA) }
input:invalid, x-y:state(open), input:user-valid, a:hover { top: 0 } u { background: url(c.png) }
"""
LEADS = (
    """@import "a.css";@import url( 'b.css' );url(c.png);url("d(1).png");image-set("e.png" 1x, url(f.png) 2x)"""
    ";:invalid;:state(open);:user-valid"
)


def test_parts_that_lead_on_are_found() -> None:
    assert leading_parts(SHEET) == LEADS


@pytest.mark.parametrize(
    "sheet",
    [b"/*" * 200_000, b'"\\"' + b'\\"' * 200_000 + b"\\", b"url(a " * 200_000, b"@import " + b" " * 400_000,
     b'image-set("' * 100_000, b"image-set((" * 100_000, b"url('\\" * 200_000],
)  # fmt: skip
def test_hostile_sheet_is_read_to_its_end(sheet: bytes) -> None:
    """Each would take days if the time grew faster than the text."""
    assert len(leading_parts(sheet)) < LEADS_LENGTH


def test_parts_are_bounded() -> None:
    many = b"".join(b"url(%d.png) " % number for number in range(10 * LEADS_MAX))
    assert leading_parts(many).count("url(") == LEADS_MAX
    assert leading_parts(b"url(" + b"x" * 5000) == ""


@pytest.mark.parametrize(
    ("data", "content_type"),
    [("é".encode("cp1252"), "text/css; charset=ISO-8859-1"), ("é".encode("cp1252"), 'text/css;charset="latin1"'),
     ("é".encode(), "text/css"), ("é".encode(), "text/css; charset=UTF-8"),
     ("é".encode(), "text/css; charset=punycode"), ("é".encode("gbk"), "text/css; charset=gbk")],
)  # fmt: skip
def test_sheet_is_kept_in_utf8(data: bytes, content_type: str) -> None:
    assert in_utf8(data, content_type) == "é".encode()


def test_charset_rule_counts_without_a_header() -> None:
    assert in_utf8(b'@charset "windows-1251"; ' + "ж".encode("cp1251"), "text/css").endswith("ж".encode())
