import { defaultIfEmpty, defer, map, take, tap, type Observable, type ObservableInput } from "rxjs";
import { ConnectionError, type ConnectionCause } from "../errors/connection-error.js";
import { fieldsOf, messageOf, redactedError } from "../errors/foreign-error.js";
import { defined } from "../protocol/defined.js";
import { kindOf } from "../protocol/kind-of.js";
import type { PlatformAbortSignal } from "./abort-signal.js";

/** What an access URL provider is told about the attempt that needs a URL. */
export interface AccessContext {
  /** The number of the attempt at a new session, from 1. */
  readonly attempt: number;
  /** Why a new attempt is needed; absent at the first one. */
  readonly cause?: ConnectionCause;
  /** Aborts when the attempt is given up. */
  readonly signal: PlatformAbortSignal;
  /** The same signal under the name that the official client's credential uses. */
  readonly abortSignal: PlatformAbortSignal;
}

/** Gives the access URL for one attempt: the first value of what it returns counts. */
export type AccessUrlProvider = (context: AccessContext) => ObservableInput<string>;

/**
 * Where the client access URL comes from: a URL, a provider that is called once per attempt at a new session, or an
 * object as the official JavaScript client takes.
 */
export type ClientAccess = string | AccessUrlProvider | { readonly getClientAccessUrl: string | AccessUrlProvider };

/**
 * Access in one shape, whatever the caller passed: a URL that has been checked, or who gives one. A URL is always the
 * same, so that a refusal of its token is final.
 */
export type Access = string | AccessUrlProvider;

/** @throws ConnectionError when a URL passed as a string cannot be one. */
export function resolveAccess(access: ClientAccess): Access {
  if (typeof access === "function") return access;
  const url = fieldsOf(access)?.["getClientAccessUrl"];
  if (url === undefined) return checkedAccessUrl(access);
  if (typeof url !== "function") return checkedAccessUrl(url);
  // Called as a method, for credentials that are classes.
  return (context) => (access as { getClientAccessUrl: AccessUrlProvider }).getClientAccessUrl(context);
}

/** What an input of RxJS has: any of these. */
const INPUT = ["subscribe", "then", "getReader", Symbol.iterator, Symbol.asyncIterator];

/** Whether the URL is always the same. */
export const isFixed = (access: Access): access is string => typeof access === "string";

/** One URL. Cold; errors with a `ConnectionError` of phase `access`, or with the provider's own error. */
export const accessUrl = (access: Access, attempt: number, cause: ConnectionCause | undefined): Observable<string> =>
  defer(() => {
    if (isFixed(access)) return [access];
    const controller = new AbortController();
    const { signal } = controller;
    const answer$ = defer(() => {
      const answer = access(defined({ attempt, cause, signal, abortSignal: signal }));
      // A string is an iterable of characters to RxJS; whoever returns one means a URL.
      const input = fieldsOf(answer);
      return input && INPUT.some((key) => key in input) ? answer : [answer];
    });
    // One that completes without a value has given undefined.
    return answer$.pipe(
      take(1),
      defaultIfEmpty(undefined),
      map(checkedAccessUrl),
      tap({ unsubscribe: () => controller.abort() }),
    );
  });

/** The error of a provider as the client reports it: its own stays the `cause`. */
export function accessFailure(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  return new ConnectionError(`the access URL provider failed: ${messageOf(error)}`, {
    code: "AccessFailed",
    phase: "access",
    // 401 and 403 say that this user may not connect; asking again would be told the same.
    isRetriable: !isDenial(error),
    cause: redactedError(error),
  });
}

const isDenial = (error: unknown): boolean => {
  const status = fieldsOf(error)?.["status"];
  return status === 401 || status === 403;
};

function checkedAccessUrl(url: unknown): string {
  if (typeof url !== "string") throw refusal(kindOf(url));
  if (url.trim() === "") throw refusal("an empty string");
  let protocol: string;
  let hash: string;
  try {
    ({ protocol, hash } = new URL(url));
  } catch {
    throw refusal("no URL");
  }
  // No WebSocket takes one.
  if (hash !== "") throw refusal("one with a fragment");
  if (protocol !== "ws:" && protocol !== "wss:") throw refusal(`one that starts with ${protocol}`);
  return url;
}

const refusal = (got: string): ConnectionError =>
  new ConnectionError(
    `a client access URL must be a ws: or wss: URL like wss://HOST/client/hubs/HUB?access_token=…, or a function that gives one; got ${got}`,
    { code: "AccessFailed", phase: "access", isRetriable: false },
  );

/** The URL that continues a session (client-protocol §8.2): the original one with the session's id and token in it. */
export function recoveryUrl(accessUrl: string, connectionId: string, reconnectionToken: string): string {
  const url = new URL(accessUrl);
  // Neither needed nor checked here, and may have expired long since.
  url.searchParams.delete("access_token");
  url.searchParams.set("awps_connection_id", connectionId);
  url.searchParams.set("awps_reconnection_token", reconnectionToken);
  return url.href;
}

/** Whether the access token in a URL says of itself that it has expired: browsers do not tell why an upgrade failed. */
export function tokenHasExpired(accessUrl: string, now: number): boolean {
  const [, payload = ""] = new URL(accessUrl).searchParams.get("access_token")?.split(".") ?? [];
  try {
    // What is not ASCII comes out wrong, and does no harm: the expiry is a number.
    const { exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as { exp?: unknown };
    return Number(exp) * 1_000 < now;
  } catch {
    return false;
  }
}
