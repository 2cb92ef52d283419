import type { SchedulerLike } from "rxjs";
import { loggerNamed } from "../../logging/logger.js";
import type { ConnectOutcome, ConnectRequest } from "../connect-handlers.js";
import type { ClientEvent, EventOutcome } from "../event-handlers.js";
import type { Payload } from "../payload.js";
import type { Values } from "../query.js";
import type { AbuseProtection } from "./abuse-protection.js";
import { readConnectAnswer, readEventAnswer } from "./answers.js";
import { contentOf, eventHeaders, type CloudEvent } from "./cloud-event.js";
import type { HttpExchange } from "./http-exchange.js";
import { UpstreamConnection } from "./upstream-connection.js";
import type { UpstreamOptions } from "./upstream-options.js";
import { UpstreamRoute, type EventKind } from "./upstream-route.js";

const { verbose, warning } = loggerNamed("rx-webpubsub:upstream");

const EVENT_LIMIT_MS = 100_000;
const INTERNAL_ERROR = 500;

/** What the upstreams of all hubs share. */
export interface UpstreamSettings {
  readonly accessKey: string;
  /** The service's name, without a port. */
  readonly host: string;
  readonly scheduler: SchedulerLike;
  readonly http: HttpExchange;
  readonly protection: AbuseProtection;
}

/** What an upstream is told of a session. */
export interface UpstreamSubject {
  readonly connectionId: string;
  readonly userId: string | undefined;
  readonly codec: {
    readonly protocol: string;
    /** There for clients that wait for no ack. */
    readonly eventFailure?: unknown;
  };
}

/**
 * The applications of one hub that are reached by HTTP, in the order of their configuration: the first that wants an
 * event has it to itself. Of one connection, what a client waits for goes one after the other, each when the one before
 * has been answered; beside it, so does what is only told and blocks nothing (service-surface §4.2). The request for
 * `connected` goes out before that for the first message, which waits neither for its answer nor for its retries;
 * `disconnected` comes when all else has been answered.
 */
