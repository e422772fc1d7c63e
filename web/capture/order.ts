/** Positions of a longest increasing subsequence, ascending (patience sorting). */
export function longestIncreasing(values: number[]): number[] {
  const tails: number[] = [];
  const previous: number[] = [];
  values.forEach((value, at) => {
    let low = 0;
    let high = tails.length;
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
