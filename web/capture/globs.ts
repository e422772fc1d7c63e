/** `*` stands for anything; in linear time, whatever the pattern. */
export function globs(pattern: string, text: string): boolean {
  const [first, ...parts] = pattern.split("*") as [string, ...string[]];
  const last = parts.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}
