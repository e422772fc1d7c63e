"""The visitor's side of Alongside for applications that are not web pages. `alongside_client.qt` is for Qt widgets."""

from alongside_client.api import Landed, Problem
from alongside_client.assistance import Assistance
from alongside_client.capture import NativePage
from alongside_client.page import BadNativePage

__all__ = ["Assistance", "BadNativePage", "Landed", "NativePage", "Problem"]
