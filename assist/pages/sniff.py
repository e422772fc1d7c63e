"""What an asset really is: the visitor's word for it counts only where the bytes do not contradict."""

import re

SIGNATURES: list[tuple[bytes, str]] = [
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF.{4}WEBP", "image/webp"),
    (rb"\x00\x00\x01\x00", "image/x-icon"),
    (rb"BM", "image/bmp"),
    (rb".{4}ftyp(?:avif|avis)", "image/avif"),
    (rb"wOFF", "font/woff"),
    (rb"wOF2", "font/woff2"),
    (rb"\x00\x01\x00\x00|true", "font/ttf"),
    (rb"OTTO", "font/otf"),
    (rb"ttcf", "font/collection"),
    (rb".{4}ftyp", "video/mp4"),
    (rb"\x1aE\xdf\xa3", "video/webm"),
    (rb"OggS", "audio/ogg"),
    (rb"ID3|\xff[\xfb\xf3\xf2]", "audio/mpeg"),
    (rb"RIFF.{4}WAVE", "audio/wav"),
    (rb"fLaC", "audio/flac"),
]
# Atomic and possessive: what is hostile must not make the matcher try every way to split a row of comments.
SVG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*+(?>(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE\s+svg[^>]*>)\s*+)*+<svg[\s/>]", re.S | re.I
)
MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<", re.S)
# A subtree is kept under the digest of its canonical form: no style sheet takes that place, and none begins like this.
CANONICAL_FORM = re.compile(rb"\[[0-9]")
HEAD_BYTES = 4096


def shown_type(claimed: str, data: bytes) -> str | None:
    """The content type to keep and to serve; None for what is no image, font, style sheet, audio or video."""
    head = data[:HEAD_BYTES]
    for pattern, content_type in SIGNATURES:
        if re.match(pattern, head, re.S):
            return content_type
    if SVG.match(head):
        return "image/svg+xml"
    is_text = not MARKUP.match(head) and not CANONICAL_FORM.match(head) and b"\x00" not in head
    if is_text and claimed.partition(";")[0].strip().lower() == "text/css":
        return "text/css; charset=utf-8"
    return None
