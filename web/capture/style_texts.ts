/** Words in style text: strings, which `content` shows. */

const COMMENT = "/\\*[\\s\\S]*?\\*/";
const STRING = `"[^"\\\\]*(?:\\\\[\\s\\S][^"\\\\]*)*"|'[^'\\\\]*(?:\\\\[\\s\\S][^'\\\\]*)*'`;
const URL_OR_STRING = new RegExp(
  `${COMMENT}|(?:url\\(|@(?:import|charset|namespace))\\s*(?:${STRING})?|${STRING}`,
  "gi",
);
const OF_VARIABLE = new RegExp(`(--[\\w-]+\\s*:)((?:${STRING}|[^;"'])*)`, "g");
const LOADED = new RegExp(`url\\(\\s*(?:${STRING}|[^)]*)\\s*\\)`, "gi");

/** The text with each string, without its quotes, as `change` gives it; addresses stay. */
export function withStrings(text: string, change: (string: string) => string): string {
  return text.replace(URL_OR_STRING, (found) => {
    const quote = found[0];
    return quote === '"' || quote === "'" ? quote + change(found.slice(1, -1)) + quote : found;
  });
}

/** Declarations with the strings of their variables as `change` gives them. */
export function withVariables(text: string, change: (string: string) => string): string {
  return text.replace(OF_VARIABLE, (_, name: string, value: string) => name + withStrings(value, change));
}

/** Declarations that load nothing, with the strings of their variables as `change` gives them. */
export function withoutContent(text: string, change: (string: string) => string): string {
  return withVariables(text, change).replace(LOADED, 'url("data:,")');
}
