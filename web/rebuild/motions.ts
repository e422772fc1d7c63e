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

  show({ motion, at }: Standing, element: Element): void {
    const animation = motion.name ? ofStyles(motion, element) : this.ofScripts(motion, element);
    if (!animation) return;
    animation.playbackRate = motion.rate;
    if (motion.state === "paused") animation.pause();
    else if (animation.playState === "paused") animation.play();
    const passed = motion.state === "running" ? (performance.now() - at) * motion.rate : 0;
    animation.currentTime = motion.time + passed;
  }

  end(keys: number[]): void {
    for (const key of keys) {
      this.made.get(key)?.cancel();
      this.made.delete(key);
    }
  }

  private ofScripts(motion: Motion, element: Element): Animation | null {
    const known = this.made.get(motion.key);
    if (known) return known;
    const { keyframes = [], timing = {}, pseudo } = motion;
    if (LOADS.test(JSON.stringify(keyframes))) return null; // nothing is loaded but from the store
    const iterations = timing.iterations === "infinite" ? Infinity : timing.iterations;
    const options = { ...timing, iterations, ...(pseudo ? { pseudoElement: pseudo } : {}) };
    const made = element.animate(keyframes as Keyframe[], options as KeyframeAnimationOptions);
    this.made.set(motion.key, made);
    return made;
  }
}

function ofStyles({ name, pseudo }: Motion, element: Element): Animation | undefined {
  return element.getAnimations({ subtree: pseudo !== "" }).find((animation) => {
    const { target, pseudoElement } = animation.effect as KeyframeEffect;
    const isThere = target === element && (pseudoElement ?? "") === pseudo;
    return isThere && (animation as CSSAnimation).animationName === name;
  });
}