export class HubUpstream {
  readonly #routes = new Set<UpstreamRoute>();
  readonly #connections = new Map<string, UpstreamConnection>();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(
    private readonly hub: string,
    private readonly settings: UpstreamSettings,
  ) {}

  /** Adds an application; the result removes it. @throws TypeError or RangeError when an option is wrong */
  add(options: UpstreamOptions): () => void {
    const route = new UpstreamRoute(options);
    this.#routes.add(route);
    return () => void this.#routes.delete(route);
  }

  /** Nothing when no application wants to be asked; never rejects. */
  connect(request: ConnectRequest, headers: Values): Promise<ConnectOutcome> | undefined {
    const route = this.#routeOf("sys", "connect");
    if (!route) return undefined;
    const connection = this.#connectionOf(request.connectionId);
    connection.userId = request.userId;
    const { claims, query, subprotocols } = request;
    const body = JSON.stringify({ claims, query, headers, subprotocols, clientCertificates: [] });
    const event = this.#event("sys", "connect", 0, "application/json", body);
    return this.#send(route, connection, event, async (response) => {
      const outcome = await readConnectAnswer(response, subprotocols);
      if ("status" in outcome) this.#connections.delete(request.connectionId);
      return { outcome, isSuccess: !("status" in outcome) };
    }).then((outcome) => {
      if (outcome) return outcome;
      this.#connections.delete(request.connectionId);
      return { status: INTERNAL_ERROR };
    });
  }

  /** Nothing when no application wants the event; never rejects. */
  event(event: ClientEvent, payload: Payload): Promise<EventOutcome> | undefined {
    const route = this.#routeOf("user", event.event);
    if (!route) return undefined;
    const connection = this.#connectionOf(event.connectionId);
    const { contentType, body } = contentOf(payload);
    const { metadata } = event;
    const message = { ...this.#event("user", event.event, connection.takeId(), contentType, body), metadata };
    const answer = this.#send(route, connection, message, async (response) => {
      const outcome = await readEventAnswer(response);
      return { outcome, isSuccess: outcome.handled };
    });
    return answer.then((outcome) => outcome ?? { handled: false });
  }

  connected(session: UpstreamSubject): void {
    this.#recordOf(session);
    this.#tell(session, "sys", "connected", {});
  }

  /** Also of a client that was let in and never had a session. */
  disconnected(session: UpstreamSubject, reason: string): void {
    const connection = this.#recordOf(session);
    // Nobody waits for what a client without acks has asked.
    if (session.codec.eventFailure !== undefined) connection.gone.abort();
    this.#tell(session, "sys", "disconnected", { reason });
    this.#connections.delete(session.connectionId);
  }

  joined(session: UpstreamSubject, group: string): void {
    this.#tell(session, "gp", "joined", { group });
  }

  left(session: UpstreamSubject, group: string): void {
    this.#tell(session, "gp", "left", { group });
  }

  /** Whether anything is on its way. */
  get busy(): boolean {
    return this.#pending.size > 0;
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.busy) await Promise.all(this.#pending);
  }

  #routeOf(kind: EventKind, name: string, group?: string): UpstreamRoute | undefined {
    for (const route of this.#routes) if (route.wants(kind, name, group)) return route;
    return undefined;
  }

  #connectionOf(connectionId: string): UpstreamConnection {
    const known = this.#connections.get(connectionId);
    if (known) return known;
    const connection = new UpstreamConnection(connectionId);
    this.#connections.set(connectionId, connection);
    return connection;
  }

  #recordOf({ connectionId, userId, codec }: UpstreamSubject): UpstreamConnection {
    const connection = this.#connectionOf(connectionId);
    connection.userId = userId;
    connection.subprotocol = codec.protocol || undefined;
    return connection;
  }

  /** Tells what needs no answer. */
  #tell(
    session: UpstreamSubject,
    kind: EventKind,
    name: string,
    body: { readonly group?: string; readonly reason?: string },
  ): void {
    const route = this.#routeOf(kind, name, body.group);
    if (!route) return;
    const connection = this.#connectionOf(session.connectionId);
    const event = this.#event(kind, name, connection.takeId(), "application/json", JSON.stringify(body));
    void this.#send(route, connection, event, async (response) => {
      await response.body?.cancel();
      // Its answer is only logged, and changes no state (service-surface §5.2).
      return { outcome: undefined, isSuccess: false };
    });
  }

  #event(kind: EventKind, name: string, id: number, contentType: string, body: string | ArrayBuffer): CloudEvent {
    const time = this.settings.scheduler.now();
    return { kind, name, id, time, contentType, body, requestId: globalThis.crypto.randomUUID() };
  }

  #send<Outcome>(
    route: UpstreamRoute,
    connection: UpstreamConnection,
    event: CloudEvent,
    read: (response: Response) => Promise<{ readonly outcome: Outcome; readonly isSuccess: boolean }>,
  ): Promise<Outcome | undefined> {
    const sent = inTurn(connection, event, async () => {
      const { accessKey, host, http, protection, scheduler } = this.settings;
      const { hub } = this;
      const url = route.url(hub, event.name);
      if (!(await protection.passed(route.url(hub, "validate")))) return undefined;
      const { connectionId, userId, subprotocol, state } = connection;
      const signature = await connection.signature(accessKey);
      const cookies = connection.cookies.header(url, scheduler.now());
      const headers = eventHeaders(event, {
        ...{ host, hub, connectionId, userId, subprotocol, state, cookies, signature },
      });
      const limit = { of: "all", ms: EVENT_LIMIT_MS } as const;
      // The last event is sent although the connection has gone.
      const cancelled = event.kind === "user" ? connection.gone.signal : undefined;
      const call = { url, method: "POST", headers, body: event.body, limit, cancelled };
      const answer = await http.ask(call, async (response) => {
        verbose(() => `${event.name} of ${connectionId}: ${url} answers ${response.status}`);
        const { outcome, isSuccess } = await read(response);
        if (response.ok) connection.cookies.store(url, response.headers, scheduler.now());
        if (isSuccess) connection.state = response.headers.get("ce-connectionState") ?? connection.state;
        return { outcome };
      });
      if (!answer) warning(() => `${event.name} of ${connectionId}: ${url} gives no answer that can be used`);
      return answer?.outcome;
    });
    this.#pending.add(sent);
    return sent.finally(() => this.#pending.delete(sent));
  }
}

function inTurn<Result>(
  connection: UpstreamConnection,
  { kind, name }: CloudEvent,
  task: () => Promise<Result>,
): Promise<Result> {
  if (kind === "user" || (kind === "sys" && name === "connect")) return connection.ask(task);
  return kind === "sys" && name === "disconnected" ? connection.tellLast(task) : connection.tell(task);
}
