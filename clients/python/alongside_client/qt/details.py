"""What the classes of widgets show: texts, values and states of a node beyond what every widget has."""

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QFrame,
    QGroupBox,
    QLabel,
    QLCDNumber,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QStatusBar,
    QTextBrowser,
    QTextEdit,
    QWidget,
)

from alongside_client.page import Json
from alongside_client.qt.images import Images
from alongside_client.text import BULLET

# Of these the inner widgets are parts of what they show themselves.
LEAVES = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
)
# What Qt takes for rich text where nobody says what it is.
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
LINES = (QFrame.Shape.HLine, QFrame.Shape.VLine)
BOXES = (QFrame.Shape.Box, QFrame.Shape.Panel, QFrame.Shape.StyledPanel, QFrame.Shape.WinPanel)
ALIGNMENTS = {Qt.AlignmentFlag.AlignHCenter: "center", Qt.AlignmentFlag.AlignRight: "right"}


def details_of(widget: QWidget, node: Json, images: Images) -> None:
    """Fill in what the widget's class knows."""
    for kind, fill in DETAILS:
        if isinstance(widget, kind):
            fill(widget, node, images)
            break


def plain(text: str) -> str:
    """Without the marks of keyboard short cuts."""
    return re.sub("&(.)", r"\1", text)


def _button(widget: Any, node: Json, images: Images) -> None:
    node["text"] = plain(widget.text())
    if widget.isCheckable() and widget.isChecked():
        node["states"].append("checked")
    if isinstance(widget, QCheckBox) and widget.checkState() == Qt.CheckState.PartiallyChecked:
        node["states"] = [*(state for state in node["states"] if state != "checked"), "partial"]
    if not widget.icon().isNull() and not node["text"]:
        images.put(node, widget.icon().pixmap(widget.iconSize()))


def _line_edit(widget: Any, node: Json, _images: Images) -> None:
    is_secret = widget.echoMode() != QLineEdit.EchoMode.Normal
    node["text"] = BULLET * len(widget.displayText()) if is_secret else widget.text()
    node["attributes"]["placeholderText"] = widget.placeholderText()
    if is_secret:
        node["attributes"]["type"] = "password"


def _text_edit(widget: Any, node: Json, _images: Images) -> None:
    node["text"] = widget.toPlainText()
    node["attributes"]["placeholderText"] = widget.placeholderText()
    if widget.isReadOnly():
        node["states"].append("readonly")


def _label(widget: Any, node: Json, images: Images) -> None:
    text = widget.text()
    kind = widget.textFormat()
    is_rich = kind == Qt.TextFormat.RichText or (kind == Qt.TextFormat.AutoText and TAG.search(text))
    node["text"] = _of_rich_text(text) if is_rich else text if widget.buddy() is None else plain(text)
    for flag, name in ALIGNMENTS.items():
        if widget.alignment() & flag:
            node["attributes"]["alignment"] = name
    if not widget.pixmap().isNull():
        images.put(node, widget.pixmap())


def _of_rich_text(text: str) -> str:
    document = QTextDocument()
    document.setHtml(text)
    return str(document.toPlainText())


def _range(widget: Any, node: Json, _images: Images) -> None:
    node["attributes"] |= {"value": widget.value(), "minimum": widget.minimum(), "maximum": widget.maximum()}
    if isinstance(widget, QProgressBar):
        node["text"] = widget.text()


def _nothing(_widget: Any, _node: Json, _images: Images) -> None:
    pass


def _frame(widget: Any, node: Json, _images: Images) -> None:
    shape = "line" if widget.frameShape() in LINES else "box" if widget.frameShape() in BOXES else ""
    node["attributes"]["frameShape"] = shape


def _text_from(read: Callable[[Any], str]) -> Callable[[Any, Json, Images], None]:
    def fill(widget: Any, node: Json, _images: Images) -> None:
        node["text"] = read(widget)

    return fill


def _title_from(read: Callable[[Any], str]) -> Callable[[Any, Json, Images], None]:
    def fill(widget: Any, node: Json, _images: Images) -> None:
        node["attributes"]["title"] = read(widget)

    return fill


# The first that fits.
DETAILS: list[tuple[type, Callable[[Any, Json, Images], None]]] = [
    (QAbstractButton, _button),
    (QLineEdit, _line_edit),
    (QTextBrowser, _text_edit),
    (QTextEdit, _text_edit),
    (QPlainTextEdit, _text_edit),
    (QComboBox, _text_from(lambda widget: widget.currentText())),
    (QAbstractSpinBox, _text_from(lambda widget: widget.text())),
    (QScrollBar, _nothing),
    (QAbstractSlider, _range),
    (QProgressBar, _range),
    (QLCDNumber, _text_from(lambda widget: f"{widget.value():g}")),
    (QLabel, _label),
    (QGroupBox, _title_from(lambda widget: plain(widget.title()))),
    (QDockWidget, _title_from(lambda widget: widget.windowTitle())),
    (QStatusBar, _text_from(lambda widget: widget.currentMessage())),
    (QFrame, _frame),
]
