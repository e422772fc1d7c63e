/** The overlay must be told from any page, so its boxes are dark with a light edge, on light pages and on dark ones. */

export const OVERLAY_STYLES = `
:host {
  all: initial; display: block; position: fixed; inset: 0; width: 100%; height: 100%; overflow: hidden; background: none; border: 0;
  pointer-events: none; z-index: -1; direction: ltr;
}
@media print { :host { display: none; } }
i {
  position: fixed; box-sizing: border-box; overflow: hidden; background: #1d2433; color: #fff; border-radius: 3px;
  box-shadow: 0 0 0 1px #fff, 0 0 0 2px #1d2433; font: 14px monospace; letter-spacing: 1px; padding-inline: 2px; white-space: pre;
}
i.empty { background: none; outline: 2px dashed #1d2433; outline-offset: -2px; box-shadow: 0 0 0 1px #fff; }
i.left-out { background: repeating-linear-gradient(45deg, #1d2433 0 8px, #59647d 8px 16px); }
p {
  position: fixed; inset: 16px auto auto 16px; margin: 0; max-width: min(340px, calc(100vw - 32px)); box-sizing: border-box;
  padding: 10px 14px; border: 1px solid #8b94a7; border-radius: 10px; background: #fff; color: #1d2433; white-space: pre-line;
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif;
  box-shadow: 0 2px 12px rgb(0 0 0 / .3);
}
@media (prefers-color-scheme: dark) { p { background: #1b2130; color: #eef1f7; } }
`;
