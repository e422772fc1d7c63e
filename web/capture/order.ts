/** Positions of a longest increasing subsequence, ascending (patience sorting). */
export function longestIncreasing(values: number[]): number[] {
  const tails: number[] = [];
  const previous: number[] = [];
  values.forEach((value, at) => {
    let high = tails.length;
    // Mostly the order is right already.
    let low = high && values[tails[high - 1]!]! < value ? high : 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    previous[at] = low ? tails[low - 1]! : -1;
    tails[low] = at;
  });
  const found: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at]!) found.push(at);
  return found.reverse();
}

/**
 * Which of the children `now` are not where they were `before`, in order, each with the id of the child that follows it
 * and need not move (0: none). Ids are 0 for what is new.
 */
export function misplaced(before: number[], now: number[]): [at: number, next: number][] {
  const places = new Map(before.map((id, at) => [id, at]));
  const kept = now.flatMap((id, at) => (places.has(id) ? [at] : []));
  const order = kept.map((at) => places.get(now[at]!)!);
  const stays = new Set(longestIncreasing(order).map((at) => kept[at]!));
  const found: [number, number][] = [];
  let next = 0;
  for (let at = now.length - 1; at >= 0; at--) {
    if (stays.has(at)) next = now[at]!;
    else found.push([at, next]);
  }
  return found.reverse();
}
