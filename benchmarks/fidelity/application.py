"""Checkpoints of a real application, SB Admin 2: charts, menus, dialogs, tables, a window whose size changes."""

from tests.fidelity.features import Feature, Promise

SIZE = (1280, 720)


def checkpoint(title: str, file: str, *steps: str) -> Feature:
    name = title.lower().replace(" ", "-")
    return Feature(name, file, "SB Admin 2", title, Promise("exact"), steps, SIZE)


CHECKPOINTS = [
    checkpoint("Dashboard", "index.html"),
    checkpoint("Menu open", "index.html", "sent", "click #alertsDropdown",
               "until document.querySelector('.dropdown-menu.show')"),
    checkpoint("Charts", "charts.html"),
    checkpoint("Table searched and scrolled", "tables.html", "sent", "type input[type=search] Lon", "wheel 300"),
    checkpoint("Dialog", "cards.html", "sent", "click #userDropdown", "click [data-target='#logoutModal']",
               "until document.querySelector('#logoutModal.show')"),
    checkpoint("Narrow window", "tables.html", "sent", "size 700x900"),
    checkpoint("Buttons", "buttons.html", "sent", "hover .btn-success"),
    checkpoint("Form", "register.html", "sent", "type #exampleFirstName Ada"),
]  # fmt: skip
