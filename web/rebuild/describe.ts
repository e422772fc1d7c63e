/** What an item says to a person who reads the operation log; its name is a key of the catalogue. */

import type { Operation } from "../protocol/operations";
import type { Item } from "./decode";

/** Upkeep of the rebuild, which says nothing about what the visitor did. */
const UNSAID = new Set(["checkpoint", "assets", "canvas", "rule", "shelf", "motion", "highlight", "pinch"]);
const NAMES: Partial<Record<Item["name"], string>> = {
  enter: "page_enter",
  return: "history",
  leave: "page_leave",
  close: "page_close",
  start: "session_start",
  end: "session_end",
};

export interface Description {
  name: string;
  text: string;
}

export function describe(item: Item): Description | null {
  if (item.name === "operation") {
    const [name] = item.operation;
    return UNSAID.has(name) ? null : { name, text: operationText(item.operation) };
  }
  return { name: NAMES[item.name] ?? item.name, text: controlText(item) };
}

function controlText(item: Exclude<Item, { name: "operation" }>): string {
  if (item.name === "enter" || item.name === "return")
    return [item.arrival.title, item.arrival.url].filter(Boolean).join(" · ");
  return item.name === "viewport" ? size(item.viewport) : "";
}

function operationText(operation: Operation): string {
  switch (operation[0]) {
    case "click":
      return `${operation[2]} ${Math.round(operation[4])}, ${Math.round(operation[5])}`;
    case "input":
      return operation[3];
    case "scroll":
      return `${Math.round(operation[3])}, ${Math.round(operation[4])}`;
    case "unread":
      return operation[2].map(([url]) => url).join(", ");
    case "viewport":
      return size(operation[2]);
    default:
      return "";
  }
}

function size({ width, height, dpr }: { width: number; height: number; dpr: number }): string {
  return `${width} × ${height} @ ${dpr}`;
}
