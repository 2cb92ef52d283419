import {
  combineLatest,
  concat,
  defer,
  from,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  takeUntil,
  takeWhile,
  tap,
  throwError,
  type Observable,
  type SchedulerLike,
} from "rxjs";
import type { WebPubSubClient } from "../../index.js";
import { connectionNotes } from "./connection-notes.js";
import { LineRunner } from "./line-runner.js";
import type { MessageFormat } from "./message-text.js";
import type { Terminal } from "./terminal.js";
import type { LineType, Target } from "./target.js";
import { readTypedLine, type TypedLine } from "./typed-line.js";

export interface ShellSettings {
  readonly hub: string;
  /** Joined at the beginning. */
  readonly groups: readonly string[];
  /** Where lines go at the beginning. */
  readonly target: Target | undefined;
  readonly lineType: LineType;
  /** Whether what is sent comes back, as the hub delivers it. */
  readonly echo: boolean;
  /** Whether to stay when there are no more lines. */
  readonly listen: boolean;
  readonly format: MessageFormat;
  readonly scheduler: SchedulerLike;
}

const END = Symbol("end");

/**
 * A hub between a client and a terminal: messages out, lines in, each after the acknowledgement of the one before. Cold.
 * Completes when there are no more lines, or nobody to write for; errors when the client gives up, when a group of the
 * beginning cannot be joined, and in the end when lines of a pipe could not be sent. Leaves the client as it is.
 */
export const shell = (client: WebPubSubClient, terminal: Terminal, settings: ShellSettings): Observable<unknown> =>
  defer(() => {
    const { hub, groups, listen, format, scheduler } = settings;
    const runner = new LineRunner(client, terminal, settings);

    const messages$ = merge(client.serverMessages$, client.groupMessages$).pipe(
      tap((message) => terminal.print(format(message, scheduler.now()))),
    );
    const notes$ = connectionNotes(client, hub).pipe(tap((note) => terminal.note(note)));
    const status$ = terminal.show(
      combineLatest([runner.target$, client.state$]).pipe(
        map(([target, state]) => ({ place: target ? `${hub}/${target.name}` : hub, state })),
      ),
    );
    const failure$ = client.stopped$.pipe(mergeMap(({ error }) => (error ? throwError(() => error) : NEVER)));

    const beginning$ = concat(
      defer(() => client.start()),
      from(groups).pipe(mergeMap((group) => client.joinGroup(group))),
    );
    const conversation$ = terminal.eachLine((text) => {
      const line: TypedLine = terminal.interactive ? readTypedLine(text) : { type: "send", text };
      return line.type === "quit" ? of(END) : runner.run(line);
    });
    // A user who ends the input wants to go; a pipe that ends may have done its part.
    const end$ = terminal.interactive || !listen ? concat(runner.verdict$, of(END)) : NEVER;

    return merge(messages$, notes$, status$, failure$, concat(beginning$, conversation$, end$)).pipe(
      takeWhile((value) => value !== END),
      takeUntil(terminal.gone$),
    );
  });
