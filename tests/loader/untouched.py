"""What of a page a session could change: globals and prototypes, listeners, observers, and what goes on by itself."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.loader.conftest import Visitor
from tests.loader.test_policies import OWN_PARTS

PRINT = (Path(__file__).parent / "page_print.js").read_text()
KEEP = "window[Symbol.for('keep')]()"
DIFFERENCE = "window[Symbol.for('difference')]()"
API = ["own [object Window].Alongside", "window.Alongside"]
LIVE = ["own [object Window].__alongsideCapture", "window.__alongsideCapture"]
# Of a page with a canvas that was found empty.
DRAWS = ["clear", "drawArrays", "drawElements"]
WATCHED = [f"window.WebGLRenderingContext.prototype.{draw}" for draw in DRAWS]
WATCHED += [
    f"window.WebGL2RenderingContext.prototype.{draw}"
    for draw in (*DRAWS, "drawArraysInstanced", "drawElementsInstanced")
]
# Counts what goes on by itself; the page's own functions stand behind it.
COUNT = """(() => {
  const going = { intervals: new Set(), timeouts: new Set(), frames: new Set() };
  const observers = new Set();
  const sockets = new Set();
  window.going = () => ({
    ...Object.fromEntries(Object.entries(going).map(([name, ids]) => [name, ids.size])),
    observers: observers.size,
    sockets: [...sockets].filter((socket) => socket.readyState < WebSocket.CLOSING).length,
  });
  const wrap = (name, ids, isOnce) => {
    const real = window[name];
    window[name] = (run, ...rest) => {
      const id = real((...values) => { if (isOnce) ids.delete(id); return run(...values); }, ...rest);
      ids.add(id);
      return id;
    };
  };
  const unwrap = (name, ids) => {
    const real = window[name];
    window[name] = (id) => { ids.delete(id); real(id); };
  };
  wrap('setInterval', going.intervals, false);
  wrap('setTimeout', going.timeouts, true);
  wrap('requestAnimationFrame', going.frames, true);
  for (const name of ['clearInterval', 'clearTimeout']) {
    const real = window[name];
    window[name] = (id) => { going.intervals.delete(id); going.timeouts.delete(id); real(id); };
  }
  unwrap('cancelAnimationFrame', going.frames);
  const { observe, disconnect } = MutationObserver.prototype;
  Object.assign(MutationObserver.prototype, {
    observe(...values) { observers.add(this); return observe.apply(this, values); },
    disconnect() { observers.delete(this); return disconnect.call(this); },
  });
  window.WebSocket = class extends WebSocket {
    constructor(...values) { super(...values); sockets.add(this); }
  };
})()"""
PARTS = f"""{OWN_PARTS}<div id=host><template shadowrootmode=open><p>In a shadow</p></template></div>
<iframe id=frame srcdoc="<p>In a frame</p><input>"></iframe><canvas id=drawing></canvas><input id=field>
<dialog id=dialog>Words</dialog><details><summary>More</summary>Text</details><video></video>"""
# Something of each kind that capture follows.
WORK = """async () => {
  document.body.append('more', document.createElement('p'));
  document.querySelector('#field').value = 'typed';
  document.querySelector('#dialog').showModal();
  document.querySelector('#dialog').close();
  document.querySelector('#host').shadowRoot.append('more');
  frame.contentDocument.body.append('more');
  drawing.getContext('2d').fillRect(0, 0, 20, 20);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('p { color: red }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  document.styleSheets[0]?.insertRule('p { margin: 0 }');
  history.pushState({}, '', '/other');
  history.back();
  await new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
  document.adoptedStyleSheets = [];
}"""
LISTENED = """window, document, document.documentElement, document.body, navigator.connection, window.visualViewport,
window.navigation, screen, document.querySelector('#frame').contentWindow,
document.querySelector('#frame').contentDocument, document.querySelector('#host').shadowRoot,
document.querySelector('#field'), document.querySelector('#frame'), document.querySelector('#drawing')"""
# The help button is there: it and what it has loaded know when the document is left, and when a link comes.
OF_THE_BUTTON = Counter(
    {
        "Window pagehide": 1,
        "Window pageshow": 1,
        "Window hashchange": 1,
        "Window alongside:capturing": 1,
        "HTMLDocument freeze": 1,
        "HTMLDocument resume": 1,
    }
)


AT_REST = {"intervals": 0, "timeouts": 0, "frames": 0, "observers": 1, "sockets": 0}


class Inspector:
    """What the browser itself knows of a page."""

    def __init__(self, session: Any) -> None:
        self.session = session

    async def listeners(self) -> Counter[str]:
        """How many of each kind on each target."""
        found: Counter[str] = Counter()
        targets = await self._evaluate(f"[{LISTENED}].filter(Boolean)")
        for target in await self._items(targets):
            answer = await self.session.send("DOMDebugger.getEventListeners", {"objectId": target["objectId"]})
            name = target["className"]
            found.update(f"{name} {listener['type']}" for listener in answer["listeners"])
        return found

    async def _evaluate(self, text: str) -> Any:
        return (await self.session.send("Runtime.evaluate", {"expression": text}))["result"]

    async def _items(self, array: Any) -> list[Any]:
        found = await self.session.send("Runtime.getProperties", {"objectId": array["objectId"], "ownProperties": True})
        return [item["value"] for item in found["result"] if item["name"].isdigit()]


async def comes_to_rest(visitor: Visitor) -> None:
    """Only what watches over our own element is left, once the server has heard of the end."""
    deadline = time.monotonic() + 15
    while (left := await visitor.page.evaluate("going()")) != AT_REST:
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.1)
