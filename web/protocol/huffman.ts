/** Huffman codes as deflate has them (RFC 1951, section 3.2.2): the lengths of their words say all. */

export const MOST_BITS = 15;

/** A code for the symbols 0, 1, …; those of length 0 do not occur. */
export interface Code {
  /** In bits. */
  lengths: Uint8Array;
  /** The bit that is written first is the lowest. */
  words: Uint16Array;
}

/** In which symbols that occur so often take the fewest bits, of the codes with words of `most` bits at most. */
export function codeFor(counts: Uint16Array, most: number): Code {
  const symbols: number[] = [];
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol]) symbols.push(symbol);
  symbols.sort((a, b) => counts[a]! - counts[b]!);
  const depths = depthsOf(symbols.map((symbol) => counts[symbol]!));
  const numbers = shortened(depths, most);
  const lengths = new Uint8Array(counts.length);
  for (let bits = most, next = 0; bits; bits--) for (let n = numbers[bits]!; n; n--) lengths[symbols[next++]!] = bits;
  return codeOf(lengths);
}

export function codeOf(lengths: Uint8Array): Code {
  const words = new Uint16Array(lengths.length);
  const next = firstWords(lengths);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const bits = lengths[symbol]!;
    if (bits) words[symbol] = mirrored(next[bits]!++, bits);
  }
  return { lengths, words };
}

/** The first word of each length. */
function firstWords(lengths: Uint8Array): number[] {
  const numbers = new Uint16Array(MOST_BITS + 1);
  for (let symbol = 0; symbol < lengths.length; symbol++) numbers[lengths[symbol]!]!++;
  const first = [0, 0];
  for (let bits = 1; bits < MOST_BITS; bits++) first.push(2 * (first[bits]! + numbers[bits]!));
  return first;
}

/** How many bits so many symbols take, without what follows on a symbol. */
export function sizeIn(codes: Code[], counts: Uint16Array[]): number {
  let size = 0;
  for (let n = 0; n < codes.length; n++)
    for (let symbol = 0; symbol < counts[n]!.length; symbol++) size += counts[n]![symbol]! * codes[n]!.lengths[symbol]!;
  return size;
}

/** How deep the leaves of these weights, which ascend, are in Huffman's tree. */
function depthsOf(weights: number[]): number[] {
  const leaves = weights.length;
  const nodes = [...weights];
  const parents: number[] = [];
  let [leaf, inner] = [0, leaves];
  const lightest = (): number => (leaf < leaves && !(nodes[inner]! < nodes[leaf]!) ? leaf++ : inner++);
  while (nodes.length < 2 * leaves - 1) {
    const pair = [lightest(), lightest()] as const;
    for (const node of pair) parents[node] = nodes.length;
    nodes.push(nodes[pair[0]]! + nodes[pair[1]]!);
  }
  const depths: number[] = [];
  for (let node = nodes.length - 1; node >= 0; node--) depths[node] = (depths[parents[node]!] ?? -1) + 1;
  return depths.slice(0, leaves);
}

/** How many words have each length, none more than `most` bits: others get longer until all can be told apart. */
function shortened(depths: number[], most: number): number[] {
  const numbers = new Array<number>(most + 1).fill(0);
  let free = 1 << most;
  for (const depth of depths) {
    const bits = Math.min(Math.max(depth, 1), most);
    numbers[bits]!++;
    free -= 1 << (most - bits);
  }
  for (; free < 0; free++) {
    const shorter = numbers.findLastIndex((number, bits) => number && bits < most);
    numbers[shorter]!--;
    numbers[shorter + 1]! += 2;
    numbers[most]!--;
  }
  return numbers;
}

function mirrored(word: number, bits: number): number {
  let mirror = 0;
  for (; bits; bits--, word >>= 1) mirror = mirror * 2 + (word & 1);
  return mirror;
}
