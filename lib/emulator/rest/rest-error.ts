/** A request that is refused: its status, and a body that server SDKs read (service-surface §2). */
export class RestError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What is wrong: a parameter's name, or the whole `Request`. */
    readonly target?: string,
  ) {
    super(message);
    this.name = "RestError";
  }
}

export const badRequest = (message: string, target = "Request"): RestError =>
  new RestError(400, "Error.BadRequest", message, target);

/** Throws what a rule's check has found, if it has found anything. */
export function requireValid(wrong: string | undefined, target?: string): void {
  if (wrong !== undefined) throw badRequest(wrong, target);
}
