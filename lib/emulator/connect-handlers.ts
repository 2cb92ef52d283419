import { invalidGroupName } from "../protocol/names.js";
import { askHandler } from "./ask-handler.js";
import { isFunction, requireType } from "./required-type.js";
import type { Values } from "./query.js";

/** A client that wants to connect, with a token that is good. */
export interface ConnectRequest {
  /** The id that the connection will have. */
  readonly connectionId: string;
  /** As in the token; absent for an anonymous user. */
  readonly userId?: string;
  /** What the token says. */
  readonly claims: Values;
  /** The parameters of the URL, without the token. */
  readonly query: Values;
  /** The subprotocols that the client offers, in its order. */
  readonly subprotocols: readonly string[];
}

/** Also of a function without a `return`. */
type Nothing = ReturnType<() => void>;

/** What becomes of a client that wants to connect. What is left out, or `null`, stays as the token says. */
export type ConnectAnswer =
  | {
      /** An empty one is an anonymous user. */
      readonly userId?: string | null;
      /** Replaces the roles of the token, also by none. */
      readonly roles?: readonly string[] | null;
      /** Replaces the groups of the token, unless it is empty. */
      readonly groups?: readonly string[] | null;
      /** One of those that the client offered. One that the service does not speak makes a raw client. */
      readonly subprotocol?: string | null;
    }
  | {
      /** The HTTP status that the client gets, 300 to 599; there is no connection then. */
      readonly reject: number;
    };

/**
 * Decides on a client that wants to connect (service-surface §5.1); nothing (`undefined`) lets it in as its token says.
 * A throw, a rejection or an answer that breaks a rule refuses the client with 500. A handler that answers at once is
 * answered within the same turn; while a Promise is pending, the client waits for its handshake.
 */
export type ConnectHandler = (
  request: ConnectRequest,
) => ConnectAnswer | Nothing | PromiseLike<ConnectAnswer | Nothing>;

/** A handler's decision, once it is known to keep the rules. */
export type ConnectOutcome =
  | { readonly status: number }
  | {
      readonly userId?: string;
      readonly roles?: readonly string[];
      readonly groups?: readonly string[];
      readonly subprotocol?: string;
    };

const failure: ConnectOutcome = { status: 500 };

/** The application's `connect` handlers of one hub: the one registered first has every client to itself. */
export class ConnectHandlers {
  readonly #handlers = new Set<{ readonly handler: ConnectHandler }>();

  /** Adds a handler; the result removes it. @throws TypeError */
  add(handler: ConnectHandler): () => void {
    requireType(isFunction(handler), "a connect handler", "a function", handler);
    const entry = { handler };
    this.#handlers.add(entry);
    return () => void this.#handlers.delete(entry);
  }

  /** Never throws and never rejects: a handler's failure is an outcome. Nothing without a handler. */
  handle(request: ConnectRequest): ConnectOutcome | Promise<ConnectOutcome> | undefined {
    for (const { handler } of this.#handlers) {
      return askHandler(
        "connect",
        () => handler(request),
        (answer) => requireAnswer(answer, request.subprotocols),
        failure,
      );
    }
    return undefined;
  }
}

function requireAnswer(answer: unknown, offered: readonly string[]): ConnectOutcome {
  const outcome = readAnswer(answer, offered);
  if (outcome) return outcome;
  throw new TypeError(
    "it may return { userId, roles, groups, subprotocol }, the last one of those that the client offers, or { reject: a status from 300 to 599 }",
  );
}

/** Nothing when the answer breaks a rule: handlers need not be written in TypeScript. */
export function readAnswer(answer: unknown, offered: readonly string[]): ConnectOutcome | undefined {
  if (answer === undefined || answer === null) return {};
  if (typeof answer !== "object" || Array.isArray(answer)) return undefined;
  const { reject, userId, roles, groups, subprotocol } = answer as Readonly<Record<string, unknown>>;
  if (reject !== undefined) return isRefusal(reject) ? { status: reject } : undefined;
  const spelling = offered.find((name) => name.toLowerCase() === String(subprotocol).toLowerCase());
  if (given(userId) && typeof userId !== "string") return undefined;
  if (given(roles) && !isListOf(roles, isRole)) return undefined;
  if (given(groups) && !isListOf(groups, isGroup)) return undefined;
  if (given(subprotocol) && spelling === undefined) return undefined;
  return {
    ...(given(userId) && { userId }),
    ...(given(roles) && { roles }),
    ...(given(groups) && groups.length > 0 && { groups }),
    ...(given(subprotocol) && { subprotocol: spelling }),
  };
}

const given = <Value>(value: Value): value is NonNullable<Value> => value !== undefined && value !== null;

const isRefusal = (status: unknown): status is number =>
  typeof status === "number" && Number.isInteger(status) && status >= 300 && status <= 599;

const isListOf = (list: unknown, isOne: (one: unknown) => one is string): list is readonly string[] =>
  Array.isArray(list) && list.every(isOne);

const isRole = (role: unknown): role is string => typeof role === "string" && role.trim() !== "";

const isGroup = (group: unknown): group is string => invalidGroupName(group) === undefined;
