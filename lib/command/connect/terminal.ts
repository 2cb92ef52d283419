import type { Observable } from "rxjs";
import type { ConnectionState } from "../../index.js";
import type { LineWork } from "./each-line.js";

/** What the prompt tells: where lines go, and what the connection is doing. */
export interface Status {
  readonly place: string;
  readonly state: ConnectionState;
}

/** Where lines come from and messages go. */
export interface Terminal {
  /** Whether somebody sits there: then lines may be commands, and there is a prompt. */
  readonly interactive: boolean;
  /** Does the work for each line, one after the other; emits what the work does, and completes when there are no more. */
  eachLine(work: LineWork): Observable<unknown>;
  /** Emits when there is nobody left to write for. */
  readonly gone$: Observable<unknown>;
  /** Writes a message. */
  print(line: string): void;
  /** Writes what is said about the connection. */
  note(line: string): void;
  /** Shows the status while it is subscribed; emits nothing that matters. */
  show(status$: Observable<Status>): Observable<unknown>;
  /** Lets go of the input. */
  close(): void;
}
