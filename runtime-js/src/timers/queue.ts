/**
 * A queue of timers, ordered by when they are due and then by when they were made: a binary heap
 * whose entries know their place, so that one can be taken out anywhere.
 */

/** What the queue needs to know of a timer. */
export interface Queued {
  /** When it is due, on the invocation's clock. */
  due: number;
  /** Grows with every time that a timer is set. */
  order: number;
  /** Where it stands in the heap; -1 when it isn't queued. */
  place: number;
}

function before(one: Queued, other: Queued): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

/** The queue. */
export class TimerQueue<Entry extends Queued> {
  readonly #heap: Entry[] = [];

  /** How many there are. */
  get size(): number {
    return this.#heap.length;
  }

  /** The one that is due first. */
  first(): Entry | undefined {
    return this.#heap[0];
  }

  /** Every one, in no particular order. */
  entries(): readonly Entry[] {
    return this.#heap;
  }

  /** Puts one in. */
  add(entry: Entry): void {
    this.#put(entry, this.#heap.length);
    this.#rise(entry);
  }

  /** Takes one out, wherever it stands. */
  remove(entry: Entry): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop() as Entry;
    if (last === entry) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry, place: number): void {
    entry.place = place;
    this.#heap[place] = entry;
  }

  #rise(entry: Entry): void {
    while (entry.place > 0) {
      const parent = this.#heap[(entry.place - 1) >> 1] as Entry;
      if (!before(entry, parent)) return;
      const { place } = parent;
      this.#put(parent, entry.place);
      this.#put(entry, place);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[entry.place * 2 + 1];
      const right = this.#heap[entry.place * 2 + 2];
      const child = left && right && before(right, left) ? right : left;
      if (child === undefined || !before(child, entry)) return;
      const { place } = child;
      this.#put(child, entry.place);
      this.#put(entry, place);
    }
  }
}
