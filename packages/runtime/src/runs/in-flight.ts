/** A place in {@link InFlight}. */
export class InFlightPlace<Item> {
  readonly item: Item;
  /** For the list alone: who came before, of those that are left. */
  previous: InFlightPlace<Item> | undefined;
  /** For the list alone: who came after, of those that are left. */
  next: InFlightPlace<Item> | undefined;
  /** For the list alone. */
  isLeft = false;

  /** Places are made by {@link InFlight.enter}. */
  constructor(item: Item, previous: InFlightPlace<Item> | undefined) {
    this.item = item;
    this.previous = previous;
  }
}

/**
 * What has begun and is not over, in order of arrival: for whatever comes and goes with each request. A `Set` or a `Map` would get
 * a new table every so often, to which V8 lets the old one refer; once one such table has died in the old generation, the
 * next is kept from being collected with the young objects, with all the requests in it, and so is the one after it. A place that
 * was left refers to nobody.
 */
export class InFlight<Item> {
  #first: InFlightPlace<Item> | undefined;
  #last: InFlightPlace<Item> | undefined;
  #size = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The place of who came first, of those that are left. */
  get first(): InFlightPlace<Item> | undefined {
    return this.#first;
  }

  /** Adds an item at the end. Returns its place, for {@link leave}. */
  enter(item: Item): InFlightPlace<Item> {
    const place = new InFlightPlace(item, this.#last);
    if (this.#last === undefined) {
      this.#first = place;
    } else {
      this.#last.next = place;
    }
    this.#last = place;
    this.#size += 1;
    return place;
  }

  /** Takes an item out. Idempotent. */
  leave(place: InFlightPlace<Item>): void {
    if (place.isLeft) {
      return;
    }
    place.isLeft = true;
    const { previous, next } = place;
    if (previous === undefined) {
      this.#first = next;
    } else {
      previous.next = next;
    }
    if (next === undefined) {
      this.#last = previous;
    } else {
      next.previous = previous;
    }
    place.previous = undefined;
    place.next = undefined;
    this.#size -= 1;
  }

  /** Everything that is in now, in order of arrival; who comes or goes meanwhile changes nothing in it. */
  items(): readonly Item[] {
    const items: Item[] = [];
    for (let place = this.#first; place !== undefined; place = place.next) {
      items.push(place.item);
    }
    return items;
  }
}
