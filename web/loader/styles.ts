/** Our own look; the host's rules are important, so that no style of the page reaches it. */

export const STYLES = `
:host {
  all: initial; display: block !important; position: fixed !important; inset: auto 16px 16px auto !important;
  z-index: 2147483647 !important; width: auto !important; height: auto !important; margin: 0 !important;
  padding: 0 !important; border: 0 !important; transform: none !important; opacity: 1 !important;
  filter: none !important; pointer-events: auto !important; max-width: none !important; max-height: none !important;
}
.own {
  all: initial; display: block;
  --ground: #fff; --ink: #1d2433; --quiet: #596275; --line: #8b94a7; --accent: #1652c7; --on-accent: #fff; --live: #b3261e;
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif;
  color: var(--ink); color-scheme: light dark; text-align: start; direction: ltr;
}
@media (prefers-color-scheme: dark) {
  .own { --ground: #1b2130; --ink: #eef1f7; --quiet: #b4bccb; --line: #75809a; --accent: #9dbdff; --on-accent: #10182a; --live: #ff8a80; }
}
@media print { :host { display: none !important; } }
* { box-sizing: border-box; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[hidden] { display: none !important; }
button, a.button {
  font: inherit; font-weight: 600; color: var(--ink); background: none; border: 1px solid var(--line); border-radius: 8px;
  padding: 8px 14px; min-height: 40px; cursor: pointer; text-decoration: none; display: inline-block; text-align: center;
}
button.main, a.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 2px var(--accent); }
[aria-disabled] { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.help, .dot { border-radius: 24px; display: flex; align-items: center; gap: 8px; box-shadow: 0 2px 10px rgb(0 0 0 / .25); background: var(--accent); color: var(--on-accent); border: 0; }
.dot { background: var(--live); padding: 10px; min-width: 44px; min-height: 44px; margin-left: auto; }
.dot.off { background: var(--quiet); }
.dot svg { animation: pulse 2s infinite; }
.dot.off svg { animation: none; }
@keyframes pulse { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .dot svg { animation: none; } }
svg { width: 22px; height: 22px; fill: currentColor; flex: none; }
@media (prefers-color-scheme: dark) { .dot { color: #10182a; } }
.card {
  background: var(--ground); color: var(--ink); border: 1px solid var(--line); border-radius: 12px; padding: 18px;
  width: min(380px, calc(100vw - 32px)); max-height: calc(100vh - 96px); overflow: auto; box-shadow: 0 8px 32px rgb(0 0 0 / .3);
  display: flex; flex-direction: column; gap: 12px;
}
.menu { position: absolute; right: 0; bottom: calc(100% + 8px); }
h2 { font-size: 17px; margin: 0; line-height: 1.3; }
p { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
label { display: flex; flex-direction: column; gap: 4px; font-weight: 600; }
input, textarea { font: inherit; font-weight: 400; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px; width: 100%; }
textarea { min-height: 84px; resize: vertical; }
.row { display: flex; flex-wrap: wrap; gap: 8px; justify-content: flex-end; }
.error { color: var(--live); font-weight: 600; }
.backdrop { position: fixed; inset: 0; background: rgb(10 14 24 / .55); display: flex; align-items: center; justify-content: center; padding: 16px; }
.backdrop .card { width: min(520px, 100%); max-height: 100%; }
@media (max-width: 480px) { .backdrop { align-items: flex-end; padding: 8px; } .row > * { flex: 1 1 auto; } }
`;
