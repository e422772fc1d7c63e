"""What people do in third-party applications: each session is a minute at a person's pace.

An actor rests where the page may be looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.apps.actor import Actor
from tests.apps.sessions.pages import admin, api, shop
from tests.apps.sessions.widgets import charts, components, editor, grid


@dataclass(frozen=True)
class Application:
    name: str
    what: str
    session: Callable[[Actor], None]


APPLICATIONS = [
    Application("admin", "Bootstrap 4, jQuery, DataTables, Chart.js (sb-admin-2)", admin),
    Application("api", "React (Swagger UI)", api),
    Application("shop", "Vue (Quasar)", shop),
    Application("components", "web components (Shoelace)", components),
    Application("grid", "data grid (SlickGrid)", grid),
    Application("editor", "editor (Quill)", editor),
    Application("charts", "charts, SVG and canvas (Plotly, uPlot)", charts),
]
