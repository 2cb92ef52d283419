import { asyncScheduler, type SchedulerLike } from "rxjs";
import { utf8Length } from "../protocol/bytes.js";
import { checkAccessToken } from "./access-token.js";
import { reconnectionTokens } from "./reconnection-token.js";
import { isFunction, isString, requireType } from "./required-type.js";
import { Service } from "./service.js";
import { Upstreams } from "./upstream/upstreams.js";

/** Options that every emulator takes. */
export interface EmulatorOptions {
  /**
   * The key that signs and checks tokens: 32 bytes or more, without `;`, control characters and blanks at its ends.
   * Default: the well-known key of Azure's own local emulator.
   */
  readonly accessKey?: string;
  /** Whether a recovered connection begins with a `connected` frame (client-protocol §22 Q1). Default `true`. */
  readonly connectedOnRecovery?: boolean;
  /** The only source of time. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** A service with its key and its clock, before any transport leads to it. */
export interface EmulatorCore {
  readonly service: Service;
  readonly scheduler: SchedulerLike;
  readonly accessKey: string;
  readonly upstreams: Upstreams;
}

const DEVELOPMENT_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";
const MIN_KEY_BYTES = 32;

/**
 * @param host the service's name, without a port
 * @throws TypeError or RangeError when an option is wrong
 */
export function createCore(options: EmulatorOptions, host: string): EmulatorCore {
  const { accessKey = DEVELOPMENT_KEY, connectedOnRecovery = true, scheduler = asyncScheduler } = options;
  requireAccessKey(accessKey);
  requireType(typeof connectedOnRecovery === "boolean", "connectedOnRecovery", "true or false", connectedOnRecovery);
  requireType(isScheduler(scheduler), "scheduler", "an RxJS scheduler", scheduler);
  const now = (): number => scheduler.now();
  const upstreams = new Upstreams({ accessKey, host, scheduler });
  const service = new Service({
    scheduler,
    connectedOnRecovery,
    reconnectionTokens: reconnectionTokens(accessKey, now),
    upstreamOf: (hub) => upstreams.of(hub),
    checkAccessToken: (token, host, hub) => checkAccessToken(token, accessKey, { host, hub, now: now() }),
  });
  return { service, scheduler, accessKey, upstreams };
}

const isScheduler = (value: unknown): boolean => {
  const { schedule, now } = Object(value) as Partial<SchedulerLike>;
  return isFunction(schedule) && isFunction(now);
};

/** The rules of service-surface §1.1. The key itself stays out of the messages. */
function requireAccessKey(key: unknown): asserts key is string {
  requireType(isString(key), "accessKey", "a string", key);
  const bytes = utf8Length(key);
  if (bytes < MIN_KEY_BYTES) {
    throw new RangeError(`accessKey must have ${MIN_KEY_BYTES} UTF-8 bytes or more, this one has ${bytes}`);
  }
  if (/[;\p{Cc}]/u.test(key)) {
    throw new RangeError('accessKey must be free of ";" and control characters, as it is part of a connection string');
  }
  if (key.trim() !== key) throw new RangeError("accessKey must not begin or end with a blank");
}
