"""The widgets of an application as page information: one node for each that is seen, in points.

What is typed into a password field is not read at all; what else people type is masked by the conversion.
"""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from alongside_client.page import Json
from alongside_client.qt.details import LEAVES, details_of
from alongside_client.qt.images import Images
from alongside_client.qt.items import items_of

# Our own dialogs and the indicator carry it, and whatever the application wants to keep out; `"block"` keeps the box.
PROPERTY = "alongside"
OWN, BLOCK = "own", "block"
NORMAL_WEIGHT = 400


class Walk:
    """Reads windows; pictures that were seen before are not encoded again."""

    def __init__(self) -> None:
        self._images = Images()

    def page(self, window: QWidget) -> tuple[Json, dict[str, bytes]]:
        """The root node of a window with the dialogs and menus over it, and the images by their SHA-256."""
        self._images.begin()
        origin = window.mapToGlobal(QPoint(0, 0))
        children = [self._node(window, QRect(QPoint(0, 0), window.size()))]
        for at, other in enumerate(_others(window)):
            place = QRect(other.mapToGlobal(QPoint(0, 0)) - origin, other.size())
            children.append({**self._node(other, place), "z": at + 1})
        root = {"tag": "Desktop", "rect": [0, 0, window.width(), window.height()], "children": children}
        return root, self._images.used()

    def _node(self, widget: QWidget, place: QRect) -> Json:
        rect = [place.x(), place.y(), place.width(), place.height()]
        if widget.property(PROPERTY) == BLOCK:
            return {"tag": "Blocked", "rect": rect}
        node: Json = {"tag": tag_of(widget), "rect": rect, "attributes": _attributes(widget), "states": _states(widget)}
        details_of(widget, node, self._images)
        children = (
            [] if isinstance(widget, LEAVES) else [self._node(child, child.geometry()) for child in _inner(widget)]
        )
        node["children"] = [*items_of(widget), *children]
        return node


def tag_of(widget: QWidget) -> str:
    """The nearest class that is Qt's own, so that mappings need not know the application's."""
    meta = widget.metaObject()
    while meta is not None:
        name = str(meta.className())
        if name.startswith("Q") and name[1:2].isupper():
            return "Window" if name == "QWidget" and widget.isWindow() else name
        meta = meta.superClass()
    return "QWidget"


def is_own(widget: QObject) -> bool:
    return widget.property(PROPERTY) == OWN


def _others(window: QWidget) -> list[QWidget]:
    """Dialogs, menus and the like that are open over the window."""
    kinds = (Qt.WindowType.Dialog, Qt.WindowType.Sheet, Qt.WindowType.Popup, Qt.WindowType.Tool, Qt.WindowType.ToolTip)
    return [
        other
        for other in QApplication.topLevelWidgets()
        if other is not window and other.isVisible() and not is_own(other) and other.windowType() in kinds
    ]


def _inner(widget: QWidget) -> Iterable[QWidget]:
    children: list[Any] = widget.children()
    for child in children:
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisibleTo(widget) and not is_own(child):
            yield child


def _attributes(widget: QWidget) -> Json:
    font = QFontInfo(widget.font())
    found: Json = {"name": widget.objectName(), "toolTip": widget.toolTip(), "accessibleName": widget.accessibleName()}
    found |= {"fontSize": font.pixelSize(), "fontFamily": font.family()}
    if font.weight() != NORMAL_WEIGHT:
        found["fontWeight"] = int(font.weight())
    if widget.testAttribute(Qt.WidgetAttribute.WA_SetPalette):
        found["foreground"] = widget.palette().color(widget.foregroundRole()).name()
        if widget.autoFillBackground():
            found["background"] = widget.palette().color(widget.backgroundRole()).name()
    return {name: value for name, value in found.items() if value != ""}


def _states(widget: QWidget) -> list[str]:
    states = {
        "disabled": not widget.isEnabled(),
        "focused": widget.hasFocus(),
        "selected": isinstance(widget, QAbstractItemView) and widget.hasFocus(),
    }
    return [name for name, holds in states.items() if holds]
