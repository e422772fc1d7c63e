"""What the visitor sees of us: the dialogs on the way, and the indicator for as long as the channel is open."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from alongside_client.qt.walk import OWN, PROPERTY

MARGIN = 12
WIDTH = 420
STYLE = "#assist-indicator { background: #1f2430; border-radius: 6px; } #assist-indicator QLabel { color: #ffffff; }"
Act = Callable[[], None]


class StepDialog(QDialog):
    """One step: a text, maybe a field, and what can be chosen."""

    def __init__(self, parent: QWidget, *, title: str, text: str, choices: dict[str, tuple[str, Act]]) -> None:
        super().__init__(parent)
        self.setProperty(PROPERTY, OWN)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.rows = QVBoxLayout(self)
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        self.rows.addWidget(label)
        self.buttons = QHBoxLayout()
        self.rows.addLayout(self.buttons)
        for name, (words, act) in choices.items():
            self.buttons.addWidget(_button(self, name, words, act))


class NoteDialog(StepDialog):
    """Asks what the visitor needs."""

    def __init__(self, parent: QWidget, *, words: dict[str, str], send: Callable[[str], None]) -> None:
        note = QPlainTextEdit()
        note.setObjectName("assist-note")
        choice = {"assist-send": (words["send"], lambda: send(note.toPlainText()))}
        super().__init__(parent, title=words["title"], text=words["note"], choices=choice)
        self.rows.insertWidget(1, note)


class Indicator(QFrame):
    """Stays on the window: who watches, and how to pause and to end."""

    def __init__(self, window: QWidget, *, words: dict[str, str], pause: Act, resume: Act, end: Act) -> None:
        super().__init__(window)
        self._words, self._pause, self._resume = words, pause, resume
        self._is_paused = False
        self.setProperty(PROPERTY, OWN)
        self.setObjectName("assist-indicator")
        self.setStyleSheet(STYLE)
        self.label = QLabel(words["watching.0"], self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.toggle = _button(self, "assist-pause", words["pause"], self._choose)
        row = QHBoxLayout(self)
        for part in (self.label, self.toggle, _button(self, "assist-end", words["end"], end)):
            row.addWidget(part)
        self.place()

    def say(self, text: str) -> None:
        self.label.setText(text)
        self.place()

    def paused(self, is_paused: bool) -> None:
        self._is_paused = is_paused
        self.toggle.setText(self._words["resume" if is_paused else "pause"])
        self.place()

    def place(self) -> None:
        """In the lower right corner, over everything."""
        self.adjustSize()
        window = self.parentWidget()
        self.move(window.width() - self.width() - MARGIN, window.height() - self.height() - MARGIN)
        self.raise_()
        self.show()

    def _choose(self) -> None:
        (self._resume if self._is_paused else self._pause)()


def _button(parent: QWidget, name: str, text: str, act: Act) -> QPushButton:
    button = QPushButton(text, parent)
    button.setObjectName(name)
    button.clicked.connect(lambda _checked=False: act())
    return button
