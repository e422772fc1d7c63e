"""Fonts for a machine that has none, so that Chinese, Arabic and emoji come out as glyphs, not boxes."""

from pathlib import Path
from xml.sax.saxutils import escape

PACKAGES = Path(__file__).resolve().parent.parent.parent / "node_modules" / "@expo-google-fonts"
FILES = (
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
    aliases = "\n".join(alias(generic) for generic in GENERIC)
    config.write_text(CONFIG.format(files=escape(str(files)), cache=escape(str(folder / "cache")), aliases=aliases))
    return config


def alias(generic: str) -> str:
    """Our families as the last resort of a generic one."""
    families = "".join(f"<family>{name}</family>" for name in FAMILIES)
    return f'  <alias binding="weak"><family>{generic}</family><accept>{families}</accept></alias>'
