import { asyncScheduler, isObservable, type Observable, type SchedulerLike } from "rxjs";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import { jsonCodec, type Codec } from "../protocol/codec.js";
import { defaultSubprotocol, isSubprotocolName, subprotocols } from "../protocol/subprotocols.js";
import type { WhenOffline } from "../session/operation.js";
import type { ShouldRetry } from "../session/should-retry.js";
import type { WebSocketConstructor } from "../socket/web-socket.js";
import type { RetryOptions, WebPubSubClientOptions } from "./client-options.js";
import { pageWake$ } from "./page-wake.js";

/** The options with every default filled in, checked. */
export interface ResolvedOptions {
  readonly subprotocol: string;
  readonly isReliable: boolean;
  readonly codec: Codec;
  readonly autoReconnect: boolean;
  readonly autoRejoinGroups: boolean;
  readonly reconnectRetry: RetryBackoffPolicy;
  readonly messageRetry: RetryBackoffPolicy;
  readonly shouldRetry: ShouldRetry | undefined;
  readonly keepAliveIntervalInMs: number;
  readonly keepAliveTimeoutInMs: number;
  readonly ackTimeoutInMs: number;
  readonly startTimeoutInMs: number;
  readonly recoveryTimeoutInMs: number;
  readonly stableAfterInMs: number;
  readonly proofOfLifeInMs: number;
  readonly whenOffline: WhenOffline;
  readonly maxQueuedSends: number;
  readonly idleCloseInMs: number;
  readonly leaveDelayInMs: number;
  readonly sequenceAck: { readonly count: number; readonly bytes: number; readonly timeInMs: number };
  readonly rejoinConcurrency: number;
  readonly webSocketCtor: WebSocketConstructor | undefined;
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
  readonly wake$: Observable<unknown>;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws RangeError or TypeError that names the option and the value. */
export function resolveOptions(options: WebPubSubClientOptions = {}): ResolvedOptions {
  const given = fieldsOf("options", options);
  const scheduler = (given["scheduler"] as SchedulerLike | undefined) ?? asyncScheduler;
  if (typeof scheduler.schedule !== "function" || typeof scheduler.now !== "function") {
    throw wrongKind("scheduler", scheduler, "an RxJS scheduler");
  }
  const random = (functionIn(given, "random") as (() => number) | undefined) ?? Math.random;
  const sequenceAck = fieldsOf("sequenceAck", given["sequenceAck"]);
  const wake$ = given["wake$"];
  if (wake$ !== undefined && !isObservable(wake$)) throw wrongKind("wake$", wake$, "an Observable");
  const reconnectRetry = retryIn(given, "reconnectRetryOptions", reconnectDefaults);
  return {
    ...protocolIn(given),
    autoReconnect: booleanIn(given, "autoReconnect", true),
    autoRejoinGroups: booleanIn(given, "autoRejoinGroups", true),
    reconnectRetry: { ...reconnectRetry, scheduler, random },
    stableAfterInMs: reconnectRetry.stableAfterInMs,
    messageRetry: { ...retryIn(given, "messageRetryOptions", messageDefaults), scheduler, random },
    shouldRetry: functionIn(given, "shouldRetry") as ShouldRetry | undefined,
    keepAliveIntervalInMs: numberIn(given, "keepAliveIntervalInMs", 20_000),
    keepAliveTimeoutInMs: numberIn(given, "keepAliveTimeoutInMs", 120_000),
    ackTimeoutInMs: numberIn(given, "ackTimeoutInMs", 30_000),
    startTimeoutInMs: numberIn(given, "startTimeoutInMs", 30_000),
    recoveryTimeoutInMs: numberIn(given, "recoveryTimeoutInMs", 30_000),
    proofOfLifeInMs: numberIn(given, "proofOfLifeInMs", 4_000),
    whenOffline: oneOf(given, "whenOffline", ["queue", "fail", "drop"], "queue"),
    maxQueuedSends: numberIn(given, "maxQueuedSends", 1_000, { allowsInfinity: true }),
    idleCloseInMs: numberIn(given, "idleCloseInMs", 1_000),
    leaveDelayInMs: numberIn(given, "leaveDelayInMs", 250),
    sequenceAck: {
      count: numberIn(sequenceAck, "count", 200, { owner: "sequenceAck", min: 1 }),
      bytes: numberIn(sequenceAck, "bytes", 2_097_152, { owner: "sequenceAck", min: 1 }),
      timeInMs: numberIn(sequenceAck, "timeInMs", 1_000, { owner: "sequenceAck" }),
    },
    rejoinConcurrency: numberIn(given, "rejoinConcurrency", 100, { min: 1, allowsInfinity: true }),
    webSocketCtor: functionIn(given, "webSocketCtor") as WebSocketConstructor | undefined,
    scheduler,
    random,
    wake$: wake$ ?? pageWake$,
  };
}

const reconnectDefaults = {
  maxRetries: Infinity,
  retryDelayInMs: 1_000,
  maxRetryDelayInMs: 30_000,
  mode: "Exponential",
  jitter: "full",
} as const satisfies RetryOptions;

const messageDefaults = {
  maxRetries: 3,
  retryDelayInMs: 1_000,
  maxRetryDelayInMs: 30_000,
  mode: "Fixed",
  jitter: "none",
} as const satisfies RetryOptions;

function protocolIn(given: Fields): Pick<ResolvedOptions, "subprotocol" | "isReliable" | "codec"> {
  const protocol = given["protocol"] ?? defaultSubprotocol;
  if (!isSubprotocolName(protocol)) {
    throw wrongKind("protocol", protocol, `one of ${Object.keys(subprotocols).join(", ")}`);
  }
  return { subprotocol: protocol, isReliable: subprotocols[protocol].reliable, codec: jsonCodec };
}

function retryIn(given: Fields, name: string, defaults: Required<RetryOptions>) {
  const retry = fieldsOf(name, given[name]);
  const owner = name;
  const retryDelayInMs = numberIn(retry, "retryDelayInMs", defaults.retryDelayInMs, { owner });
  const maxRetryDelayInMs = numberIn(
    retry,
    "maxRetryDelayInMs",
    // Who raises only the delay means it.
    Math.max(defaults.maxRetryDelayInMs, retryDelayInMs),
    { owner },
  );
  if (maxRetryDelayInMs < retryDelayInMs) {
    throw new RangeError(
      `${owner}.maxRetryDelayInMs must not be below retryDelayInMs (${retryDelayInMs}), got ${maxRetryDelayInMs}`,
    );
  }
  return {
    maxRetries: numberIn(retry, "maxRetries", defaults.maxRetries, { owner, allowsInfinity: true }),
    retryDelayInMs,
    maxRetryDelayInMs,
    mode: oneOf(retry, "mode", ["Exponential", "Fixed"], defaults.mode, owner),
    jitter: oneOf(retry, "jitter", ["full", "none"], defaults.jitter, owner),
    stableAfterInMs: numberIn(retry, "stableAfterInMs", 10_000, { owner, allowsInfinity: true }),
  };
}

function fieldsOf(name: string, value: unknown): Fields {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null) throw wrongKind(name, value, "an object");
  return value as Fields;
}

