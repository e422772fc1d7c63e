"""A corpus of attacks on whoever rebuilds a page: trees and operations as a hostile visitor crafts them at the wire."""

import itertools
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

PAGE_ID = 1 << 16 | 1
VIEWPORT = {"width": 800, "height": 600, "dpr": 1, "screen_width": 800, "screen_height": 600, "zoom": 1}
# Whoever runs it says so wherever it can.
HIT = "top.hit=1;parent.hit=1;window.hit=1"
# Stands for the address of the server that nobody may ask.
BAIT = "{bait}"
Node = list[Any]
Given = tuple[str, dict[str, str], str]

# Each for an element of its own (`$`), or the last of them would be the only one that asks.
DECLARATIONS = [
    f"$ {{ background: u\\72l({BAIT}/css) }}",
    f"$ {{ background: image-set('{BAIT}/css' 1x) }}",
    f"$ {{ background: -webkit-image-set(url({BAIT}/css) 1x) }}",
    f"$ {{ background: image-set('{BAIT}/css' type('image/png')) }}",
    f"$ {{ cursor: url({BAIT}/css), auto }}",
    f"$ {{ filter: url({BAIT}/css#f) }}",
    f"$ {{ --x: url({BAIT}/css); background: var(--x) }}",
    f"$ {{ --y: '{BAIT}/css'; background: image-set(var(--y) 1x) }}",
    f"$ {{ -webkit-mask-image: url({BAIT}/css) }}",
    f"$ {{ mask: image-set('{BAIT}/css' 1x) }}",
    f"$ {{ -webkit-box-reflect: below 0 url({BAIT}/css) }}",
    f"$::before {{ content: url({BAIT}/css) }}",
    f"$::before {{ content: image-set('{BAIT}/css' 1x) }}",
    f"$ {{ background: \\75 rl('{BAIT}/css') }}",
    f"$ {{ background: cross-fade(url({BAIT}/css), url({BAIT}/css2), 50%) }}",
    f"/*'*/ $ {{ background: /**/url(/**/{BAIT}/css) }} /*'*/",
    f"$ {{ background: URL({BAIT}/css) }}",
    f"$ {{ background: url( \\\n'{BAIT}/css') }}",
    f"@media all {{ @layer a {{ $ {{ border: 9px solid; border-image: url( '{BAIT}/css' ) 1 }} }} }}",
    "$ { background: attr(data-u type(<url>)) }",
    "$ { background: image-set(attr(data-u) 1x) }",
    f"$ {{ list-style: image-set('{BAIT}/css' 1x); display: list-item }}",
    f"@font-face {{ font-family: f1; src: local(x), url({BAIT}/css) }} $ {{ font-family: f1 }}",
    f"@font-face {{ font-family: f2; src: u\\72l({BAIT}/css) }} $ {{ font-family: f2 }}",
]
RULES = [rule.replace("$", f".s{at}") for at, rule in enumerate(DECLARATIONS)]
STYLE = " ".join([f"@import '{BAIT}/1'; @\\69mport url({BAIT}/2); @\\69mport '{BAIT}/3';", *RULES])
SPECULATION = json.dumps({"prefetch": [{"urls": [f"{BAIT}/speculation"], "eagerness": "immediate"}]})
EVERYWHERE = (
    "href src srcset action formaction data poster background cite codebase classid archive longdesc profile "
    "usemap manifest ping dynsrc lowsrc icon code object xlink:href xml:base to from values by imagesrcset "
    "attributionsrc content value"
)  # fmt: skip
TAGS = (
    "a area audio base bgsound blink body button canvas dialog embed fencedframe form frame frameset head html "
    "iframe image img input isindex keygen layer link listing main marquee math menuitem meta noembed noframes "
    "noscript object optgroup param picture plaintext portal q script search select source style svg table "
    "template textarea title track video xmp applet command details slot selectedcontent x-own "
    "permission geolocation install"
)  # fmt: skip
SVG_TAGS = (
    "svg a animate animateMotion animateTransform audio cursor discard feImage filter font-face-uri foreignObject "
    "handler iframe image linearGradient listener mask metadata mpath pattern script set style switch symbol text "
    "textPath title tref use video x:script"
)  # fmt: skip
# What an animation of a drawing can set to a picture of elsewhere.
PAINTED = "mask filter fill stroke clip-path marker-start cursor"
MATH_TAGS = "math annotation annotation-xml maction mglyph mi mtext semantics style script a img"
# What a document or an element is asked for by whoever builds it.
NAMES = (
    "adoptedStyleSheets appendChild attributes body children childNodes classList cloneNode close contentDocument "
    "cookie createComment createElement createElementNS createTextNode defaultView documentElement fonts forms "
    "getAttribute getElementById getRootNode getSelection hasAttribute head id images implementation insertBefore "
    "isConnected localName location matches nodes nodeType open ownerDocument parentNode querySelector remove "
    "removeAttribute removeChild replaceChildren scrollingElement scrollTo setAttribute setAttributeNS shadowRoot "
    "style styleSheets submit tagName title toggleAttribute write"
)  # fmt: skip


