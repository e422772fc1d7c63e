"""Fonts for a machine that has none, so that Chinese, Arabic and emoji come out as glyphs, not boxes."""

from pathlib import Path
from xml.sax.saxutils import escape

PACKAGES = Path(__file__).resolve().parent.parent.parent / "node_modules" / "@expo-google-fonts"
STYLES = ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")
# As wide as the fonts that most pages name, and that no free system has.
ALIKE = {"Arial": "Arimo", "Helvetica": "Arimo", "Times New Roman": "Tinos", "Courier New": "Cousine"}
FILES = (
    *(f"{name.lower()}/{style}/{name}_{style}.ttf" for name in ("Arimo", "Tinos", "Cousine") for style in STYLES),
    "noto-sans/400Regular/NotoSans_400Regular.ttf",
    "noto-sans/700Bold/NotoSans_700Bold.ttf",
    "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
    "noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf",
    "noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf",
    "noto-color-emoji/400Regular/NotoColorEmoji_400Regular.ttf",
)
FAMILIES = ("Noto Sans", "Noto Sans SC", "Noto Sans Arabic", "Noto Color Emoji")
GENERIC = ("sans-serif", "serif", "monospace", "system-ui")
CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <dir prefix="xdg">fonts</dir>
  <dir>{files}</dir>
  <cachedir>{cache}</cachedir>
{aliases}
</fontconfig>
"""


def configure(folder: Path) -> Path:
    """Write a fontconfig file that adds our fonts after the system's; returns its path (`FONTCONFIG_FILE`)."""
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    for source in map(PACKAGES.joinpath, FILES):
        link = files / source.name
        if source.exists() and not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(source)
    config = folder / "fonts.conf"
    aliases = "\n".join([*(alias(*pair) for pair in ALIKE.items()), *map(last_resort, GENERIC)])
    config.write_text(CONFIG.format(files=escape(str(files)), cache=escape(str(folder / "cache")), aliases=aliases))
    return config


def alias(family: str, ours: str) -> str:
    """Ours where the system has none for this family.

    A browser that finds no font for a generic family, which it looks up as one of these, takes the next in the page's
    list that there is: digits and blanks from the emoji that many lists end with.
    """
    return f'  <alias binding="same"><family>{family}</family><accept><family>{ours}</family></accept></alias>'


def last_resort(generic: str) -> str:
    """Our families behind all others of a generic one."""
    first = ("Cousine",) if generic == "monospace" else ()
    families = "".join(f"<family>{name}</family>" for name in (*first, *FAMILIES))
    return f'  <alias binding="weak"><family>{generic}</family><accept>{families}</accept></alias>'
