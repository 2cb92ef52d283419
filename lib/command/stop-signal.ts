import { constants } from "node:os";
import { asyncScheduler } from "rxjs";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Ctrl-C under npx arrives twice at once: from the terminal, and from npm that passes it on. */
const ECHO_MS = 250;

/** Resolves at the first SIGINT or SIGTERM. One more, from someone who will not wait, ends the process at once. */
export const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let first: number | undefined;
    const stop = (signal: (typeof SIGNALS)[number]): void => {
      const now = asyncScheduler.now();
      first ??= now;
      if (now - first > ECHO_MS) process.exit(128 + constants.signals[signal]);
      resolve();
    };
    // They stay to the end, or the echo would kill.
    for (const signal of SIGNALS) process.on(signal, stop);
  });
