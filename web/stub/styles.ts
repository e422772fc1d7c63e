/** Our own look, as far as the stub needs it; the host's rules are important, so that no style of the page reaches it. */

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
button, a.button {
  font: inherit; font-weight: 600; color: var(--ink); background: none; border: 1px solid var(--line); border-radius: 8px;
  padding: 8px 14px; min-height: 40px; cursor: pointer; text-decoration: none; display: inline-block; text-align: center;
}
[aria-disabled] { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.help, .dot { border-radius: 24px; display: flex; align-items: center; gap: 8px; box-shadow: 0 2px 10px rgb(0 0 0 / .25); background: var(--accent); color: var(--on-accent); border: 0; margin-left: auto; }
svg { width: 22px; height: 22px; fill: currentColor; flex: none; }
.card {
  background: var(--ground); color: var(--ink); border: 1px solid var(--line); border-radius: 12px; padding: 18px;
  width: min(380px, calc(100vw - 32px)); max-height: calc(100vh - 96px); overflow: auto; box-shadow: 0 8px 32px rgb(0 0 0 / .3);
  display: flex; flex-direction: column; gap: 12px;
}
.card + .help { margin-top: 8px; }
p { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: 8px; justify-content: flex-end; }
.error { color: var(--live); font-weight: 600; }
`;
