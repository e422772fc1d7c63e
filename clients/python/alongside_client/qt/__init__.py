"""Remote assistance for applications made of Qt widgets (PySide6)."""

from alongside_client.qt.assistance import QtAssistance

__all__ = ["QtAssistance"]
