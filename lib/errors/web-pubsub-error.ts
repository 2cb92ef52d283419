import { defined } from "../protocol/defined.js";

/** What every {@link WebPubSubError} tells. */
export interface WebPubSubErrorOptions<Code extends string> {
  readonly code: Code;
  readonly isRetriable: boolean;
  readonly cause?: unknown;
}

/**
 * The root of every error that the client raises. No token ever appears in its text.
 *
 * `code` says what happened as a literal to switch on, `isRetriable` whether trying again makes sense, `cause` holds
 * the error behind it, if there was one.
 */
export abstract class WebPubSubError<Code extends string = string> extends Error {
  /** What happened. */
  declare readonly code: Code;
  /** Whether trying again makes sense. */
  declare readonly isRetriable: boolean;

  constructor(name: string, message: string, { cause, ...fields }: WebPubSubErrorOptions<Code>) {
    super(message, cause === undefined ? undefined : { cause });
    // Not the constructor's own name: minifiers shorten that.
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true });
    // Those of a subclass among them.
    Object.assign(this, defined(fields));
  }
}
