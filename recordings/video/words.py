"""How times are written on pictures."""


def clock(at_ms: int) -> str:
    """`m:ss`, and `h:mm:ss` from an hour on."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