class Corpus:
    """Nodes numbered in pre-order, each attack in an element of its own; `bait` is the address that nobody may ask."""

    def __init__(self, bait: str) -> None:
        self.bait = bait
        self.number = itertools.count(1)

    def text(self, text: str, kind: int = 3) -> Node:
        return [kind, next(self.number), text.replace(BAIT, self.bait)]

    def element(self, tag: str, attributes: dict[str, str], *inner: Callable[[], Node], **extra: Any) -> Node:
        own = next(self.number)
        filled = {name: value.replace(BAIT, self.bait) for name, value in attributes.items()}
        return [1, own, tag, filled, [make() for make in inner], extra]

    def given(self, tag: str, attributes: dict[str, str], text: str = "", **extra: Any) -> Callable[[], Node]:
        inner = [lambda: self.text(text)] if text else []
        return lambda: self.element(tag, attributes, *inner, **extra)

    def acting(self) -> dict[str, str]:
        """Each attribute that loads, leads or acts somewhere, in odd cases of letters too."""
        addresses = {name: f"{BAIT}/{name}" for name in EVERYWHERE.split()}
        shouted = {name.upper(): f"{BAIT}/{name}" for name in EVERYWHERE.split()}
        handlers = {
            f"on{event}": HIT for event in ("load", "error", "focus", "begin", "toggle", "animationstart", "click")
        }
        odd = {
            "ONLOAD": HIT,
            "srcdoc": f"<script>{HIT}</script>",
            "style": f"background:url({BAIT}/style)",
            "is": "x-own",
        }
        return {**addresses, **shouted, **handlers, **odd, "rel": "stylesheet preconnect", "http-equiv": "refresh"}

    def scripts(self) -> dict[str, str]:
        return dict.fromkeys(EVERYWHERE.split(), f"javascript:{HIT}") | {"autofocus": "", "target": "_top"}

    def namespaced(self, tags: str, **extra: Any) -> list[Callable[[], Node]]:
        every = tags.split()
        return [
            *(self.given(tag, self.acting(), HIT, **extra) for tag in every),
            *(self.given(tag.upper(), self.scripts(), HIT, **extra) for tag in every),
        ]

    def clobbering(self) -> list[Callable[[], Node]]:
        """Fields, forms and pictures that are named as what is asked of a document or a form."""
        fields = [self.given("input", {"name": name, "value": "clobbers"}) for name in NAMES.split()]
        ids = [self.given("input", {"id": name, "value": "clobbers"}) for name in NAMES.split()]
        named = [
            self.given(tag, {"name": name, "id": name}) for name in NAMES.split() for tag in ("img", "form", "object")
        ]
        return [lambda: self.element("form", {"id": "form"}, *fields, *ids), *named]

    def painted(self) -> list[Callable[[], Node]]:
        """Drawings, and animations of them, that ask for a part of another document."""
        url = f"url({BAIT}/paint#x)"
        found = []
        for name in PAINTED.split():
            animated = {"attributeName": name, "to": url, "values": f"{url};{url}", "begin": "0s", "dur": "9s"}
            inner = [self.given(tag, animated, ns="svg") for tag in ("animate", "set")]
            shape = {name: url, "width": "9", "height": "9"}
            found.append(lambda shape=shape, inner=inner: self.element("rect", shape, *inner, ns="svg"))
        return found

    def attacks(self) -> list[Callable[[], Node]]:
        animated = {"attributeName": "href", "to": f"javascript:{HIT}", "begin": "0s", "onbegin": HIT}
        return [
            *self.namespaced(TAGS),
            lambda: self.element("svg", {}, *self.namespaced(SVG_TAGS, ns="svg"), ns="svg"),
            lambda: self.element("math", {}, *self.namespaced(MATH_TAGS, ns="math"), ns="math"),
            lambda: self.element(
                "svg", {}, lambda: self.element("a", {}, self.given("set", animated, ns="svg"), ns="svg")
            ),
            lambda: self.element("svg", {}, *self.painted(), ns="svg"),
            self.given("script", {"type": "speculationrules"}, SPECULATION),
            self.given("style", {"type": "text/css"}, STYLE),
            *(self.given("p", {"class": f"s{at}", "data-u": f"{BAIT}/attr"}, "x") for at in range(len(RULES))),
            self.given("style", {}, "</style><script>" + HIT + "</script>"),
            self.given("title", {}, f"</title><img src=x onerror={HIT}>"),
            self.given("x<y", {"a b": "c", "<": ">", "": "x", "__proto__": "x"}),
            self.given(
                "div", {"style": f"position:fixed;inset:0;z-index:2147483647;background:url({BAIT}/over)"}, "Over"
            ),
        ]

    def shadow(self) -> Node:
        own = next(self.number)
        return [11, own, [make() for make in self.attacks()], {"adopted": [self.rules()]}]

    def inner_document(self) -> Node:
        own = next(self.number)
        return [9, own, [self.element("html", {}, lambda: self.element("body", {}, *self.attacks()))]]

    def rules(self) -> list[str]:
        return [rule.replace(BAIT, self.bait) for rule in RULES]

    def document(self) -> Node:
        own = next(self.number)
        body = [
            *self.attacks(),
            *self.clobbering(),
            lambda: self.element("div", {}, self.shadow),
            lambda: self.element("iframe", {}, self.inner_document),
            lambda: self.element("style", {}, rules=self.rules()),
            lambda: self.element("p", {"id": "here"}, lambda: self.text("Here")),
        ]
        html = self.element("html", {}, lambda: self.element("head", {}), lambda: self.element("body", {}, *body))
        return [9, own, [html], {"adopted": [self.rules()]}]

    def late(self, tree: Node) -> list[Node]:
        """The same by operations that come after the snapshot."""
        body = tree[2][0][4][1]
        style = next(node[1] for node in body[4] if node[2] == "style" and node[5].get("rules"))
        rules = [f"p{{background:url({self.bait}/rule)}}", f"p{{background:image-set('{self.bait}/set' 1x)}}"]
        added = [[body[1], 0, make()] for make in self.attacks()]
        changed = [[node[1], self.acting()] for node in body[4] if node[0] == 1]
        filled = json.loads(json.dumps(changed).replace(BAIT, self.bait))
        written = [["rule", 3, style, 0, rule] for rule in rules]
        return [["mutation", 1, {"a": added}], ["mutation", 2, {"s": filled}], *written]


