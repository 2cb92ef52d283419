import type { Interface } from "node:readline";
import { concatMap, defer, of, repeat, takeWhile, type Observable } from "rxjs";

/** Does something with a line. */
export type LineWork = (line: string) => Observable<unknown>;

const END = Symbol("end");

/**
 * Lines one after the other, each when the work for the one before is done; from now on none is lost. Input that comes
 * faster is left where it is. What it makes is subscribed once: it emits what the work does, and completes with the input.
 */
export function eachLine(reader: Interface): (work: LineWork) => Observable<unknown> {
  const lines = reader[Symbol.asyncIterator]();
  return (work) =>
    defer(() => lines.next()).pipe(
      concatMap((next): Observable<unknown> => (next.done === true ? of(END) : work(next.value))),
      repeat(),
      takeWhile((value) => value !== END),
    );
}
