/** Shows one page state in the sandboxed frame, and applies what follows to it, synchronously. */

import { type DocumentNode, type Mutation, NODE, type Operation, type Node as TreeNode } from "../protocol/operations";
import { childrenOf, extraOf } from "../protocol/tree";
import type { AssetMap } from "./asset_map";
import { addBaseRules } from "./base_rules";
import { Builder } from "./builder";
import { builtNode } from "./built";
import { CanvasPictures } from "./canvas_pictures";
import { prepare } from "./elements";
import { FieldSelection } from "./field_selection";
import { hideChoices } from "./fields";
import { firstOf, Later } from "./later";
import { VisitorMedia } from "./media";
import type { PageState } from "./page_state";
import { enlarging } from "./pinch";
import { Places } from "./places";
import { Shades } from "./shades";
import { Sheets } from "./sheets";
import { Volatiles } from "./volatile";

const LONGEST_VEIL_MS = 500;

export class View {
  readonly frame: HTMLIFrameElement;
  private readonly machine = new VisitorMedia();
  private readonly sheets: Sheets;
  private builder!: Builder;
  private state: PageState | null = null;
  private volatiles: Volatiles | null = null;
  private readonly find = (id: number): Node | undefined => this.builder.nodes.get(id);
  private readonly places = new Places(
    () => this.state,
    this.find,
    () => this.followPage(),
  );
  private later: Later | null = null;
  private readonly pictures: CanvasPictures;
  private readonly fieldSelection: FieldSelection;
  private readonly shades: Shades;

  /** `guard` calls what builds a page later, when nobody is there to catch what it throws. */
  constructor(
    host: HTMLElement,
    private readonly assets: AssetMap,
    private readonly guard: (page: number, apply: () => void) => void = (_, apply) => apply(),
  ) {
    this.frame = document.createElement("iframe");
    this.frame.dataset.testid = "assist-page";
    this.frame.setAttribute("sandbox", "allow-same-origin");
    this.frame.setAttribute("tabindex", "-1");
    this.frame.style.cssText =
      "border:0;display:block;pointer-events:none;background:Canvas;color-scheme:light;transform-origin:0 0";
    host.append(this.frame);
    this.fieldSelection = new FieldSelection(this.frame);
    this.shades = new Shades(this.frame);
    this.sheets = new Sheets(assets, this.machine);
    this.pictures = new CanvasPictures(assets);
  }

  get page(): number {
    return this.state?.id ?? 0;
  }

  /** The nodes at a place of the window, the innermost first. */
  idsAt(x: number, y: number): number[] {
    const ids = new Map<Node, number>();
    for (const [id, node] of this.builder.nodes) ids.set(node, id);
    const found: number[] = [];
    for (let node: Node | null = this.document().elementFromPoint(x, y); node; node = node.parentNode) {
      const id = ids.get(node);
      if (id !== undefined) found.push(id);
    }
    return found;
  }

  /** Build the page as it is now; one that `arrives` is veiled, and built in slices. */
  show(state: PageState, arrives = false): void {
    this.later?.drop();
    this.later = null;
    this.state = state;
    this.assets.reset();
    this.sheets.reset();
    this.pictures.forget();
    this.volatiles = new Volatiles(state, {
      find: this.find,
      fieldSelection: this.fieldSelection,
      shades: this.shades,
      document: () => this.document(),
      paint: (canvas, picture) => this.pictures.show(canvas, picture, (address) => this.builder.paint(canvas, address)),
    });
    this.followMedia(state);
    this.builder = new Builder(this.assets, this.sheets, this.machine, () => state.url);
    this.resize(state);
    if (!state.model) return;
    try {
      this.build(state, state.model.root, arrives ? firstOf(state.model.size) : Infinity);
    } finally {
      if (arrives) this.veil();
    }
  }

  private build(state: PageState, root: DocumentNode, count: number): void {
    const document = this.document();
    prepare(document, root);
    addBaseRules(document);
    // A style sheet or an image that comes late makes room to scroll.
    document.addEventListener("load", () => this.places.alignSoon(), true);
    this.builder.fill(document, root, count);
    for (const child of childrenOf(root) ?? []) this.builder.connected(child);
    this.builder.extra(document, extraOf(root) ?? {});
    document.scrollingElement?.scrollTo({ left: 0, top: 0, behavior: "instant" });
    this.restore(state);
    this.later = new Later(
      this.builder,
      () => this.places.align(),
      (apply) => this.guard(state.id, apply),
    );
    if (this.builder.held.length) this.follow(this.later, state);
  }

  /** What is built later has state as well. */
  private follow(later: Later, state: PageState): void {
    this.assets.load(later.whole);
    void later.whole.then(() => this.later === later && this.restore(state));
  }

  /** All of the page, now: before its state changes, of which the rest is built. */
  finish(): void {
    this.later?.finish();
  }

  /** Resolves when what is in sight of the page is on the screen. */
  async opened(): Promise<void> {
    await this.later?.opened;
  }

  /** Whether the visitor's machine answers media queries in another way than before. */
  private followMedia({ model, viewport }: PageState): boolean {
    const changed = this.machine.set((model && extraOf(model.root)?.media) ?? {}, viewport?.dpr ?? 1);
    this.frame.style.colorScheme = this.machine.scheme;
    return changed;
  }