def frame(kind: int, payload: bytes, *, seq: int, flags: int = 0, page: int = PAGE_ID) -> bytes:
    return struct.pack("!BBHIId", kind, flags, 0, page, seq, time.time() * 1000) + payload


def deep_snapshot(levels: int) -> str:
    """A line that Python's own encoder would not write."""
    opens = "".join(f'[1,{number},"b",{{}},[' for number in range(2, levels + 2))
    return f'["snapshot",0,[9,1,[{opens}{"]]" * levels}]],{{}},{json.dumps(VIEWPORT)}]'


def frames_of(*operations: list[Any] | str, arrival: object = None, page: int = PAGE_ID, seq: int = 1) -> list[bytes]:
    """PAGE_ENTER and a stream that says these operations, or these lines."""
    entered = {"url": "http://site.example/", "title": "Hostile", "kind": "html", "viewport": VIEWPORT}
    deflate = zlib.compressobj(wbits=-15)
    lines = [operation if isinstance(operation, str) else json.dumps(operation) for operation in operations]
    text = "".join(line + "\n" for line in lines).encode()
    stream = deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)
    head = json.dumps(entered if arrival is None else arrival).encode()
    return [frame(1, head, seq=seq, page=page), frame(2, stream, seq=seq + 1, flags=1, page=page)]


@contextmanager
def nobody_may_ask() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and who has connected to it."""
    callers: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, address = server.accept()
                    callers.append(str(address))
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", callers
        server.shutdown(socket.SHUT_RDWR)
