import { asyncScheduler, isObservable, type Observable, type SchedulerLike } from "rxjs";
import { fieldsOf } from "../errors/foreign-error.js";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import { jsonCodec } from "../protocol/codec.js";
import { shown } from "../protocol/kind-of.js";
import { defaultSubprotocol, isSubprotocolName, subprotocols } from "../protocol/subprotocols.js";
import type { ShouldRetry } from "../session/should-retry.js";
import type { WebSocketConstructor } from "../socket/web-socket.js";
import type { WebPubSubClientOptions } from "./client-options.js";
import { pageWake$ } from "./page-wake.js";

/** What an option may be: gives the value, or the default in place of `undefined`, or throws. */
type Rule<T> = (value: unknown, path: string) => T;

const rule =
  <T>(otherwise: T, expected: string, fits: (value: unknown) => boolean): Rule<T> =>
  (value, path) => {
    if (value === undefined) return otherwise;
    if (!fits(value)) throw new TypeError(`${path} must be ${expected}, got ${shown(value)}`);
    return value as T;
  };

const number =
  (otherwise: number, min = 0, max = Number.MAX_VALUE): Rule<number> =>
  (value, path) => {
    const number = rule(otherwise, "a number", (value) => typeof value === "number")(value, path);
    // In these words, as NaN is neither below nor above anything.
    if (value === undefined || (number >= min && number <= max)) return number;
    throw new RangeError(`${path} must be a${max < Infinity ? " finite" : ""} number from ${min} up, got ${number}`);
  };

const flag = (otherwise: boolean) => rule(otherwise, "true or false", (value) => typeof value === "boolean");

const callable = <T>(otherwise: T) => rule(otherwise, "a function", (value) => typeof value === "function");

/** One of several words, of which the first is the default. */
const word = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  rule<Words[number]>(words[0], words.map((each) => `"${each}"`).join(" or "), (value) =>
    words.includes(value as string),
  );

const OPTIONS = "options";

/** An object with such fields. */
const fields =
  <T extends object>(rules: { readonly [Name in keyof T]: Rule<T[Name]> }): Rule<T> =>
  (value, path) => {
    const given = rule({}, "an object", (value) => fieldsOf(value) !== undefined)(value, path);
    const prefix = path === OPTIONS ? "" : `${path}.`;
    // A copy of the rules has the right fields, and unlike one that grows field by field it is no hash table.
    const checked = { ...rules } as Record<string, unknown>;
    for (const [name, check] of Object.entries<Rule<unknown>>(rules)) {
      checked[name] = check(Reflect.get(given, name), prefix + name);
    }
    return checked as T;
  };

const retry = (maxRetries: number, modes: Rule<"Exponential" | "Fixed">, jitters: Rule<"full" | "none">) => {
  const check = fields({
    maxRetries: number(maxRetries, 0, Infinity),
    retryDelayInMs: number(1_000),
    maxRetryDelayInMs: number(NaN),
    mode: modes,
    jitter: jitters,
    stableAfterInMs: number(10_000, 0, Infinity),
  });
  return (value: unknown, path: string) => {
    const policy = check(value, path);
    const { retryDelayInMs, maxRetryDelayInMs } = policy;
    if (maxRetryDelayInMs < retryDelayInMs) {
      throw new RangeError(
        `${path}.maxRetryDelayInMs must not be below retryDelayInMs (${retryDelayInMs}), got ${maxRetryDelayInMs}`,
      );
    }
    // Who raises only the shorter delay means it.
    if (Number.isNaN(maxRetryDelayInMs)) policy.maxRetryDelayInMs = Math.max(30_000, retryDelayInMs);
    return policy;
  };
};

const isScheduler = (value: unknown): boolean => {
  const { schedule, now } = Object(value) as Partial<SchedulerLike>;
  return typeof schedule === "function" && typeof now === "function";
};

/** Where a framework may put its own, to keep what follows out of its change detection. */
const here = <T>(open: () => T): T => open();

/** Also of one call. */
export const checkWhenOffline = word("queue", "fail", "drop");

const check = fields({
  protocol: rule(defaultSubprotocol, `one of ${Object.keys(subprotocols).join(", ")}`, isSubprotocolName),
  autoReconnect: flag(true),
  autoRejoinGroups: flag(true),
  reconnectRetryOptions: retry(Infinity, word("Exponential", "Fixed"), word("full", "none")),
  messageRetryOptions: retry(3, word("Fixed", "Exponential"), word("none", "full")),
  shouldRetry: callable<ShouldRetry | undefined>(undefined),
  keepAliveIntervalInMs: number(20_000),
  keepAliveTimeoutInMs: number(120_000),
  ackTimeoutInMs: number(30_000),
  startTimeoutInMs: number(30_000),
  recoveryTimeoutInMs: number(30_000),
  proofOfLifeInMs: number(4_000),
  whenOffline: checkWhenOffline,
  maxQueuedSends: number(1_000, 0, Infinity),
  idleCloseInMs: number(1_000),
  leaveDelayInMs: number(250),
  sequenceAck: fields({ count: number(200, 1), bytes: number(2_097_152, 1), timeInMs: number(1_000) }),
  rejoinConcurrency: number(100, 1, Infinity),
  webSocketCtor: callable<WebSocketConstructor | undefined>(undefined),
  scheduler: rule<SchedulerLike>(asyncScheduler, "an RxJS scheduler", isScheduler),
  // Left to those who ask chance: a test may put something in the place of the platform's.
  random: callable<(() => number) | undefined>(undefined),
  wake$: rule<Observable<unknown>>(pageWake$, "an Observable", isObservable),
});

/** The options with every default filled in, checked. */
export type ResolvedOptions = Readonly<ReturnType<typeof resolve>>;

/** What clients without options share. */
let defaults: ResolvedOptions | undefined;

/** @throws RangeError or TypeError that names the option and the value. */
export function resolveOptions(options?: WebPubSubClientOptions): ResolvedOptions {
  return options === undefined ? (defaults ??= resolve()) : resolve(options);
}

function resolve(options?: WebPubSubClientOptions) {
  const checked = check(options, OPTIONS);
  const { protocol, scheduler, random, reconnectRetryOptions, messageRetryOptions } = checked;
  const messageRetry: RetryBackoffPolicy = { ...messageRetryOptions, scheduler, random };
  const reconnectRetry: RetryBackoffPolicy = { ...reconnectRetryOptions, scheduler, random };
  return {
    ...checked,
    isReliable: subprotocols[protocol].reliable,
    codec: jsonCodec,
    runOutside: here,
    reconnectRetry,
    messageRetry,
    /** Groups are kept up as long as there is a session. */
    rejoinRetry: { ...reconnectRetry, maxRetries: Infinity },
  };
}
