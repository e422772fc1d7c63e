// What we could have changed of a window: every property of the global object and of everything that can be
// reached from it by properties, with the identity of each function. Runs before any script of the page.
(() => {
  const ids = new Map();
  const source = Function.prototype.toString;
  const own = Reflect.ownKeys;

  const idOf = (value) => {
    if (!ids.has(value)) ids.set(value, ids.size);
    return ids.get(value);
  };
  const nodeType = Object.getOwnPropertyDescriptor(Node.prototype, "nodeType").get;
  const isNode = (value) => {
    try {
      return nodeType.call(value) > 0;
    } catch {
      return false; // a prototype of nodes is none
    }
  };
  const isReached = (value) => typeof value === "function" || (typeof value === "object" && value !== null);
  const told = (value) => {
    if (typeof value === "function") return `function ${idOf(value)} ${source.call(value)}`;
    return isReached(value) ? `object ${idOf(value)}` : `${typeof value} ${String(value)}`;
  };
  const describe = (owner, key) => {
    const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(owner, key);
    return `${JSON.stringify(flags)} ${get || set ? `${told(get)} / ${told(set)}` : told(value)}`;
  };
  const nameOf = (key) => (typeof key === "symbol" ? key.toString() : key);

  /** Of one object: `{name: description}`. */
  const describeAll = (owner, path, lines) => {
    for (const key of own(owner)) lines[`${path}.${nameOf(key)}`] = describe(owner, key);
    lines[`${path} prototype`] = told(Object.getPrototypeOf(owner));
    lines[`${path} extensible`] = String(Object.isExtensible(owner));
  };

  /** The globals, what hangs on them (constructors, their prototypes, namespaces), and all `on…` handlers that are set. */
  const print = () => {
    const lines = {};
    const seen = new Set([window]);
    const reach = (owner, path, depth) => {
      describeAll(owner, path, lines);
      for (const key of own(owner)) {
        const { value } = Object.getOwnPropertyDescriptor(owner, key);
        if (!isReached(value) || seen.has(value) || isNode(value) || /^\d+$/.test(nameOf(key))) continue;
        seen.add(value);
        if (depth) reach(value, `${path}.${nameOf(key)}`, depth - 1);
      }
    };
    reach(window, "window", 2);
    for (const target of [window, document, document.documentElement, document.body, navigator, history, location]) {
      describeAll(target, `own ${Object.prototype.toString.call(target)}`, lines);
      for (const key in target) if (key.startsWith("on")) lines[`${Object.prototype.toString.call(target)} ${key}`] = told(target[key]);
    }
    lines.stackTraceLimit = String(Error.stackTraceLimit);
    lines.sheets = String(document.adoptedStyleSheets.length);
    return lines;
  };

  let before = {};
  window[Symbol.for("keep")] = () => {
    before = print();
  };

  /** Names of what differs from what was kept; of what is new as a whole the name alone. */
  window[Symbol.for("difference")] = () => {
    const now = print();
    const names = [...new Set([...own(before), ...own(now)])].filter((name) => before[name] !== now[name]);
    const isPart = (name) => names.some((whole) => name.startsWith(`${whole}.`) || name.startsWith(`${whole} `));
    return names.filter((name) => !isPart(name)).sort();
  };
})();
