/** What time it is in drawings that move by elements of their own, and since when those run that something sets going. */

/** As an animation says it; times in ms. */
export interface Clock {
  effect: { target: Element };
  playState: AnimationPlayState;
  playbackRate: 1;
  currentTime: number;
  svg: 1;
}

/** No other side can know when that happens. */
const STARTED = /indefinite|click|mouse|key|focus|touch|pointer|load|repeat/;
const moving = new Set<SVGAnimationElement>();

/** It may be one that moves others. */
export function noteMoving(element: Element): void {
  if ("beginElement" in element) moving.add(element as SVGAnimationElement);
}

export function forgetClocks(): void {
  moving.clear();
}

/** Each drawing before its elements. */
export function* clocks(hasGone: (element: Element) => boolean): Iterable<Clock> {
  const told = new Set<Element>();
  for (const element of moving) {
    const svg = outermost(element);
    if (hasGone(element) || !svg) {
      moving.delete(element);
      continue;
    }
    const time = svg.getCurrentTime();
    if (!told.has(svg)) yield clock(svg, svg, time);
    told.add(svg);
    const passed = STARTED.test(element.getAttribute("begin") ?? "") ? time - startOf(element) : -1;
    if (passed >= 0) yield clock(element, svg, passed);
  }
}

function clock(target: Element, svg: SVGSVGElement, seconds: number): Clock {
  const playState = svg.animationsPaused() ? "paused" : "running";
  return { effect: { target }, playState, playbackRate: 1, currentTime: seconds * 1000, svg: 1 };
}

function outermost(element: SVGElement): SVGSVGElement | null {
  const svg = element.ownerSVGElement;
  return svg && (outermost(svg) ?? svg);
}

function startOf(element: SVGAnimationElement): number {
  try {
    return element.getStartTime();
  } catch {
    return Infinity; // it does not run
  }
}
