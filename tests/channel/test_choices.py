"""Which choice of the visitor a tab is told: each newer one of another tab, and none that was made before its own."""

from assist.channel.choices import Choice, Choices


def choices(told: list[bool]) -> Choices:
    made = Choices(told.append)
    made.learn(Choice(10, False))
    told.clear()
    return made


def test_choice_that_is_known_is_told_once_and_an_older_one_never() -> None:
    told: list[bool] = []
    made = choices(told)
    for choice in (Choice(12, True), Choice(12, True), Choice(11, False), Choice(14, False), Choice(12, True)):
        made.learn(choice)
    assert told == [True, False]


def test_own_choice_on_its_way_counts_more_than_what_others_chose_before() -> None:
    told: list[bool] = []
    made = choices(told)
    made.make(5, is_paused=True)
    made.learn(Choice(12, False))
    assert not made.stored(4, Choice(12, False))
    assert made.stored(6, Choice(15, True))
    assert (told, made.newest) == ([], Choice(15, True))
    made.learn(Choice(16, False))
    assert told == [False]


def test_other_choice_that_followed_the_own_one_in_the_same_answer_is_told() -> None:
    """The answer to the first try was lost: the second finds what another tab has chosen meanwhile."""
    told: list[bool] = []
    made = choices(told)
    made.make(5, is_paused=True)
    assert made.stored(5, Choice(20, False))
    assert told == [False]
