"""Nodes of a page as rrweb serialises them (`serializedNodeWithId` of rrweb-snapshot 2)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from recordings.archive.export.assets import EVENT_CHARACTERS, SHEET_CHARACTERS, ArchiveAssets, Room
from recordings.archive.export.pages import Page
from recordings.archive.export.tree import CDATA, DOCTYPE, DOCUMENT, ELEMENT, SHADOW, TEXT, Node, TreeFault

Json = dict[str, Any]
# Nothing runs, as with rrweb; and stock players draw on no canvas, so that it is a picture.
TAGS = {"script": "noscript", "canvas": "img"}
NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
# Frames are attached by an event of their own; nothing else of these loads what the archive does not have.
LOADING = {"iframe": ("src", "srcdoc"), "frame": ("src",), "object": ("data",), "embed": ("src",)}
# What stands at a place is looked at once: sheets are the visitor's, and read in the web node.
CSS_URL = re.compile(
    r"""(url\(\s{0,20}|@import\s{1,20})(?:"([^"]*)"|'([^']*)'|([^"'()\s]+)(?=\s{0,20}\)))""", re.IGNORECASE
)
# JSON in Python goes no deeper: twice as many levels there.
MOST_DEPTH = 300
# What may come when its page has been told; the page knows of each what was put in.
SHOWN_LATER = {"link", "img"}
FIELDS = {"input", "textarea", "select"}
CHECKABLE = {"checkbox", "radio"}


class Serializer:
    """Of one page as it is, for one event: what it puts in place of addresses is bounded."""

    def __init__(self, page: Page, assets: ArchiveAssets) -> None:
        self._page, self._assets = page, assets
        self._room = Room(EVENT_CHARACTERS, of=assets.room)
        self._chosen: dict[Node, set[Node]] = {}

    def whole(self, node: Node, *, depth: int = 0) -> Json:
        """With all that is in it, but documents of frames. Raises `TreeFault`."""
        if depth > MOST_DEPTH:
            raise TreeFault("the tree is deeper than an export goes")
        made = self.alone(node)
        if "childNodes" in made:
            made["childNodes"] = [self.whole(child, depth=depth + 1) for child in inner(node)]
        return made

    def alone(self, node: Node) -> Json:
        """Without what is in it."""
        made = {"id": node.id, **self._own(node)}
        if node.parent and node.parent.kind == SHADOW:
            made["isShadow"] = True
        root = frame_document(node)
        return made if root in (None, node.id) else {**made, "rootId": root}

    def _own(self, node: Node) -> Json:
        if node.kind == DOCUMENT:
            return {"type": 0, "childNodes": [], **({"compatMode": "BackCompat"} if node.extra.get("quirks") else {})}
        if node.kind == DOCTYPE:
            return {"type": 1, **dict(zip(("name", "publicId", "systemId"), node.names, strict=True))}
        if node.kind == ELEMENT:
            return self._element(node)
        if node.kind == TEXT:
            return {"type": 3, "textContent": "" if is_in(node, "script") else node.text}
        return {"type": 4, "textContent": ""} if node.kind == CDATA else {"type": 5, "textContent": node.text}

    def _element(self, node: Node) -> Json:
        made: Json = {"type": 2, "tagName": TAGS.get(node.tag, node.tag), "childNodes": []}
        made["attributes"] = self.attributes(node)
        if node.extra.get("ns") == "svg":
            made["isSVG"] = True
        if any(child.kind == SHADOW for child in node.children):
            made["isShadowHost"] = True
        if "block" in node.extra:
            made["needBlock"] = True
        return made

    def attributes(self, node: Node) -> Json:
        """As rrweb has them, with what is volatile of the node."""
        hidden = LOADING.get(node.tag, ())
        given: Json = {name: value for name, value in node.attributes.items() if name not in hidden}
        if node.tag == "script":
            given = {}
        if node.tag == "meta":
            given.pop("http-equiv", None)
        loaded = self.loaded(node)
        if "_cssText" in loaded:
            given = {name: value for name, value in given.items() if name not in ("rel", "href")}
        return _plain(given | loaded | self._state(node))

    def loaded(self, node: Node) -> Json:
        """What stands in place of an address: the rules of a sheet, a picture."""
        name = "_cssText" if node.tag in ("link", "style") else "src"
        if name == "_cssText" and "rules" in node.extra:
            text: str | None = "\n".join(map(str, node.extra["rules"]))
        else:
            text = self._room.admit(self._found(node)) if self._room.left else None
        if node.tag == "canvas":
            text = text or NOTHING
        if node.tag in SHOWN_LATER:
            self._page.shown[node] = hash(text)
        return {} if text is None else {name: text}

    def _found(self, node: Node) -> str | None:
        if node.tag == "canvas":
            return self._assets.canvas(self._page.canvas.get(node.id, ""))
        if node.tag == "img":
            return self._assets.picture(node.extra.get("shown") or node.attributes.get("src", ""))
        return self._sheet(node) if node.tag == "link" else None

    def _sheet(self, node: Node) -> str | None:
        """The rules of a linked sheet; None for a link to anything else."""
        if "stylesheet" not in node.attributes.get("rel", "").lower().split():
            return None
        address = node.attributes.get("href", "")
        text = self._assets.sheet(address)
        return None if text is None else self.alone_at(text, base=address)

    def alone_at(self, text: str, *, base: str) -> str:
        """A style sheet that no longer stands at its address, with what it shows in it."""
        room = Room(SHEET_CHARACTERS)

        def replaced(found: re.Match[str]) -> str:
            before, double, single, bare = found.groups()
            quote = "" if bare else "'" if double is None else '"'
            url = double or single or bare
            address = url and not url.startswith(("data:", "#")) and _joined(base, url)
            if not address:
                return found[0]
            put_in = room.admit(self._assets.picture(address)) if room.left else None
            return f"{before}{quote}{put_in or address}{quote}"

        return CSS_URL.sub(replaced, text)

    def _state(self, node: Node) -> Json:
        made: Json = {}
        if node.id in self._page.scroll:
            made["rr_scrollLeft"], made["rr_scrollTop"] = self._page.scroll[node.id]
        if node.id in self._page.values and node.tag in FIELDS:
            text, checked = self._page.values[node.id]
            if node.attributes.get("type", "").lower() in CHECKABLE:
                made["checked"] = checked == 1
            elif node.tag != "select":
                made["value"] = text
        if node.tag == "option" and (chosen := self._is_chosen(node)) is not None:
            made["selected"] = chosen
        if node.id in self._page.media:
            paused, seconds = self._page.media[node.id]
            made |= {"rr_mediaState": "paused" if paused else "played", "rr_mediaCurrentTime": seconds}
        if "block" in node.extra:
            made["rr_width"], made["rr_height"] = (f"{side}px" for side in node.extra["block"])
        if node.tag == "dialog" and "open" in node.attributes:
            made["rr_open_mode"] = "modal" if node.extra.get("top") == "modal" else "non-modal"
        return made

    def _is_chosen(self, option: Node) -> bool | None:
        """None where the tree alone says it."""
        select = option.parent
        while select and select.tag != "select":
            select = select.parent
        if select is None or select.id not in self._page.values:
            return None
        if select not in self._chosen:
            options = [node for node in select.walk() if node.tag == "option"]
            places = set(self._page.values[select.id][0].split(","))
            self._chosen[select] = {node for at, node in enumerate(options) if str(at) in places}
        return option in self._chosen[select]


