"""What the operations of a sequence are about: tags, texts, markup, rules."""

from typing import Any

PLAIN = ["div", "p", "span", "ul", "li", "b", "section", "pre", "h2", "label", "x-plain", "button"]
TABLE = ["table", "caption", "tbody", "tr", "td", "th", "colgroup", "col"]
DRAWN = ["svg:svg", "svg:g", "svg:rect", "svg:text", "svg:foreignObject"]
FORMULA = ["math:math", "math:mrow", "math:mi", "math:mn"]
COMMON = [("plain", PLAIN), ("plain", PLAIN), ("table", TABLE), ("drawn", DRAWN), ("drawn", FORMULA)]
HOSTS = ["div", "section", "x-host"]
FIELDS: list[tuple[str, dict[str, str]]] = [
    ("input", {}),
    ("input", {"class": "open"}),
    ("input", {"class": "open", "value": "given"}),
    ("input", {"type": "password", "class": "open"}),
    ("textarea", {}),
    ("textarea", {"class": "open"}),
]
BOXES: list[dict[str, str]] = [
    {"type": "checkbox"},
    {"type": "checkbox", "checked": ""},
    {"type": "radio", "name": "r"},
]
FRAMES: list[dict[str, str]] = [{}, {"srcdoc": "<p class=c1>inner<b>bold</b>"}, {"src": "inner.html"}]
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
TALL = {"style": "height: 900px; width: 2000px"}
TEXTS = [
    "text {}",
    " ",
    "",
    "tail {}\n",
    "a longer text {} that has to break into lines somewhere",
    "ünï {} 😀",
    "שלום {}",
]
MARKUP = [
    "<i>inner {}</i><b class=x>more</b>",
    "<table><tr><td>{}<td>cell</table>",
    "<ul><li>one<li>two {}</ul>",
    "<svg width=20 height=9><rect width=9 height=9 /></svg>",
    "<details><summary>S{}</summary>inside</details>",
    "{}",
    "<p>a<!-- b -->c</p> <input class=open value={}>",
]
# Of boxes only what is vertical: what is beside an empty inline box moves its line, or not, by the way that led there.
RULES = [
    ".c{0} {{ margin-top: {1}px }}",
    ".c{0}:focus {{ padding-top: {1}px }}",
    "@media (min-width: 100px) {{ .c{0} {{ padding-top: {1}px }} }}",
    ".c{0} > b {{ letter-spacing: {1}px }}",
    ".c{0}:focus-within {{ min-height: 1{1}px }}",
    ":host {{ padding-top: {1}px }}",
]
STYLES = [("color", "red"), ("color", ""), ("display", "inline-block"), ("display", "none"), ("display", "")]
STYLES += [("padding-top", "3px"), ("width", "50%"), ("position", "relative"), ("left", "5px"), ("--x", "4px")]
PROPERTIES: list[tuple[str, Any]] = [
    ("hidden", True),
    ("hidden", False),
    ("lang", "fr"),
    ("dir", "rtl"),
    ("tabIndex", 0),
]
