"""Remote assistance of one window: what the visitor sees of it, and what is captured while it is live."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from alongside_client.assistance import Assistance
from alongside_client.capture import NativePage
from alongside_client.qt.panel import Indicator, NoteDialog, StepDialog
from alongside_client.qt.walk import Walk, is_own, tag_of
from alongside_client.qt.words import words_of

# Changes are gathered for so long.
LOOK_AFTER_MS = 30
# Whatever is seen to change is painted.
CHANGES = {QEvent.Type.Paint, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowTitleChange}
CLICKS = {
    QEvent.Type.MouseButtonPress: ("mousedown",),
    QEvent.Type.MouseButtonRelease: ("mouseup", "click"),
    QEvent.Type.MouseButtonDblClick: ("dblclick",),
}
EVENTS = ("requested", "link", "consent", "live", "watching", "paused", "offline", "refused", "problem", "ended")
PageName = tuple[str, str]


class QtAssistance(QObject):
    """`page_of` names the page that the window shows, (id, title): the window and what its stacks show unless given.

    `asked` tells that the visitor has something to decide in `dialog`; everything else goes by itself. The options are
    those of `Assistance`. Use it from the thread of the application.
    """

    asked = Signal(str)
    changed = Signal(str)
    _heard = Signal(str, object)

    def __init__(
        self, window: QWidget, *, page_of: Callable[[QWidget], PageName] | None = None, **options: Any
    ) -> None:
        super().__init__(window)
        self.window = window
        self.dialog: StepDialog | None = None
        self.indicator: Indicator | None = None
        self.phase = "off"
        self.assistance = Assistance(**options)
        self._words = words_of(options.get("language", "en"))
        self._page_of = page_of or _page_of
        self._walk = Walk()
        self._last_click: tuple[Any, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        self._heard.connect(self._hear)
        for name in EVENTS:
            self.assistance.on(name, lambda _name=name, **values: self._heard.emit(_name, values))

    def ask(self) -> None:
        """Show the form of a request."""
        self._show(NoteDialog(self.window, words=self._words, send=self.send), "note")

    def send(self, note: str, **who: str) -> None:
        """Send a request; `who` is `name` and `email`."""
        self._dismiss()
        self.assistance.request(note=note, title=self.window.windowTitle(), **who)

    def open_link(self, url: str) -> None:
        """The link came by another way, as by e-mail."""
        self.assistance.open_link(url)

    def end(self) -> None:
        self.assistance.end()

    def close(self) -> None:
        """The application ends."""
        self._stop()
        self.assistance.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice what changes and what the visitor does; nothing is kept from anybody."""
        kind = event.type()
        if kind in CHANGES or kind == QEvent.Type.Resize:
            if watched is self.window and kind == QEvent.Type.Resize:
                self._resized()
            if not self._timer.isActive() and not is_own(watched):
                self._timer.start(LOOK_AFTER_MS)
        elif isinstance(event, QMouseEvent) and isinstance(watched, QWidget):
            self._mouse(event)
        return False

    def _hear(self, name: str, values: dict[str, Any]) -> None:
        handler = getattr(self, f"_on_{name}", None)
        if handler:
            handler(**values)
        self.changed.emit(name)

    def _on_requested(self, state: str, message: str, **_values: Any) -> None:
        self.phase = "requested" if state == "pending" else "off"
        self._tell(message)

    def _on_link(self, url: str, agent_name: str) -> None:
        self.phase = "linked"
        text = self._words["link"].format(agent=agent_name or self._words["agent"])
        choices = {"assist-link": (self._words["open"], lambda: self.open_link(url))}
        self._show(StepDialog(self.window, title=self._words["title"], text=text, choices=choices), "link")

    def _on_consent(self, landed: Any) -> None:
        self.phase = "linked"
        choices = {
            "assist-consent": (self._words["agree"], self._agree),
            "assist-refuse": (self._words["refuse"], self.assistance.refuse),
        }
        title = self._words["consent"].format(tenant=landed.tenant_name)
        self._show(StepDialog(self.window, title=title, text=landed.consent_text, choices=choices), "consent")

    def _agree(self) -> None:
        self.assistance.resize(self._viewport())
        self.assistance.agree()

    def _on_live(self, **_values: Any) -> None:
        self.phase = "live"
        self._dismiss()
        actions = {"pause": self.assistance.pause, "resume": self.assistance.resume, "end": self.assistance.end}
        self.indicator = Indicator(self.window, words=self._words, **actions)
        QApplication.instance().installEventFilter(self)
        self._look()

    def _on_watching(self, names: list[str], **_values: Any) -> None:
        if self.indicator:
            known = ", ".join(name or self._words["agent"] for name in names)
            self.indicator.say(self._words["watching"].format(names=known) if known else self._words["watching.0"])

    def _on_paused(self, is_paused: bool) -> None:
        if self.indicator:
            self.indicator.paused(is_paused)

    def _on_offline(self) -> None:
        if self.indicator:
            self.indicator.say(self._words["offline"])

    def _on_problem(self, code: str, detail: str) -> None:
        self.phase = "off"
        self._tell(self._words["network"] if code == "network" else detail)

    def _on_ended(self, **_values: Any) -> None:
        self.phase = "ended"
        self._stop()
        self._tell(self._words["ended"])

    def _tell(self, text: str) -> None:
        choices = {"assist-close": (self._words["close"], self._dismiss)}
        self._show(StepDialog(self.window, title=self._words["title"], text=text, choices=choices), "told")

    def _show(self, dialog: StepDialog, name: str) -> None:
        self._dismiss()
        self.dialog = dialog
        dialog.show()
        self.asked.emit(name)

    def _dismiss(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()

    def _stop(self) -> None:
        self._timer.stop()
        QApplication.instance().removeEventFilter(self)
        self._dismiss()
        if self.indicator:
            self.indicator.hide()
            self.indicator.deleteLater()
            self.indicator = None

    def _look(self) -> None:
        page_id, title = self._page_of(self.window)
        root, images = self._walk.page(self.window)
        self.assistance.show(NativePage(page_id, title, root, images))

    def _resized(self) -> None:
        self.assistance.resize(self._viewport())
        if self.indicator:
            self.indicator.place()

    def _viewport(self) -> dict[str, float]:
        screen = self.window.screen().size()
        sizes = {"width": self.window.width(), "height": self.window.height()}
        sizes |= {"screen_width": screen.width(), "screen_height": screen.height()}
        return {**sizes, "dpr": self.window.devicePixelRatioF(), "zoom": 1}

    def _mouse(self, event: QMouseEvent) -> None:
        place = self.window.mapFromGlobal(event.globalPosition())
        if event.type() == QEvent.Type.MouseMove:
            self.assistance.point(place.x(), place.y())
            return
        # A click that a widget does not take comes again for the one around it.
        click = (event.type(), event.timestamp(), place.x(), place.y())
        if event.type() in CLICKS and click != self._last_click:
            self._last_click = click
            self._clicked(CLICKS[event.type()], place)

    def _clicked(self, kinds: tuple[str, ...], place: QPointF) -> None:
        for kind in kinds:
            self.assistance.click(kind, place.x(), place.y())


def _page_of(window: QWidget) -> PageName:
    stacks = [stack for stack in window.findChildren(QStackedWidget) if stack.isVisible() and stack.currentWidget()]
    named = [stack.currentWidget().objectName() for stack in stacks if not stack.objectName().startswith("qt_")]
    return "/".join([window.objectName() or tag_of(window), *filter(None, named)]), window.windowTitle()
