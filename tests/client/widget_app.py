"""A small till made of Qt widgets, with remote assistance; a test drives it by lines of JSON and reads what it hears.

    python tests/client/widget_app.py '{"desk": …, "public_key": …, "rules_key": …, "app": …}'

Each line of standard input is `{"do": name, …}`; each line of standard output is what was done, or an event.
"""

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from alongside_client.qt import QtAssistance

ROWS = [["Apples", "12"], ["Bread", "3"], ["Milk", "7"]]


class Till(QMainWindow):
    """Two pages in a stack: the sale with its fields, and the stock."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("till")
        self.setWindowTitle("Till")
        self.resize(640, 480)
        self.stack = QStackedWidget(self)
        self.setCentralWidget(self.stack)
        for page in (self._sale(), self._stock()):
            self.stack.addWidget(page)
        menu = self.menuBar().addMenu("&Register")
        menu.addAction("&Close shift")
        self.statusBar().showMessage("Register 4")

    def _sale(self) -> QWidget:
        page = QWidget(objectName="sale")
        form = QFormLayout(page)
        logo = QLabel(objectName="logo")
        picture = QPixmap(32, 32)
        picture.fill(QColor("tomato"))
        logo.setPixmap(picture)
        form.addRow(logo)
        form.addRow("Total", QLabel("12.00", objectName="total"))
        form.addRow("Customer", QLineEdit(objectName="customer", placeholderText="Name"))
        form.addRow("Code", QLineEdit(objectName="code", echoMode=QLineEdit.EchoMode.Password))
        kinds = QComboBox(objectName="kind")
        kinds.addItems(["Cash", "Card"])
        form.addRow("Payment", kinds)
        form.addRow(QCheckBox("Print a receipt", objectName="receipt"))
        form.addRow(QProgressBar(objectName="progress", value=40))
        form.addRow(QPushButton("Pay", objectName="pay", clicked=self._pay))
        form.addRow(QPushButton("Stock", objectName="to-stock", clicked=lambda: self.stack.setCurrentIndex(1)))
        return page

    def _stock(self) -> QWidget:
        page = QWidget(objectName="stock")
        column = QVBoxLayout(page)
        table = QTableWidget(len(ROWS), 2, objectName="shelves")
        table.setHorizontalHeaderLabels(["Goods", "Left"])
        for at, row in enumerate(ROWS):
            for column_at, text in enumerate(row):
                table.setItem(at, column_at, QTableWidgetItem(text))
        notes = QListWidget(objectName="notes")
        notes.addItems(["Order more bread", "Milk comes at six"])
        back = QPushButton("Back", objectName="to-sale", clicked=lambda: self.stack.setCurrentIndex(0))
        for part in (table, notes, back):
            column.addWidget(part)
        return page

    def _pay(self) -> None:
        self.findChild(QLabel, "total").setText("Paid")
        self.findChild(QProgressBar, "progress").setValue(100)


class Driver(QObject):
    """Does in the application's thread what lines say."""

    line = Signal(str)

    def __init__(self, till: Till, help_: QtAssistance) -> None:
        super().__init__()
        self.till, self.help = till, help_
        self.line.connect(self.obey)
        self.actions: dict[str, Callable[..., Any]] = {
            "click": self.click,
            "type": self.type,
            "resize": lambda width, height: till.resize(width, height),
            "ask": help_.ask,
            "texts": self.texts,
            "own": self.own,
        }
        help_.asked.connect(lambda name: say(asked=name))
        help_.changed.connect(lambda name: say(event=name, phase=help_.phase))

    def read(self) -> None:
        for line in sys.stdin:
            self.line.emit(line)

    def obey(self, line: str) -> None:
        order = json.loads(line)
        name = order.pop("do")
        if name == "quit":
            self.help.close()
            QApplication.quit()
        else:
            say(done=name, answer=self.actions[name](**order))

    def find(self, name: str) -> QWidget:
        found = [widget for widget in QApplication.allWidgets() if widget.objectName() == name and widget.isVisible()]
        return found[-1]

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str) -> None:
        QTest.keyClicks(self.find(name), text)

    def texts(self) -> list[str]:
        return [label.text() for label in self.help.dialog.findChildren(QLabel)] if self.help.dialog else []

    def own(self) -> list[str]:
        """Names of our own widgets that are seen."""
        names = [widget.objectName() for widget in QApplication.allWidgets() if widget.isVisible()]
        return sorted(name for name in names if name.startswith("assist-"))


def say(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def main() -> None:
    application = QApplication(sys.argv[:1])
    till = Till()
    till.show()
    driver = Driver(till, QtAssistance(till, **json.loads(sys.argv[1])))
    threading.Thread(target=driver.read, daemon=True).start()
    say(event="ready")
    application.exec()


if __name__ == "__main__":
    main()
