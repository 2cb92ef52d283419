import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface } from "node:readline";
import { fromEvent, map, switchMap, takeUntil, tap, type SchedulerLike } from "rxjs";
import { eachLine } from "./each-line.js";
import { statusText } from "./status-text.js";
import type { Styles } from "./styles.js";
import type { Terminal } from "./terminal.js";
import { visible } from "./visible.js";

interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** A prompt that tells the status; what is printed comes above it, and leaves the line that is being typed alone. */
export function promptTerminal({ input, output }: Streams, styles: Styles, scheduler: SchedulerLike): Terminal {
  const editor: Interface & { prevRows?: number } = createInterface({ input, output, terminal: true, prompt: "" });
  const closed$ = fromEvent(editor, "close");
  let isOpen = true;
  editor.once("close", () => (isOpen = false));
  editor.on("line", () => editor.prompt());

  /** Goes to where the prompt begins, and leaves nothing behind it. */
  function clear(): void {
    moveCursor(output, 0, -editor.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    // The editor draws as many rows further up as it remembers, which after a paste is wrong and here is none.
    editor.prevRows = 0;
  }

  function above(line: string): void {
    if (isOpen) clear();
    output.write(`${line}\r\n`);
    if (isOpen) editor.prompt(true);
  }

  return {
    interactive: true,
    eachLine: eachLine(editor),
    gone$: fromEvent(editor, "SIGINT"),
    print: above,
    note: (line) => above(styles.faint(line)),
    show: (status$) =>
      status$.pipe(
        switchMap(({ place, state }) => {
          const paint = state.status === "connected" ? styles.good : styles.bad;
          return statusText(state, scheduler).pipe(map((text) => `${visible(place)} ${paint(text)}> `));
        }),
        tap((prompt) => {
          clear();
          editor.setPrompt(prompt);
          editor.prompt(true);
        }),
        takeUntil(closed$),
      ),
    close() {
      if (!isOpen) return;
      clear();
      editor.close();
    },
  };
}
