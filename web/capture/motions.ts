/** Animations: those that scripts make raise no record, and those of styles have run for a while when the page is sent. */

import type { Motion, Operation } from "../protocol/operations";
import type { Masking } from "./masking";
import type { Recorder } from "./recorder";
import { type Clock, clocks } from "./svg_clocks";

/** Further from where it should be is where somebody has put it. */
const JUMP_MS = 250;
const MOST = 300;
/** Of what is driven by something else than time, from its beginning to its end. */
const DRIVEN_MS = 10_000;

interface Told {
  key: number;
  state: AnimationPlayState;
  rate: number;
  time: number;
  at: number;
  made: string;
}

type Moving = Animation & { effect: KeyframeEffect; animationName?: string };

/** What is the same the next time. */
function sourceOf(animation: Moving | Clock): object {
  return "svg" in animation ? animation.effect.target : animation;
}

export class Motions {
  private told = new Map<object, Told>();
  private keys = 0;
  private news: Motion[] = [];
  private gone: number[] = [];
  private shown = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly masking: Masking,
    private readonly changed: () => void,
  ) {}

  /** The page was sent, and nothing of its animations. */
  forget(): void {
    this.told = new Map();
    this.news = [];
    this.gone = [];
    this.shown = true;
    this.look();
  }

  drain(): Operation[] {
    const [news, gone] = [this.news.splice(0), this.gone.splice(0)];
    return news.length || gone.length ? [["motion", Date.now(), news, gone]] : [];
  }

  look(): void {
    if (!this.shown) return;
    const present = new Set<object>();
    for (const animation of this.all()) {
      present.add(sourceOf(animation));
      this.note(animation);
    }
    for (const [animation, { key }] of this.told) {
      if (present.has(animation)) continue;
      this.told.delete(animation);
      this.gone.push(key);
    }
    if (this.news.length || this.gone.length) this.changed();
  }

  private *all(): Iterable<Moving | Clock> {
    let count = 0;
    yield* clocks((element) => !this.recorder.idOf(element));
    for (const root of this.recorder.roots()) {
      if (++count > MOST) return;
      for (const animation of root.getAnimations?.() ?? []) {
        const moving = animation as Moving;
        if (moving.effect?.target && !isElsewhere(moving)) yield moving;
      }
    }
  }

  private note(animation: Moving | Clock): void {
    const { effect, animationName: name = "" } = animation as Moving;
    const id = this.recorder.idOf(effect.target);
    const told = this.told.get(sourceOf(animation));
    if (!id || (!told && this.told.size > MOST) || this.masking.hidesPictures(effect.target!)) return;
    const [at, now] = [Date.now(), standing(animation)];
    const isMade = !("svg" in animation || name);
    const made = isMade ? JSON.stringify(madeOf(effect, isDriven(animation as Moving))) : "";
    if (told && told.made === made && isAsTold(told, { ...now, at })) return;
    const key = told?.key ?? ++this.keys;
    this.told.set(sourceOf(animation), { key, ...now, at, made });
    const where = { key, id, pseudo: effect.pseudoElement ?? "", name };
    const more = "svg" in animation ? { svg: 1 as const } : isMade && told?.made !== made ? JSON.parse(made) : {};
    this.news.push({ ...where, ...now, time: Math.round(now.time), ...more });
  }
}

/** Transitions run at the other side as well, until a script holds them, and so does what a style binds to scrolling. */
function isElsewhere(animation: Moving): boolean {
  if ("transitionProperty" in animation) return animation.playState !== "paused";
  return "animationName" in animation && isDriven(animation);
}

function isDriven({ effect, timeline }: Moving): boolean {
  return timeline !== effect.target!.ownerDocument.timeline;
}

function standing(animation: Moving | Clock): Pick<Told, "state" | "rate" | "time"> {
  if ("svg" in animation || !isDriven(animation))
    return { state: animation.playState, rate: animation.playbackRate, time: Number(animation.currentTime) };
  const { progress } = animation.effect.getComputedTiming();
  return { state: "paused", rate: 1, time: (progress ?? -1) * DRIVEN_MS };
}

function isAsTold(told: Told, now: Omit<Told, "key" | "made">): boolean {
  const runs = told.state === "running";
  const off = Math.abs(now.time - told.time - (runs ? (now.at - told.at) * told.rate : 0));
  return told.state === now.state && told.rate === now.rate && off < (runs ? JUMP_MS : 1);
}

function madeOf(effect: KeyframeEffect, isDriven: boolean): Pick<Motion, "keyframes" | "timing"> {
  const { composite } = effect;
  const driven = { duration: DRIVEN_MS, fill: "forwards", composite };
  return { keyframes: keyframes(effect), timing: isDriven ? driven : timing(effect) };
}

function keyframes(effect: KeyframeEffect): Record<string, unknown>[] {
  return effect.getKeyframes().map((keyframe) => Object.fromEntries(Object.entries(keyframe).filter(isShown)));
}

/** Neither words nor addresses; of variables only sizes, which are too short to be numbers of anybody. */
function isShown([name, value]: [string, unknown]): boolean {
  if (name.startsWith("--") && !/^-?[\d.]{1,6}[a-z%]*$/.test(String(value))) return false;
  return !/^(content$|computedOffset)/.test(name) && !/url\(|image-set|\\/i.test(String(value));
}

/** JSON knows no infinity. */
function timing(effect: KeyframeEffect): Record<string, unknown> {
  const given = effect.getTiming();
  const { composite } = effect;
  return { ...given, composite, iterations: given.iterations === Infinity ? "infinite" : given.iterations };
}
