import { filter, map, noop, type OperatorFunction } from "rxjs";
import { callSafely } from "./call-safely.js";
import { describeIssues, type StandardSchema } from "./standard-schema.js";

/** Options of {@link dataOf}. */
export interface DataOfOptions<M> {
  /**
   * Told of each message whose data is invalid, with what the function threw, or for a schema a `TypeError` whose `cause`
   * is the list of issues. Default: nobody is.
   */
  readonly onInvalid?: ((error: unknown, message: M) => void) | undefined;
}

/** A function that returns the data, checked, or throws. */
interface Parse<T> {
  (data: unknown): T;
  /** A function that has this is a schema. */
  readonly "~standard"?: undefined;
}

const invalid = Symbol("invalid");

/**
 * Emits the data of each message, typed and checked by a function or a schema.
 *
 * - The function gets the data and returns what is emitted; data for which it throws is invalid. A schema is any
 *   synchronous Standard Schema v1 validator (Zod, Valibot, ArkType, …); its output is emitted. What is both (ArkType)
 *   counts as a schema.
 * - A message with invalid data goes to `onInvalid` and is left out; the stream goes on. What `onInvalid` throws is
 *   reported as RxJS reports a throwing subscriber.
 * - An answer that is a promise cannot be checked in order: the stream errors at once with a `TypeError`.
 * - Errors, completion and unsubscription pass as they are. What is neither function nor schema throws a `TypeError`.
 *
 * @example
 * ```ts
 * const Price = z.object({ symbol: z.string(), price: z.number() });
 * client.group("prices").messages$
 *   .pipe(dataOf(Price, { onInvalid: (error, { fromUserId }) => console.warn(fromUserId, error) }))
 *   .subscribe(({ symbol, price }) => show(symbol, price));
 * ```
 *
 * @param schema The schema or function; called once per message, with its `data`.
 * @param options What happens to invalid messages.
 */
export function dataOf<Output, M extends { readonly data: unknown } = { readonly data: unknown }>(
  schema: StandardSchema<Output>,
  options?: DataOfOptions<M>,
): OperatorFunction<M, Output>;
export function dataOf<T, M extends { readonly data: unknown } = { readonly data: unknown }>(
  parse: Parse<T>,
  options?: DataOfOptions<M>,
): OperatorFunction<M, T>;
export function dataOf<T, M extends { readonly data: unknown }>(
  parse: StandardSchema<T> | Parse<T>,
  { onInvalid }: DataOfOptions<M> = {},
): OperatorFunction<M, T> {
  const read = readerOf(parse);
  return (source) =>
    source.pipe(
      map((message) => {
        let data: unknown;
        try {
          data = read(message.data);
        } catch (error) {
          callSafely(() => onInvalid?.(error, message));
          return invalid;
        }
        if (isPromiseLike(data)) throw asynchronous(data);
        return data as T;
      }),
      filter((data): data is T => data !== invalid),
    );
}

/** As a function that throws for invalid data; a promise comes back as it is. JavaScript may pass anything. */
function readerOf<T>(parse: StandardSchema<T> | Parse<T> | null | undefined): (data: unknown) => unknown {
  const standard = parse?.["~standard"];
  if (standard) {
    return (data) => {
      const result = standard.validate(data);
      if (isPromiseLike(result)) return result;
      if (result.issues) throw new TypeError(describeIssues(result.issues), { cause: result.issues });
      return result.value;
    };
  }
  if (typeof parse === "function") return parse;
  throw new TypeError("dataOf takes a function or a Standard Schema");
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";

function asynchronous(answer: PromiseLike<unknown>): TypeError {
  answer.then(undefined, noop); // nobody waits for it any longer, so a rejection is no news
  return new TypeError("dataOf takes a function or a Standard Schema, but not one that answers with a promise");
}
