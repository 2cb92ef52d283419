/**
 * Asks the application: never throws and never rejects, as a handler's failure is an outcome too. What a handler
 * answers at once is there at once, without a Promise on the way, so that virtual time can drive it.
 */
export function askHandler<Outcome>(
  ask: () => unknown,
  read: (answer: unknown) => Outcome,
  failure: Outcome,
): Outcome | Promise<Outcome> {
  try {
    const answer = ask();
    return isPromiseLike(answer)
      ? Promise.resolve(answer)
          .then(read)
          .catch(() => failure)
      : read(answer);
  } catch {
    return failure;
  }
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
