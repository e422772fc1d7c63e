"""The less walked paths by which a rebuilt page could ask or run something, each tried in the agent's browser."""

import itertools
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Browser, expect

from tests.capture.hostile import Corpus
from tests.console.test_hostile_page import RAN, Canary, HostileVisitor, canary, console_of, hostile_session, stage_of
from tests.stack import LiveStack

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["canary"]
Element = tuple[str, dict[str, str], str]

CSS = (
    "@import '{0}/1'; @\\69mport url({0}/2); p{{background:u\\72l({0}/3)}} p{{background:image-set('{0}/4' 1x)}}"
    "p{{background:-webkit-image-set(url({0}/5) 1x)}} p{{cursor:url({0}/6),auto}} p{{filter:url({0}/7#f)}}"
    "p{{mask-image:url({0}/8);clip-path:url({0}/9#c);border-image:url({0}/10) 1;shape-outside:url({0}/11)}}"
    "p::before{{content:url({0}/12)}} p{{list-style:url({0}/13)}} p{{background:src('{0}/14')}}"
    "@namespace url({0}/15); @font-face{{font-family:g;src:url({0}/16)}} p{{font-family:g;offset-path:url({0}/17)}}"
    "p{{background:attr(data-u type(<url>))}} a:visited{{background:url({0}/18)}} p{{background:\\75rl({0}/19)}}"
)
HTML: list[Element] = [
    ("link", {"rel": "preconnect", "HREF": "{0}"}, ""),
    ("link", {"REL": "dns-prefetch preconnect", "Href": "{0}"}, ""),
    ("link", {"rel": "stylesheet", "HREF": "{0}/sheet"}, ""),
    ("link", {"rel": "preload", "as": "image", "HREF": "{0}/pre", "imageSrcset": "{0}/pre 1x"}, ""),
    ("link", {"rel": "modulepreload", "HREF": "{0}/module"}, ""),
    ("link", {"rel": "icon manifest prerender", "HREF": "{0}/icon"}, ""),
    ("LINK", {"rel": "preconnect", "href": "{0}", "HREF": "{0}"}, ""),
    ("meta", {"HTTP-EQUIV": "refresh", "CONTENT": "0;URL={0}/refresh"}, ""),
    ("meta", {"http-equiv": "x-dns-prefetch-control", "content": "on"}, ""),
    ("BASE", {"HREF": "{0}/"}, ""),
    ("SCRIPT", {"type": "text/javascript"}, RAN),
    ("script", {"type": "speculationrules"}, '{{"prefetch": [{{"source": "list", "urls": ["{0}/spec"]}}]}}'),
    ("img", {"SRC": "{0}/img", "SRCSET": "{0}/set 1x", "ONERROR": RAN}, ""),
    ("p", {"STYLE": "background:url({0}/style)", "data-u": "{0}/attr"}, "x"),
    ("A", {"HREF": "{0}/a", "TARGET": "_top", "PING": "{0}/ping"}, "a"),
    ("input", {"TYPE": "image", "SRC": "{0}/input", "FORMACTION": "{0}/fa", "autofocus": "", "onfocus": RAN}, ""),
    ("button", {"FormAction": "javascript:" + RAN, "popovertarget": "p", "commandfor": "p", "command": "--x"}, "b"),
    ("video", {"POSTER": "{0}/poster", "SRC": "{0}/video", "AUTOPLAY": ""}, ""),
    ("track", {"SRC": "{0}/track", "default": ""}, ""),
    ("frame", {"SRC": "{0}/frame"}, ""),
    ("IFRAME", {"SRC": "{0}/iframe", "SrcDoc": f"<script>{RAN}</script>"}, ""),
    ("EMBED", {"SRC": "{0}/embed", "type": "text/html"}, ""),
    ("OBJECT", {"DATA": "{0}/object", "type": "text/html"}, ""),
    ("portal", {"src": "{0}/portal"}, ""),
    ("fencedframe", {"src": "{0}/fenced"}, ""),
    ("div", {"contenteditable": "", "autofocus": "", "onbeforeinput": RAN, "tabindex": "0"}, "e"),
    ("x-own", {"onclick": RAN, "xml:base": "{0}", "xmlns": "http://www.w3.org/1999/xhtml"}, "c"),
    ("style", {"onload": RAN}, CSS),
]
SVG: list[Element] = [
    ("image", {"HREF": "{0}/i", "xlink:href": "{0}/x", "x:href": "{0}/n"}, ""),
    ("use", {"HREF": "{0}/u#a", "xlink:href": "data:image/svg+xml,<svg id='a' onload='top.__ran=1'/>#a"}, ""),
    ("feImage", {"href": "{0}/fe", "xlink:href": "{0}/fex"}, ""),
    ("rect", {"fill": "url({0}/fill#g)", "filter": "url({0}/f#g)", "mask": "url({0}/m#g)", "cursor": "url({0}/c)"}, ""),
    ("animate", {"attributeName": "HREF", "to": "{0}/anim", "begin": "0s", "dur": "1s", "onbegin": RAN}, ""),
    ("set", {"attributename": "href", "attributeName": "xlink:href", "to": "javascript:" + RAN}, ""),
    ("script", {"href": "{0}/s", "xlink:href": "{0}/xs"}, RAN),
    ("x:script", {"href": "{0}/xs"}, RAN),
    ("foreignObject", {"onload": RAN}, ""),
    ("handler", {"type": "text/javascript"}, RAN),
    ("style", {}, CSS),
]
MATH: list[Element] = [
    ("mtext", {"href": "{0}/math", "xlink:href": "javascript:" + RAN, "actiontype": "statusline"}, "m")
]


