"""What the server has to know of a style sheet that it read itself; the patterns take time as the text has length."""

import re

# Those that style sheets on the web are in, as Python's codec and browsers take them; some other codecs take very long.
ENCODINGS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("iso-8859-1", "latin1", "ascii", "us-ascii", "windows-1252"), "cp1252"),
    **{f"windows-{page}": f"cp{page}" for page in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{name: name for name in ("big5", "shift_jis", "euc-jp", "euc-kr", "koi8-r", "koi8-u", "utf-16le", "utf-16be")},
}
CHARSET = re.compile(r'charset="?([^";\s]+)', re.IGNORECASE)
CHARSET_RULE = re.compile(rb'@charset "([^"]+)"')
ESCAPE = r"\\(?:.|\Z)"
STRING = rf"""(?:"(?:[^"\\]|{ESCAPE})*+(?:"|\Z)|'(?:[^'\\]|{ESCAPE})*+(?:'|\Z))"""
# Comments, namespaces and other strings are matched so that nothing inside of them counts.
TOKENS = re.compile(
    rf"""/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|@namespace[^;]*+;?"""
    rf"""|(?P<leads>(?:@import\s++)?url\(\s*+(?:{STRING}\s*+|(?:[^)\\]|{ESCAPE})*+)(?:\)|\Z)|@import\s++{STRING}"""
    rf"""|image-set\((?:[^()"']|{STRING}|\((?:[^()"']|{STRING})*+\))*+\)"""
    rf"""|:(?:state\([\w-]++\)|(?:user-)?(?:in)?valid\b|(?:out-of|in)-range\b|(?:-webkit-)?autofill\b))"""
    rf"""|{STRING}""",
    re.IGNORECASE | re.DOTALL,
)
IS_DATA = re.compile(r"""(?:@import\s++)?url\(\s*+["']?data:""", re.IGNORECASE)
LEADS_MAX, LEADS_LENGTH, LEAD_LENGTH, READ_BYTES = 200, 32 * 1024, 2000, 2 * 1024 * 1024


def in_utf8(data: bytes, content_type: str) -> bytes:
    """As all style sheets are stored; as it is where its encoding is not known."""
    said, rule = CHARSET.search(content_type), CHARSET_RULE.match(data)
    name = said[1] if said else rule[1].decode("latin-1") if rule else "utf-8"
    codec = None if data.startswith(b"\xef\xbb\xbf") else ENCODINGS.get(name.lower())
    return data.decode(codec, "replace").encode() if codec else data


def leading_parts(data: bytes) -> str:
    """What leads to other assets, and the states that selectors ask for: again a style text, of nothing else."""
    found: dict[str, None] = {}
    length = 0
    for token in TOKENS.finditer(data[:READ_BYTES].decode("utf-8", "replace")):
        part = token["leads"]
        if not part or len(part) > LEAD_LENGTH or part in found or IS_DATA.match(part):
            continue
        length += len(part) + 1
        if len(found) >= LEADS_MAX or length > LEADS_LENGTH:
            break
        found[part] = None
    return ";".join(found)
