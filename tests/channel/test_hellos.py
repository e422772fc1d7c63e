"""Who may come while somebody at the same address guesses tokens."""

from uuid import uuid4

import pytest

from assist.channel.hellos import Guess, Hellos


async def is_looked_up(hellos: Hellos, guess: Guess, *, address: str) -> bool:
    """Which turns out to be wrong, unless it was right before."""
    async with hellos.looked_up(address, guess=guess) as wrong:
        if wrong:
            wrong.take(1)
        return wrong is not None


@pytest.mark.parametrize(("guesses_at", "comes_from"), [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::2")])
async def test_whose_token_was_right_comes_again_while_a_neighbour_guesses(guesses_at: str, comes_from: str) -> None:
    hellos, right = Hellos(), (uuid4(), "right")
    hellos.was_right(right)
    while await is_looked_up(hellos, (uuid4(), "guessed"), address=guesses_at):
        pass
    assert await is_looked_up(hellos, right, address=comes_from)
    assert not await is_looked_up(hellos, (uuid4(), "right"), address=comes_from)
