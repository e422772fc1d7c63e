"""What is shown without a widget of its own: rows of views, headers, tabs and the entries of menus."""

from collections.abc import Iterable, Iterator
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QListView, QMenu, QMenuBar, QTabBar, QTreeView, QWidget

from alongside_client.page import Json
from alongside_client.qt.details import plain

ITEMS_MAX = 2_000


def items_of(widget: QWidget) -> list[Json]:
    """Nodes, relative to the widget."""
    if isinstance(widget, QHeaderView):
        return list(_sections(widget))
    if isinstance(widget, QAbstractItemView):
        return list(_cells(widget))
    if isinstance(widget, QTabBar):
        return [_tab(widget, at) for at in range(widget.count()) if widget.isTabVisible(at)]
    if isinstance(widget, QMenu | QMenuBar):
        return list(_actions(widget))
    return []


def _item(tag: str, place: QRect, text: str, states: Iterable[str] = ()) -> Json:
    rect = [place.x(), place.y(), place.width(), place.height()]
    return {"tag": tag, "rect": rect, "text": text, "states": list(states)}


def _sections(header: QHeaderView) -> Iterator[Json]:
    is_flat = header.orientation() == Qt.Orientation.Horizontal
    length = header.width() if is_flat else header.height()
    for at in range(min(header.count(), ITEMS_MAX)):
        begin, size = header.sectionViewportPosition(at), header.sectionSize(at)
        if header.isSectionHidden(at) or begin + size < 0 or begin > length or header.model() is None:
            continue
        place = QRect(begin, 0, size, header.height()) if is_flat else QRect(0, begin, header.width(), size)
        text = header.model().headerData(at, header.orientation(), Qt.ItemDataRole.DisplayRole)
        yield _item("HeaderSection", place, _text(text))


def _cells(view: QAbstractItemView) -> Iterator[Json]:
    model, selection, viewport = view.model(), view.selectionModel(), view.viewport()
    if model is None:
        return
    for index in _visible(view):
        place = view.visualRect(index)
        if not place.isValid() or not place.intersects(viewport.rect()):
            continue
        states = ["selected"] if selection is not None and selection.isSelected(index) else []
        if index.data(Qt.ItemDataRole.CheckStateRole) in (Qt.CheckState.Checked, Qt.CheckState.Checked.value):
            states.append("checked")
        text = _text(index.data(Qt.ItemDataRole.DisplayRole))
        yield _item("Item", place.translated(viewport.pos()), text, states)


def _visible(view: QAbstractItemView) -> Iterator[QModelIndex]:
    """From the first row that is seen on, at most so many as are looked at."""
    model, root = view.model(), view.rootIndex()
    index = view.indexAt(QPoint(1, 1))
    row = index if index.isValid() else model.index(0, 0, root)
    left = ITEMS_MAX
    while (
        row.isValid() and left > 0 and view.visualRect(row.siblingAtColumn(_first_column(view))).top() <= view.height()
    ):
        columns = [view.modelColumn()] if isinstance(view, QListView) else range(model.columnCount(row.parent()))
        for column in columns:
            left -= 1
            yield row.siblingAtColumn(column)
        row = view.indexBelow(row) if isinstance(view, QTreeView) else model.index(row.row() + 1, 0, root)


def _first_column(view: QAbstractItemView) -> int:
    return view.modelColumn() if isinstance(view, QListView) else 0


def _tab(bar: QTabBar, at: int) -> Json:
    states = [*(["selected"] if at == bar.currentIndex() else []), *([] if bar.isTabEnabled(at) else ["disabled"])]
    return _item("Tab", bar.tabRect(at), plain(bar.tabText(at)), states)


def _actions(menu: Any) -> Iterator[Json]:
    for action in menu.actions():
        if action.isVisible() and not action.isSeparator():
            states = [*([] if action.isEnabled() else ["disabled"]), *(["checked"] if action.isChecked() else [])]
            yield _item("QAction", menu.actionGeometry(action), plain(action.text()).partition("\t")[0], states)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