class Tree:
    """Nodes numbered in pre-order; every `{0}` stands for the canary's address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.number = itertools.count(1)

    def element(self, tag: str, attributes: dict[str, str], *inner: Any, **extra: Any) -> list[Any]:
        own = next(self.number)
        filled = {name: value.replace("{0}", self.address) for name, value in attributes.items()}
        return [1, own, tag, filled, [make() for make in inner], extra]

    def given(self, given: Element, **extra: Any) -> Any:
        tag, attributes, text = given
        words = text.format(self.address) if "{0}" in text else text
        inner = [lambda: [3, next(self.number), words]] if text else []
        return lambda: self.element(tag, attributes, *inner, **extra)

    def all(self) -> list[Any]:
        svg = [self.given(given, ns="svg") for given in SVG]
        math = [self.given(given, ns="math") for given in MATH]
        return [
            *[self.given(given) for given in HTML],
            lambda: self.element("svg", {"onload": RAN}, *svg, ns="svg"),
            lambda: self.element("math", {}, *math, ns="math"),
        ]

    def shadow(self) -> list[Any]:
        own = next(self.number)
        return [11, own, [make() for make in self.all()], {"adopted": [[CSS.format(self.address)]]}]

    def inner_document(self) -> list[Any]:
        own = next(self.number)
        return [9, own, [self.element("html", {}, lambda: self.element("body", {}, *self.all()))]]

    def document(self) -> list[Any]:
        own = next(self.number)
        rules = [rule + "}" for rule in CSS.format(self.address).split("}") if rule]
        body = [
            *self.all(),
            lambda: self.element("div", {}, self.shadow),
            lambda: self.element("iframe", {}, self.inner_document),
            lambda: self.element("style", {}, rules=rules),
            lambda: self.element("p", {"id": "here"}, lambda: [3, next(self.number), "Here"]),
        ]
        html = self.element("html", {}, lambda: self.element("head", {}), lambda: self.element("body", {}, *body))
        return [9, own, [html], {"adopted": [rules]}]


async def test_page_that_takes_side_paths_runs_nothing_and_asks_nobody(
    live_stack: LiveStack, browser: Browser, canary: Canary
) -> None:
    session, token, cookie = await sync_to_async(hostile_session)()
    url = f"ws://localhost:{live_stack.port}/ws/assist/visitor/{session.id}/"
    tree = Tree(canary.url)
    nodes = tree.document()
    late = [[3, 0, tree.given(given)()] for given in HTML]
    changed = dict.fromkeys(("HREF", "SRC", "Style", "SRCSET", "POSTER"), f"{canary.url}/late")
    async with HostileVisitor(url) as visitor:
        await visitor.hello(token=token)
        page, _asked = await console_of(browser, live_stack, session, cookie)
        await visitor.enter()
        await visitor.show(nodes)
        rebuilt = page.frame_locator("[data-stage-box] iframe").frame_locator("[data-testid=assist-page]")
        await expect(rebuilt.locator("#here")).to_have_text("Here")
        body = nodes[2][0][4][1]
        links = [[node[1], changed] for node in body[4] if node[2].lower() in ("link", "img", "iframe", "a")]
        await visitor.operate("mutation", 1, {"a": [[body[1], 0, node] for _parent, _next, node in late], "s": links})
        await expect(rebuilt.locator("x-own")).to_have_count(3)
        corpus = Corpus(canary.url)
        attacks = corpus.document()
        await visitor.show(attacks)
        for name, at, *rest in corpus.late(attacks):
            await visitor.operate(name, at, *rest)
        await expect(rebuilt.locator("#here")).to_have_text("Here")
        await expect(rebuilt.locator("x-own")).to_have_count(6)
        await page.wait_for_load_state("networkidle")
        ran = [await frame.evaluate("Boolean(window.__ran)") for frame in page.frames if frame != page.main_frame]
        assert await stage_of(page).evaluate("document.title") != "ran"
    assert canary.asked == []
    assert not any(ran)
