/** Animations: those that scripts make raise no record, and those of styles have run for a while when the page is sent. */

import type { Motion, Operation } from "../protocol/operations";
import type { Masking } from "./masking";
import type { Recorder } from "./recorder";

/** Further from where it should be is where somebody has put it. */
const JUMP_MS = 250;
const MOST = 300;

interface Told {
  key: number;
  state: AnimationPlayState;
  rate: number;
  time: number;
  at: number;
}

type Moving = Animation & { effect: KeyframeEffect; animationName?: string };

export class Motions {
  private told = new Map<Animation, Told>();
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
    const present = new Set<Animation>();
    for (const animation of this.all()) {
      present.add(animation);
      this.note(animation);
    }
    for (const [animation, { key }] of this.told) {
      if (present.has(animation)) continue;
      this.told.delete(animation);
      this.gone.push(key);
    }
    if (this.news.length || this.gone.length) this.changed();
  }

  /** Transitions begin at the other side as well; what scrolling drives needs no clock. */
  private *all(): Iterable<Moving> {
    let count = 0;
    for (const root of this.recorder.roots()) {
      if (++count > MOST) return;
      for (const animation of root.getAnimations?.() ?? []) {
        const { effect, timeline } = animation as Moving;
        const isTimed = timeline === effect?.target?.ownerDocument.timeline;
        if (isTimed && !("transitionProperty" in animation)) yield animation as Moving;
      }
    }
  }

  private note(animation: Moving): void {
    const { effect, playState: state, playbackRate: rate } = animation;
    const [id, time, at] = [this.recorder.idOf(effect.target), Number(animation.currentTime), Date.now()];
    const told = this.told.get(animation);
    if (
      !id ||
      this.told.size > MOST ||
      this.masking.hidesPictures(effect.target!) ||
      (told && isAsTold(told, { state, rate, time, at }))
    )
      return;
    const key = told?.key ?? ++this.keys;
    this.told.set(animation, { key, state, rate, time, at });
    const where = { key, id, pseudo: effect.pseudoElement ?? "", name: animation.animationName ?? "" };
    const made = told || where.name ? {} : { keyframes: keyframes(effect), timing: timing(effect) };
    this.news.push({ ...where, state, rate, time: Math.round(time), ...made });
  }
}

function isAsTold(told: Told, now: Omit<Told, "key">): boolean {
  const passed = told.state === "running" ? (now.at - told.at) * told.rate : 0;
  return told.state === now.state && told.rate === now.rate && Math.abs(now.time - told.time - passed) < JUMP_MS;
}

function keyframes(effect: KeyframeEffect): Record<string, unknown>[] {
  return effect.getKeyframes().map((keyframe) => Object.fromEntries(Object.entries(keyframe).filter(isShown)));
}

/** Neither words nor addresses. */
function isShown([name, value]: [string, unknown]): boolean {
  return !/^(--|content$|computedOffset)/.test(name) && !/url\(|image-set|\\/i.test(String(value));
}

/** JSON knows no infinity. */
function timing(effect: KeyframeEffect): Record<string, unknown> {
  const given = effect.getTiming();
  return { ...given, iterations: given.iterations === Infinity ? "infinite" : given.iterations };
}
