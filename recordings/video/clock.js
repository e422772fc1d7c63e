// Installed before any script of the stage: time stands still until the worker moves it.
(() => {
  const RealDate = Date;
  const realFrame = window.requestAnimationFrame.bind(window);
  let now = 0;
  let base = 0;
  let origin = 0;
  let next = 1;
  const timers = new Map();

  function VirtualDate(...values) {
    if (!new.target) return new RealDate(origin + now).toString();
    return values.length ? new RealDate(...values) : new RealDate(origin + now);
  }
  VirtualDate.prototype = RealDate.prototype;
  VirtualDate.parse = RealDate.parse;
  VirtualDate.UTC = RealDate.UTC;
  VirtualDate.now = () => origin + now;
  window.Date = VirtualDate;
  Performance.prototype.now = () => now;

  const add = (call, delay, values, repeat) => {
    const every = Math.max(repeat ? 1 : 0, Number(delay) || 0);
    timers.set(next, { at: now + every, every, repeat, call: () => call(...values) });
    return next++;
  };
  window.setTimeout = (call, delay, ...values) => add(call, delay, values, false);
  window.setInterval = (call, delay, ...values) => add(call, delay, values, true);
  window.clearTimeout = window.clearInterval = (number) => void timers.delete(number);
  window.requestAnimationFrame = (call) => realFrame(() => call(now));

  const due = (until) => {
    let first = null;
    for (const [number, timer] of timers) {
      if (timer.at <= until && (!first || timer.at < first[1].at)) first = [number, timer];
    }
    return first;
  };

  const run = (until) => {
    for (let entry = due(until); entry; entry = due(until)) {
      const [number, timer] = entry;
      now = Math.max(now, timer.at);
      if (timer.repeat) timer.at += timer.every; else timers.delete(number);
      try { timer.call(); } catch (error) { reportError(error); }
    }
    now = Math.max(now, until);
  };

  window.alongsideClock = {
    /** Now is `originMs` (since 1970): what `moveTo` counts from. */
    start(originMs) { base = now; origin = originMs - now; },
    /** Move to `ms` after the start, running the timers that fall due on the way, each at its own time. */
    moveTo(ms) { run(base + ms); },
    /** When the next timer is due, since 1970; null without one. */
    due() { return timers.size ? origin + Math.min(...[...timers.values()].map((timer) => timer.at)) : null; },
    /** Let `ms` pass, for timers that somebody waits for. */
    pass(ms) { run(now + ms); },
  };
})();
