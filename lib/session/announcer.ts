import { ReplaySubject, Subject, type Observable } from "rxjs";
import type { ProtocolError } from "../errors/client-errors.js";
import type { ConnectionState } from "./connection-state.js";
import { initialState } from "./lifecycle.js";
import type { AckMessage, Connected, Disconnected, Gap, Recovered, RejoinGroupFailed, Stopped } from "./notices.js";

/** What each stream emits. */
export interface Announced {
  readonly state$: ConnectionState;
  readonly connected$: Connected;
  readonly recovered$: Recovered;
  readonly disconnected$: Disconnected;
  readonly gap$: Gap;
  readonly stopped$: Stopped;
  readonly rejoinGroupFailed$: RejoinGroupFailed;
  readonly acks$: AckMessage;
  readonly protocolErrors$: ProtocolError;
}

/** The streams of what happens to a connection. One that nobody has asked for costs nothing. */
export class Announcer {
  /** Made for the first. */
  #subjects: Partial<Record<keyof Announced, Subject<unknown>>> | undefined;
  #state = initialState;
  #isComplete = false;

  /** Makes a stream, once. Hot; `state$` replays, the others do not. */
  streamOf<Name extends keyof Announced>(name: Name): Observable<Announced[Name]> {
    const isState = name === "state$";
    const subject = ((this.#subjects ??= {})[name] = isState ? new ReplaySubject<unknown>(1) : new Subject<unknown>());
    if (isState) subject.next(this.#state);
    if (this.#isComplete) subject.complete();
    return subject.asObservable() as Observable<Announced[Name]>;
  }

  next<Name extends keyof Announced>(name: Name, value: Announced[Name]): void {
    if (name === "state$") this.#state = value as ConnectionState;
    this.#subjects?.[name]?.next(value);
  }

  complete(): void {
    this.#isComplete = true;
    for (const subject of Object.values(this.#subjects ?? {})) subject.complete();
  }
}
