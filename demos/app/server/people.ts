import { Subject } from "rxjs";

/** Who is in which room, as the service tells it. One server can keep that in memory; several would share a store. */
export class People {
  readonly #rooms = new Map<string, Map<string, string>>();
  readonly #changed$ = new Subject<string>();
  /** The name of a room, each time that somebody has come or gone. */
  readonly changed$ = this.#changed$.asObservable();

  join(room: string, connectionId: string, userId: string): void {
    const here = this.#rooms.get(room) ?? new Map<string, string>();
    this.#rooms.set(room, here.set(connectionId, userId));
    this.#changed$.next(room);
  }

  leave(room: string, connectionId: string): void {
    const here = this.#rooms.get(room);
    if (!here?.delete(connectionId)) return;
    if (here.size === 0) this.#rooms.delete(room);
    this.#changed$.next(room);
  }

  leaveAll(connectionId: string): void {
    for (const room of this.roomsOf(connectionId)) this.leave(room, connectionId);
  }

  roomsOf(connectionId: string): readonly string[] {
    return Array.from(this.#rooms)
      .filter(([, here]) => here.has(connectionId))
      .map(([room]) => room);
  }

  /** Each person once, however many windows they have. */
  in(room: string): readonly string[] {
    return [...new Set(this.#rooms.get(room)?.values())].sort();
  }
}
