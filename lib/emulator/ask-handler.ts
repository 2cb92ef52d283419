import { loggerNamed } from "../logging/logger.js";

const { warning } = loggerNamed("rx-webpubsub:emulator");

/**
 * Asks the application: never throws and never rejects, as a handler's failure is an outcome too, which the log tells.
 * What a handler answers at once is there at once, without a Promise on the way, so that virtual time can drive it.
 *
 * @param what the handler's event, for the log
 */
export function askHandler<Outcome>(
  what: string,
  ask: () => unknown,
  read: (answer: unknown) => Outcome,
  failure: Outcome,
): Outcome | Promise<Outcome> {
  const failed = (error: unknown): Outcome => {
    // The client is told no more than by Azure, so that this is where a mistake in a handler shows.
    warning(() => `the handler of ${what} failed: ${error instanceof Error ? error.stack : String(error)}`);
    return failure;
  };
  try {
    const answer = ask();
    return isPromiseLike(answer) ? Promise.resolve(answer).then(read).catch(failed) : read(answer);
  } catch (error) {
    return failed(error);
  }
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
