/** Where the revisions of a pad are on its ruler: places from 0 to 1 with their revisions, both growing. */
export class Scale {
  constructor(private readonly places: readonly (readonly [number, number])[]) {}

  /** The revision at a place; the nearest one beside the ends, and in a pause. */
  revisionAt(x: number): number {
    const next = this.places.findIndex(([place]) => place >= x);
    const [low, high] = [this.places[next - 1], this.places[next]];
    if (!high) return this.places.at(-1)?.[1] ?? 1;
    if (!low || high[0] === low[0]) return high[1];
    const share = (x - low[0]) / (high[0] - low[0]);
    return Math.round(low[1] + (high[1] - low[1]) * share);
  }
}