interface NumberRule {
  readonly owner?: string;
  readonly min?: number;
  readonly allowsInfinity?: boolean;
}

function numberIn(given: Fields, name: string, otherwise: number, rule: NumberRule = {}): number {
  const { owner, min = 0, allowsInfinity = false } = rule;
  const path = owner === undefined ? name : `${owner}.${name}`;
  const value = given[name];
  if (value === undefined) return otherwise;
  if (typeof value !== "number") throw wrongKind(path, value, "a number");
  if (Number.isNaN(value) || value < min || (value === Infinity && !allowsInfinity)) {
    throw new RangeError(`${path} must be ${allowsInfinity ? "a" : "a finite"} number from ${min} up, got ${value}`);
  }
  return value;
}

function booleanIn(given: Fields, name: string, otherwise: boolean): boolean {
  const value = given[name];
  if (value === undefined) return otherwise;
  if (typeof value !== "boolean") throw wrongKind(name, value, "true or false");
  return value;
}

function functionIn(given: Fields, name: string): unknown {
  const value = given[name];
  if (value !== undefined && typeof value !== "function") throw wrongKind(name, value, "a function");
  return value;
}

function oneOf<const T extends string>(
  given: Fields,
  name: string,
  allowed: readonly T[],
  otherwise: NoInfer<T>,
  owner?: string,
): T {
  const value = given[name];
  if (value === undefined) return otherwise;
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw wrongKind(
      owner === undefined ? name : `${owner}.${name}`,
      value,
      allowed.map((one) => `"${one}"`).join(" or "),
    );
  }
  return found;
}

const wrongKind = (path: string, value: unknown, expected: string): TypeError =>
  new TypeError(`${path} must be ${expected}, got ${describe(value)}`);

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