  resize(state: PageState): void {
    if (!state.viewport) return;
    this.frame.width = String(state.viewport.width);
    this.frame.height = String(state.viewport.height);
    this.frame.style.width = `${state.viewport.width}px`;
    this.frame.style.height = `${state.viewport.height}px`;
    this.frame.style.transform = enlarging(state.pinch);
    if (state === this.state && this.followMedia(state)) return this.show(state);
    this.places.alignSoon();
  }

  /** Apply an operation that the state has taken already. */
  operate(operation: Operation): void {
    switch (operation[0]) {
      case "mutation":
        return this.mutate(operation[2]);
      case "scroll":
        this.places.scroll(operation[2], operation[3], operation[4]);
        return this.followPage();
      case "pinch":
        return this.state ? this.resize(this.state) : undefined;
      case "rule":
        return this.rule(operation[2], operation[3], operation[4]);
      default:
        this.volatiles?.operate(operation);
        this.followPage();
    }
  }

  /** A page without its style sheets is not what the visitor sees: hide it until they are there, for a moment at most. */
  private veil(): void {
    const id = this.page;
    this.frame.style.opacity = "0";
    const unveil = (): void => {
      if (this.page !== id || !this.frame.style.opacity) return;
      this.later?.open();
      this.frame.style.opacity = "";
    };
    void this.sheets.complete().then(unveil);
    setTimeout(unveil, LONGEST_VEIL_MS);
  }

  /** Images, style sheets, fonts and layout are as they will be. */
  async settled(): Promise<void> {
    await this.sheets.settled();
    const document = this.document();
    document.documentElement?.getBoundingClientRect(); // fonts are first asked for by a layout
    const images = Array.from(document.images).filter((image) => !image.complete && image.getAttribute("src"));
    await Promise.allSettled([...images.map((image) => image.decode()), this.pictures.settled()]);
    await document.fonts.ready;
    this.places.align();
  }

  /** In the window; null for what is not there or takes no room. */
  boxOf(id: number): DOMRect | null {
    const node = this.find(id);
    const box = node?.nodeType === Node.ELEMENT_NODE ? (node as Element).getBoundingClientRect() : null;
    return box?.width && box.height ? box : null;
  }

  /** What lies over the page stays where it belongs. */
  private followPage(): void {
    this.fieldSelection.follow();
    this.shades.follow();
  }

  private document(): Document {
    return this.frame.contentDocument!;
  }

  private mutate(change: Mutation): void {
    if (this.state && change.e?.some(([id]) => id === 1) && this.followMedia(this.state)) return this.show(this.state);
    for (const [, id] of change.r ?? []) this.remove(id);
    for (const [parent, next, node] of change.a ?? []) this.insert(parent, next, node);
    for (const [id, text] of change.t ?? []) this.builder.setText(id, text);
    for (const [id, attributes] of change.s ?? []) this.attributes(id, attributes);
    for (const [id, extra] of change.e ?? []) this.builder.extra(this.node(id), extra);
    for (const [, , node] of change.a ?? []) if (typeof node === "number") this.moved(node);
    this.volatiles?.interaction.followFocus();
    if (this.state) hideChoices(change, this.state, this.builder.nodes);
    if (this.state?.model) this.builder.prune(this.state.model);
    this.places.alignSoon();
  }

  private node(id: number): Node {
    return builtNode(this.find(id), id);
  }

  private remove(id: number): void {
    const node = this.builder.nodes.get(id);
    if (node && node.nodeType !== NODE.DOCUMENT) node.parentNode?.removeChild(node);
    this.builder.nodes.delete(id);
  }

  private insert(parent: number, next: number, node: TreeNode | number): void {
    const [dom, before] = [this.node(parent), next ? this.node(next) : null];
    if (typeof node === "number") return void dom.insertBefore(this.node(node), before);
    if (node[0] === NODE.DOCUMENT) return this.builder.frameDocument(dom as HTMLIFrameElement, node);
    if (node[0] === NODE.SHADOW) return this.builder.lateShadow(dom as Element, node);
    const built = this.builder.build(node, dom.ownerDocument ?? (dom as Document), dom);
    if (!built) return;
    dom.insertBefore(built, before);
    if ((dom as Element).localName === "style") this.builder.styleText(dom as Element);
    this.builder.connected(node);
    this.place(node);
  }

  /** Frames and style sheets begin anew when their element moves. */
  private moved(id: number): void {
    if (this.state?.model?.has(id)) this.builder.connected(this.state.model.node(id));
  }

  /** New nodes can have state already: a canvas picture, a value. */
  private place(node: TreeNode): void {
    const picture = this.state?.canvas.get(node[1]);
    if (picture) this.volatiles?.operate(["canvas", 0, node[1], picture]);
    childrenOf(node)?.forEach((child) => this.place(child));
  }

  private attributes(id: number, changes: Record<string, string | null>): void {
    const element = this.node(id) as Element;
    for (const [name, value] of Object.entries(changes)) this.builder.setAttribute(element, name, value);
  }

  private restore(state: PageState): void {
    const { volatiles } = this;
    volatiles?.restore();
    for (const [id, [x, y]] of state.scroll) this.places.scroll(id, x, y);
    void this.sheets.settled().then(() => {
      this.places.alignSoon();
      if (this.volatiles === volatiles) volatiles?.moveAll();
    });
  }

  private rule(id: number, index: number, text: string | null): void {
    this.sheets.setRule(this.node(id) as HTMLStyleElement, index, text, this.state?.url ?? "");
  }
}
