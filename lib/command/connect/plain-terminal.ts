import { createInterface } from "node:readline";
import { EMPTY, fromEvent } from "rxjs";
import { eachLine } from "./each-line.js";
import type { Terminal } from "./terminal.js";

interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
}

/** Lines from a pipe or a file; messages on one stream, everything else on the other. */
export function plainTerminal({ input, output, errors }: Streams): Terminal {
  const reader = createInterface({ input, crlfDelay: Infinity });
  // Who reads our output may go at any time; that is no crash.
  for (const stream of [output, errors]) stream.on("error", () => undefined);
  return {
    interactive: false,
    eachLine: eachLine(reader),
    gone$: fromEvent(output, "error"),
    print: (line) => void output.write(`${line}\n`),
    note: (line) => void errors.write(`${line}\n`),
    show: () => EMPTY,
    close: () => reader.close(),
  };
}
