/** The look of what comes with the rest, behind the stub's own (web/stub/styles.ts). */

export const STYLES = `
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[hidden] { display: none !important; }
button.main, a.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 2px var(--accent); }
.dot { background: var(--live); padding: 10px; min-width: 44px; min-height: 44px; }
.dot.off { background: var(--quiet); }
.dot svg { animation: pulse 2s infinite; }
.dot.off svg { animation: none; }
@keyframes pulse { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .dot svg { animation: none; } }
@media (prefers-color-scheme: dark) { .dot { color: #10182a; } }
.menu { position: absolute; right: 0; bottom: calc(100% + 8px); }
h2 { font-size: 17px; margin: 0; line-height: 1.3; }
.quiet { color: var(--quiet); }
label { display: flex; flex-direction: column; gap: 4px; font-weight: 600; }
input, textarea { font: inherit; font-weight: 400; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px; width: 100%; }
textarea { min-height: 84px; resize: vertical; }
.backdrop { position: fixed; inset: 0; background: rgb(10 14 24 / .55); display: flex; align-items: center; justify-content: center; padding: 16px; }
.backdrop .card { width: min(520px, 100%); max-height: 100%; }
@media (max-width: 480px) { .backdrop { align-items: flex-end; padding: 8px; } .row > * { flex: 1 1 auto; } }
`;
