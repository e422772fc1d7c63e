"""Late join: from the console's socket being open to a large page with a long log being painted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from benchmarks.latency import scripts
from benchmarks.latency.scene import Scene, browsers, end, go_live, sign_in
from helpdesk.demo.cast import until
from helpdesk.demo.site import script_tag
from helpdesk.embedded.system import System

PAGE_BYTES = 1_000_000
# Half an hour of a visitor who does something every half second, at high speed.
MINUTES, OPERATIONS = 30, 3600
FILLER = "Order confirmed by the warehouse, waiting for the carrier to collect it from dock four."

# As often as the capture code writes a batch, so that each action is a frame of its own.
WORK = """
async (count) => {
  const rows = document.querySelectorAll("article");
  const field = document.querySelector("input");
  const acts = [
    (n) => { field.value = `order ${n}`.slice(0, n % 12); field.dispatchEvent(new Event("input", { bubbles: true })); },
    (n) => rows[n % rows.length].classList.toggle("open"),
    (n) => { rows[n % rows.length].querySelector("p").textContent = `changed at step ${n}`; },
    (n) => { for (let i = 0; i < 3; i++) document.dispatchEvent(
      new MouseEvent("mousemove", { clientX: (n * 13) % 900, clientY: (n * 7) % 600 + i })); },
    (n) => window.scrollTo(0, (n * 37) % 4000),
    (n) => { const note = document.createElement("li"); note.textContent = `note ${n}`;
      const list = document.querySelector("ul"); list.append(note);
      if (list.childElementCount > 20) list.firstElementChild.remove(); },
    (n) => { rows[n % rows.length].style.background = n % 2 ? "#ffe" : ""; },
    (n) => rows[n % rows.length].dispatchEvent(
      new MouseEvent("click", { bubbles: true, clientX: 9, clientY: n % 500 })),
  ];
  for (let n = 0; n < count; n++) {
    acts[n % acts.length](n);
    await new Promise((resolve) => setTimeout(resolve, 45));
  }
  window.scrollTo(0, 0);
  __change();
  return __wire.sent.length;
}
"""

# The stage notes when a change that is there from the start has been painted, and when what is out of sight is there.
JOINED = """
if (location.pathname.startsWith("/stage/")) {
  const painted = (call) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = call;
    port2.postMessage(0);
  });
  const shown = () => {
    const frame = document.querySelector("[data-testid=assist-page]");
    return frame?.contentDocument?.documentElement?.dataset.change && frame.style.opacity !== "0" ? frame : null;
  };
  const once = (isSo, call) => {
    const look = setInterval(() => {
      if (!isSo()) return;
      clearInterval(look);
      call();
    }, 1);
  };
  once(shown, () => painted(() => {
    const joined = Date.now();
    once(() => shown()?.dataset.waits === "0", () => painted(() => {
      window.__joined = [joined, Date.now()];
    }));
  }));
}
"""


@dataclass
class LateJoin:
    """`times_ms` of each join until the page is painted, `whole_ms` until all that is out of sight is; the queue."""

    times_ms: list[float]
    whole_ms: list[float]
    page_bytes: int
    frames: int
    queue_bytes: int


def large_page(tag: str) -> str:
    """About twenty thousand elements with text, styled by rules."""
    style = "article{border-top:1px solid #ccc}article.open{background:#eef}p{margin:2px}.n{color:#666;font-size:12px}"
    parts = [f"<!doctype html><title>Orders</title><style>{style}</style>{tag}<input><ul></ul>"]
    size, number = 0, 0
    while size < PAGE_BYTES:
        number += 1
        parts.append(
            f'<article id="order-{number}" class="card order" data-state="waiting">'
            f'<h3>Order {number * 7919 % 100003}</h3><p class="text">{FILLER} Box {number}.</p>'
            f'<p class="n">Placed {number % 28 + 1} March, {number % 9} items, '
            f'<a href="/orders/{number}">details</a> <b>{number * 31 % 977}.00</b></p></article>'
        )
        size += len(parts[-1])
    return "".join(parts)


@contextmanager
def served(html: str) -> Iterator[str]:
    """The page's address on a site of its own."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged for each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/orders.html"
    finally:
        server.shutdown()
        server.server_close()


async def run(system: System, *, operations: int, joins: int) -> LateJoin:
    html = large_page(script_tag(system.base_url, system.seed["tenants"][0]["public_key"]))

    async with browsers() as (visitors, agents):
        agent = await sign_in(agents, system)
        with served(html) as url:
            scene = await go_live(visitors, agent, url=url, note="late join")
        await scene.visitor.page.evaluate(scripts.STRIP)
        sent = len(scene.visitor.sent)
        await scene.visitor.page.evaluate(WORK, operations)
        await scene.agent.page.context.add_init_script(JOINED)
        times, whole = zip(*[await _join(scene) for _ in range(joins)], strict=True)
        frames = scene.visitor.sent
        out = LateJoin(
            [*times], [*whole], len(html), len(frames) - sent, sum(f.size_bytes for f in frames if f.kind in (2, 3))
        )
        await end(scene)
        return out


async def _join(scene: Scene) -> tuple[float, float]:
    """The console is opened anew."""
    await scene.agent.page.goto(scene.console_url)

    async def probe() -> list[float]:
        return list(await (await scene.agent.stage()).evaluate("window.__joined ?? []"))

    painted_at, whole_at = await until("the page is on the screen of who joined", probe, seconds=30)
    opened_at = float(await scene.agent.page.evaluate("window.__opened"))
    return painted_at - opened_at, whole_at - opened_at
