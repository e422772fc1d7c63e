/** Animations of the page in the visitor's phase: those of styles run here too, those of scripts are made again. */

import type { Motion } from "../protocol/operations";

const LOADS = /\\|url|image|src|element/i;

export interface Standing {
  motion: Motion;
  /** When it stood there, `performance.now()` here. */
  at: number;
}

export class Motions {
  private readonly made = new Map<number, Animation>();
  /** How each was made. */
  private readonly plans = new WeakMap<Animation, string>();
  /** Elements of SVG that something has set going. */
  private readonly begun = new Map<number, SVGAnimationElement>();

  show({ motion, at }: Standing, element: Element): void {
    const passed = motion.state === "running" ? (performance.now() - at) * motion.rate : 0;
    if (motion.svg) return this.wind(motion, element, (motion.time + passed) / 1000);
    const animation = motion.name ? ofStyles(motion, element) : this.ofScripts(motion, element);
    if (!animation) return;
    animation.playbackRate = motion.rate;
    if (motion.state === "paused") animation.pause();
    else if (animation.playState === "paused") animation.play();
    animation.currentTime = motion.time + passed;
  }

  private wind({ key, state }: Motion, element: Element, seconds: number): void {
    if (isMoving(element)) {
      element.beginElementAt(-seconds);
      const svg = outermost(element);
      svg?.setCurrentTime(svg.getCurrentTime()); // one that rests shows it only then
      this.begun.set(key, element);
    } else if (isDrawing(element)) {
      if (state === "paused") element.pauseAnimations();
      else element.unpauseAnimations();
      element.setCurrentTime(seconds);
    }
  }

  end(keys: number[]): void {
    for (const key of keys) {
      this.begun.get(key)?.endElement();
      this.begun.delete(key);
      this.made.get(key)?.cancel();
      this.made.delete(key);
    }
  }

  private ofScripts(motion: Motion, element: Element): Animation | null {
    const { keyframes = [], timing = {}, pseudo } = motion;
    const plan = JSON.stringify([keyframes, timing]);
    const known = this.made.get(motion.key);
    if (known && this.plans.get(known) === plan) return known;
    known?.cancel();
    if (LOADS.test(JSON.stringify(keyframes))) return null; // nothing is loaded but from the store
    const iterations = timing.iterations === "infinite" ? Infinity : timing.iterations;
    const options = { ...timing, iterations, ...(pseudo ? { pseudoElement: pseudo } : {}) };
    const made = element.animate(keyframes as Keyframe[], options as KeyframeAnimationOptions);
    this.made.set(motion.key, made);
    this.plans.set(made, plan);
    return made;
  }
}

function isMoving(element: Element): element is SVGAnimationElement {
  return "beginElementAt" in element;
}

function outermost({ ownerSVGElement: svg }: SVGElement): SVGSVGElement | null {
  return svg && (outermost(svg) ?? svg);
}

function isDrawing(element: Element): element is SVGSVGElement {
  return "setCurrentTime" in element;
}

function ofStyles({ name, pseudo }: Motion, element: Element): Animation | undefined {
  return element.getAnimations({ subtree: pseudo !== "" }).find((animation) => {
    const { target, pseudoElement } = animation.effect as KeyframeEffect;
    const isThere = target === element && (pseudoElement ?? "") === pseudo;
    return isThere && (animation as CSSAnimation).animationName === name;
  });
}
