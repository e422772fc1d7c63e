/** What an application hands over of a page that is not HTML: the format of assist/capture/page.schema.json. */

import { clipped } from "../protocol/text";

export const FORMAT_VERSION = 1;
export const MAX_NODES = 20_000;
export const MAX_DEPTH = 100;
const MAX_TEXT = 10_000;
const MAX_TAG = 200;
const MAX_ATTRIBUTES = 100;
const MAX_STATES = 50;
const LARGEST_SIDE = 1e7;
const LARGEST_NUMBER = 1e15;
const DIGEST = /^[0-9a-f]{64}$/;

export interface NativePage {
  /** Of the format; 1 unless said. */
  version?: number;
  pageId: string;
  title: string;
  root: unknown;
  /** data: URLs of the images that nodes name, by SHA-256 of their bytes. */
  images?: Record<string, string>;
}

export interface NativeNode {
  tag: string;
  attributes?: Record<string, unknown> | null;
  text?: string | null;
  /** x, y relative to the parent, width, height: points, which are CSS pixels. */
  rect: [number, number, number, number];
  children?: unknown[] | null;
  z?: number | null;
  states?: string[] | null;
  /** SHA-256 of the image's bytes, hex. */
  image?: string | null;
}

/** The page information is no tree of tags, or larger than the limits. */
export class BadNativePage extends Error {}

export function checkVersion({ version = FORMAT_VERSION }: { version?: unknown }): void {
  if (version !== FORMAT_VERSION)
    throw new BadNativePage(`Only version ${FORMAT_VERSION} of the format is known here.`);
}

/** Throws BadNativePage unless the node itself is as the schema says; its children are checked when they are read. */
export function checkNode(given: unknown, depth: number): asserts given is NativeNode {
  const node = given as NativeNode;
  const isNode = isObject(given) && typeof node.tag === "string" && node.tag !== "" && node.tag.length <= MAX_TAG;
  require(isNode, `Each node of a native page is an object with a tag of 1 to ${MAX_TAG} characters.`);
  require(depth <= MAX_DEPTH, `A native page is at most ${MAX_DEPTH} nodes deep.`);
  require(isRect(node.rect), "The rect of a node is [x, y, width, height] in numbers.");
  require(Array.isArray(node.children ?? []), "The children of a node are a list.");
  const attributes = node.attributes ?? {};
  const areFew = isObject(attributes) && Object.keys(attributes).length <= MAX_ATTRIBUTES;
  require(areFew, `The attributes of a node are an object with at most ${MAX_ATTRIBUTES} members.`);
  require(areStates(node.states ?? []), `The states of a node are a list of at most ${MAX_STATES} texts.`);
  const hasDigest = node.image == null || (typeof node.image === "string" && DIGEST.test(node.image));
  require(hasDigest, "The image of a node is a SHA-256 in lower-case hex.");
}

function require(condition: boolean, message: string): void {
  if (!condition) throw new BadNativePage(message);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRect(rect: unknown): boolean {
  return Array.isArray(rect) && rect.length === 4 && rect.every(isNumber);
}

function areStates(states: unknown): boolean {
  return Array.isArray(states) && states.length <= MAX_STATES && states.every((state) => typeof state === "string");
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) < LARGEST_SIDE;
}

/** A text as it may be sent; numbers with two places at most, nothing for what is neither. */
export function textOf(value: unknown): string {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Math.abs(value) < LARGEST_NUMBER ? rounded(value) : "";
  return typeof value === "string" ? clipped(value, MAX_TEXT) : "";
}

export function rounded(value: number): string {
  return String(Math.floor(value * 100 + 0.5) / 100);
}
