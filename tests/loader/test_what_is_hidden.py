"""The visitor can have marked on the page what the agent does not see."""

import json

import pytest

from tests.loader.conftest import Desk, Visitor
from tests.loader.site import Site

BODY = """<p id="card">Card 4111 1111 1111 1111 is used</p><p id="salary" class="private">canary salary</p>
<label>Name <input id="name" value="Ann Example"></label><label>City <input id="city" placeholder="Lima"></label>
<div id="map" style="width:200px;height:80px">canary map</div><p>Seen by all</p>
<div style="height:60px;overflow:auto"><p>first</p><p style="margin-top:90px" class="private">canary below</p></div>
<div style="height:3000px"></div>"""
RULES = {"data": ["card"], "mask": [".private"], "block": ["#map"]}
SHADOW = "document.querySelector('alongside-assist').shadowRoot.querySelector('[data-testid=assist-hidden]').shadowRoot"
# Whether a box lies exactly over what is hidden, or over the run of a text.
COVERED = f"""(([id, text]) => {{
  const node = document.getElementById(id);
  const range = document.createRange();
  if (text) {{
    const at = node.firstChild.data.indexOf(text);
    range.setStart(node.firstChild, at);
    range.setEnd(node.firstChild, at + text.length);
  }}
  const wanted = (text ? range : node).getBoundingClientRect();
  const near = (a, b) => Math.abs(a - b) < 1.5;
  return [...{SHADOW}.querySelectorAll("i")].some((box) => {{
    const {{left, top, right, bottom}} = box.getBoundingClientRect();
    return near(left, wanted.left) && near(top, wanted.top) && near(right, wanted.right) && near(bottom, wanted.bottom);
  }});
}})(%s)"""


def covered(name: str, text: str = "") -> str:
    return COVERED % json.dumps([name, text])


@pytest.fixture
async def live(visitor: Visitor, desk: Desk, site: Site) -> Visitor:
    from helpdesk.tenants.models import Tenant

    await desk.within(Tenant.objects.filter(id=desk.tenant.id).update, masking=RULES)
    site.body = BODY
    await visitor.go_live()
    await visitor.part("indicator").click()
    return visitor


async def test_hidden_things_are_marked_and_followed(live: Visitor) -> None:
    switch = live.part("show")
    assert await switch.get_attribute("aria-pressed") == "false"
    await switch.focus()
    await live.page.keyboard.press("Enter")
    assert await switch.get_attribute("aria-pressed") == "true"
    for name, text in [("card", "4111 1111 1111 1111"), ("salary", "canary salary"), ("name", ""), ("map", "")]:
        await live.until(covered(name, text))
    assert "Dots" in await live.page.evaluate(f"{SHADOW}.querySelector('p').textContent")
    await live.page.evaluate("scrollTo(0, 40)")
    await live.until(covered("salary", "canary salary"))
    await live.page.evaluate("salary.textContent = 'canary news'")
    await live.until(covered("salary", "canary news"))
    assert await live.page.evaluate(
        f"[...{SHADOW}.querySelectorAll('i')].every(box => !/[a-z]/i.test(box.textContent))"
    )
    await live.page.evaluate("map.remove()")
    await live.until(f"{SHADOW}.querySelector('.left-out') === null")


async def test_marks_go_when_switched_off_and_at_the_end(live: Visitor) -> None:
    await live.part("show").click()
    await live.until(covered("name"))
    # What is scrolled out of its box is not marked beside it.
    assert await live.page.evaluate(f"{SHADOW}.querySelectorAll('i').length") == 5
    await live.part("show").click()
    assert await live.part("hidden").count() == 0
    await live.part("show").click()
    await live.until(covered("name"))
    await live.part("end").click()
    await live.reach("ended")
    assert await live.part("hidden").count() == 0
