"""Scorecards as admins define them, and the scores of managers."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from helpdesk.accounts.models import Role
from helpdesk.tenants.context import tenant_scope
from recordings.review.models import Score, Scorecard
from recordings.review.scorecards import give_score, percent_of, validate_criteria
from tests import factories
from tests.desks import Desk, signed_in

CRITERIA = [{"label": "Greeting", "weight": 1, "scale": 5}, {"label": "Solution", "weight": 3, "scale": 10}]


def test_percent_is_the_weighted_mean_of_the_shares() -> None:
    points = zip(CRITERIA, (5, 5), strict=True)
    assert percent_of([{**criterion, "points": given} for criterion, given in points]) == Decimal("62.50")


@pytest.mark.parametrize(
    "criteria",
    [
        [], {}, "x", [{}], [{**CRITERIA[0], "more": 1}], [{**CRITERIA[0], "weight": 0}],
        [{**CRITERIA[0], "scale": True}],
        [{**CRITERIA[0], "scale": 101}], [{**CRITERIA[0], "label": " "}], 
        [{**CRITERIA[0], "label": "\ud800"}], [CRITERIA[0]] * 2, [CRITERIA[0]] * 31,
    ],
)  # fmt: skip
def test_criteria_that_make_no_sense_are_refused(criteria: Any) -> None:
    with pytest.raises(ValidationError):
        validate_criteria(criteria)


@pytest.mark.parametrize("points", [[1], [6, 1], [-1, 1], [1, 1, 1], [True, 1], [None, 1], ["1", 1]])
def test_points_are_those_of_the_scale(desk: Desk, points: list[Any]) -> None:
    with tenant_scope(desk.tenant.id), pytest.raises(ValidationError):
        card = factories.scorecard(criteria=CRITERIA)
        give_score(factories.recording(), scorecard=card, reviewer=desk.agent, points=points)


def test_managers_score_once_each_and_agents_do_not(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        recording = factories.recording(session=factories.assist_session(agent=desk.agent))
        card = factories.scorecard(criteria=CRITERIA)
        clients = [signed_in(factories.member(Role.MANAGER)) for _ in range(2)]
    path = f"/desk/recordings/{recording.pk}/scores/{card.pk}/"
    assert desk.client.post(path, {"points_0": 5, "points_1": 10}).status_code == 403
    for client, points in ((clients[0], 0), (clients[0], 10), (clients[1], 5)):
        assert client.post(path, {"points_0": 5, "points_1": points, "comment": "Good"}).status_code == 302
    clients[1].post(path, {"points_0": 6, "points_1": "x"})
    with tenant_scope(desk.tenant.id):
        assert sorted(Score.objects.values_list("percent", flat=True)) == [Decimal("62.50"), Decimal("100.00")]
    page = clients[0].get(f"/desk/recordings/{recording.pk}/").content.decode()
    assert page.count('data-testid="recording-score"') == 2
    assert "62.5" not in desk.client.get(f"/desk/recordings/{recording.pk}/").content.decode()
    assert "Score 81.3" in clients[0].get("/desk/recordings/").content.decode()


def test_admin_writes_a_scorecard_one_criterion_a_line(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        admin, manager = signed_in(factories.member(Role.ADMIN)), signed_in(factories.member(Role.MANAGER))
    path = "/desk/recordings_review/scorecard/add/"
    lines = {"name": "Calls", "criteria": "Greeting | 1 | 5\n\nSolution | 3 | 10", "is_active": "on"}
    assert manager.post(path, lines).status_code == 403
    assert admin.post(path, {**lines, "criteria": "Greeting"}).status_code == 200
    assert admin.post(path, lines).status_code == 302
    with tenant_scope(desk.tenant.id):
        card = Scorecard.objects.get()
    assert card.criteria == CRITERIA
    changed = admin.get(f"/desk/recordings_review/scorecard/{card.pk}/change/").content.decode()
    assert "Solution | 3 | 10" in changed


def test_scores_stay_as_they_were_given(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        card, recording = factories.scorecard(criteria=CRITERIA), factories.recording()
        give_score(recording, scorecard=card, reviewer=desk.agent, points=[5, 5])
        card.criteria = CRITERIA[:1]
        card.save()
        assert [answer["points"] for answer in Score.objects.get().answers] == [5, 5]
