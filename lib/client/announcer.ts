import { ReplaySubject, Subject, type Observable } from "rxjs";
import type { ConnectionState } from "../session/connection-state.js";
import type { Connected, Disconnected, Gap, Recovered, Stopped } from "../session/notices.js";

/** What each stream emits. */
interface Announced {
  readonly state$: ConnectionState;
  readonly connected$: Connected;
  readonly recovered$: Recovered;
  readonly disconnected$: Disconnected;
  readonly gap$: Gap;
  readonly stopped$: Stopped;
}

/** The streams of what happens to a connection. One that nobody has asked for costs nothing. */
export class Announcer {
  readonly #subjects: Partial<Record<keyof Announced, Subject<unknown>>> = {};
  #state: ConnectionState;
  #isComplete = false;

  constructor(initial: ConnectionState) {
    this.#state = initial;
  }

  /** Makes a stream, once. Hot; `state$` replays, the others do not. */
  streamOf<Name extends keyof Announced>(name: Name): Observable<Announced[Name]> {
    const isState = name === "state$";
    const subject = (this.#subjects[name] = isState ? new ReplaySubject<unknown>(1) : new Subject<unknown>());
    if (isState) subject.next(this.#state);
    if (this.#isComplete) subject.complete();
    return subject.asObservable() as Observable<Announced[Name]>;
  }

  next<Name extends keyof Announced>(name: Name, value: Announced[Name]): void {
    if (name === "state$") this.#state = value as ConnectionState;
    this.#subjects[name]?.next(value);
  }

  complete(): void {
    this.#isComplete = true;
    for (const subject of Object.values(this.#subjects)) subject.complete();
  }
}
