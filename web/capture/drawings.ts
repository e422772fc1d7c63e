/**
 * What WebGL draws only when something has changed. Its buffer is empty again once the browser has shown it, so the one
 * moment at which it can be read is the end of the task that has drawn.
 */

/** Each drawing begins with one of them, or consists of them. */
const DRAWS = ["clear", "drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"];

type Draw = (this: WebGLRenderingContext, ...given: unknown[]) => unknown;
type Realm = Window & Record<string, { prototype: Record<string, Draw> } | undefined>;

/** Told at the end of each task in which a canvas of a watched window was drawn on. */
export class Drawings {
  private readonly watched = new Set<Window>();
  private readonly restore: (() => void)[] = [];
  private readonly drawn = new Set<HTMLCanvasElement>();

  constructor(private readonly told: (canvas: HTMLCanvasElement) => void) {}

  watch(view: Window | null): void {
    if (!view || this.watched.has(view)) return;
    this.watched.add(view);
    for (const name of ["WebGLRenderingContext", "WebGL2RenderingContext"]) {
      const context = (view as unknown as Realm)[name];
      for (const draw of DRAWS) if (context && draw in context.prototype) this.follow(context.prototype, draw);
    }
  }

  stop(): void {
    for (const restore of this.restore.splice(0)) restore();
  }

  /** A proxy has the name and the length of what it stands for, and throws what that does. */
  private follow(prototype: Record<string, Draw>, name: string): void {
    const draw = prototype[name]!;
    const note = (canvas: HTMLCanvasElement | undefined): void => this.note(canvas);
    const proxy = new Proxy(draw, {
      apply(target, context, given) {
        note(context?.canvas);
        return Reflect.apply(target, context, given);
      },
    });
    prototype[name] = proxy;
    this.restore.push(() => {
      if (prototype[name] === proxy) prototype[name] = draw;
    });
  }

  private note(canvas: HTMLCanvasElement | undefined): void {
    if (canvas?.nodeType !== Node.ELEMENT_NODE) return; // it may be drawn off the screen
    if (!this.drawn.size) queueMicrotask(() => this.tell());
    this.drawn.add(canvas);
  }

  private tell(): void {
    const drawn = [...this.drawn];
    this.drawn.clear();
    drawn.forEach(this.told);
  }
}
