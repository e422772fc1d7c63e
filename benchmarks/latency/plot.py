"""The curve: which share of the changes was seen within which time, as an SVG."""

import math
from pathlib import Path

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 30, 50
FROM_MS, TO_MS = 50, 20_000
TICKS_MS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
COLOURS = ("#0b7285", "#e8590c", "#5f3dc4")


def curves(series: dict[str, list[float]], *, marks: dict[str, float], path: Path) -> None:
    """`marks` are times with a name, drawn as upright lines."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12" fill="#222">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_axes(),
        *(line for name, at in marks.items() for line in _mark(name, at)),
    ]
    for index, (name, times) in enumerate(series.items()):
        parts += _curve(name, sorted(times), colour=COLOURS[index % len(COLOURS)], row=index)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _x(ms: float) -> float:
    share = math.log(min(max(ms, FROM_MS), TO_MS) / FROM_MS) / math.log(TO_MS / FROM_MS)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _axes() -> list[str]:
    out = []
    for ms in TICKS_MS:
        text = f"{ms} ms" if ms < 1000 else f"{ms // 1000} s"
        out.append(f'<path d="M{_x(ms):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(f'<text x="{_x(ms):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{text}</text>')
    for share in (0, 0.25, 0.5, 0.75, 0.95, 1):
        out.append(f'<path d="M{LEFT} {_y(share):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{_y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    label = "from a change in the visitor's page to its being on the other screen"
    return [*out, f'<text x="{WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">{label}</text>']


def _mark(name: str, at: float) -> list[str]:
    line = f'<path d="M{_x(at):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#888" stroke-dasharray="4 3"/>'
    return [line, f'<text x="{_x(at):.1f}" y="{TOP - 8}" text-anchor="middle" fill="#666">{name}</text>']


def _curve(name: str, times: list[float], *, colour: str, row: int) -> list[str]:
    steps = "".join(f"H{_x(time):.1f}V{_y((at + 1) / len(times)):.1f}" for at, time in enumerate(times))
    y = HEIGHT - BOTTOM - 60 + 18 * row
    return [
        f'<path d="M{LEFT} {_y(0):.1f}{steps}H{WIDTH - RIGHT}" fill="none" stroke="{colour}" stroke-width="2"/>',
        f'<path d="M{WIDTH - 210} {y - 4}h24" stroke="{colour}" stroke-width="3"/>',
        f'<text x="{WIDTH - 178}" y="{y}">{name}</text>',
    ]