def _joined(base: str, url: str) -> str | None:
    """None for what is no address."""
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def _plain(attributes: Json) -> Json:
    """A flag that is not there has no name: rrweb would set it as a text."""
    return {name: value for name, value in attributes.items() if value is not False}


def chosen_value(select: Node, positions: str) -> str:
    """What a `select` says, as rrweb tells it: the value of the first option that is chosen."""
    options = [node for node in select.walk() if node.tag == "option"]
    first = positions.split(",")[0]
    if not first.isdecimal() or int(first) >= len(options):
        return positions
    option = options[int(first)]
    text = "".join(node.text for node in option.walk() if node.kind == TEXT)
    return option.attributes.get("value", " ".join(text.split()))


def inner(node: Node) -> Iterator[Node]:
    """Its children, those of its shadow root first, but for the document of a frame."""
    for child in node.children:
        if child.kind == SHADOW:
            yield from child.children
        elif child.kind != DOCUMENT:
            yield child


def documents_in(node: Node) -> list[Node]:
    """Of frames, outer ones first."""
    return [found for found in node.walk() if found.kind == DOCUMENT and found.parent]


def holder(node: Node) -> Node | None:
    """The parent as rrweb knows it: of what is in a shadow root its host."""
    parent = node.parent
    return parent.parent if parent and parent.kind == SHADOW else parent


def is_in(node: Node, tag: str) -> bool:
    return node.parent is not None and node.parent.tag == tag


def frame_document(node: Node) -> int | None:
    """The id of the frame's document that it is in; None in the page's own."""
    at: Node | None = node
    while at and at.kind != DOCUMENT:
        at = at.parent
    return at.id if at and at.parent else None
