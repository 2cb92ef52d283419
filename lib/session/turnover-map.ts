/** After so many entries, or twice as many as it holds, the map is replaced by a copy. */
const TURNOVER = 512;

/**
 * A map of what is on its way: entries come and go for ever, few of them are there at a time.
 *
 * V8 makes a new table for a `Map` whenever the old one is full, of deleted entries too, and links the old one to the
 * new one. Once one of these tables has grown old, all that follow, and all that was in them, outlive the quick
 * collections of young objects, though nobody can reach them: that was 2 µs for each join of a group. A copy now and
 * then breaks the chain.
 */
export class TurnoverMap<K, V> {
  /** The entries, to be read and deleted, until the next one is added. */
  current = new Map<K, V>();
  #added = 0;

  set(key: K, value: V): void {
    if (++this.#added > TURNOVER && this.#added > 2 * this.current.size) {
      this.current = new Map(this.current);
      this.#added = 0;
    }
    this.current.set(key, value);
  }
}
