import jwt from "jsonwebtoken";
import type { ConnectHandler, EmulatorHub, EventHandler } from "../../lib/emulator/index.js";
import { RawClient } from "./raw-client.js";
import type { ServiceTarget } from "./target.js";

export const RELIABLE = "json.reliable.webpubsub.azure.v1";
export const PLAIN = "json.webpubsub.azure.v1";

export const JOIN_LEAVE = "webpubsub.joinLeaveGroup";
export const SEND = "webpubsub.sendToGroup";

/** Who connects. */
export interface Access {
  readonly userId?: string;
  /** Default: may do everything. */
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  /** More parameters, such as `webpubsub_mode=sendToGroup`. */
  readonly query?: string;
}

/** The service as the suite's tests see it: clients that are let in, and let go of when a test is over. */
export class Service {
  readonly hub: string;
  #clients: RawClient[] = [];
  #removals: (() => void)[] = [];
  #names = 0;

  constructor(readonly target: ServiceTarget) {
    this.hub = target.hub;
  }

  /** The application's side; for behaviours that say they need it. */
  get application(): EmulatorHub {
    if (!this.target.application) throw new Error("this behaviour should have said that it needs the application");
    return this.target.application;
  }

  /** A name that nothing else has on this service. */
  name(prefix = "room"): string {
    return `${prefix}-${process.pid}-${++this.#names}`;
  }

  get webSocketEndpoint(): string {
    return this.target.endpoint.replace(/^http/, "ws");
  }

  /** What a token for this hub says at least; lifetimes are in seconds from now. */
  claims({
    expiresIn = 600,
    ...more
  }: Readonly<Record<string, unknown>> & { readonly expiresIn?: number } = {}): object {
    const aud = `${this.target.endpoint}/client/hubs/${this.hub}`;
    return { aud, exp: this.seconds(expiresIn), ...more };
  }

  /** Seconds of the epoch, so many from now. */
  seconds(fromNow: number): number {
    return Math.floor(this.target.now() / 1_000) + fromNow;
  }

  sign(claims: object | string, key = this.target.accessKey, options: jwt.SignOptions = {}): string {
    return jwt.sign(claims, key, typeof claims === "string" ? options : { noTimestamp: true, ...options });
  }

  token({ userId, roles = [JOIN_LEAVE, SEND], groups = [] }: Access = {}): string {
    return this.sign(
      this.claims({ ...(userId !== undefined && { sub: userId }), role: roles, "webpubsub.group": groups }),
    );
  }

  urlWith(token: string): string {
    return `${this.webSocketEndpoint}/client/hubs/${this.hub}?access_token=${token}`;
  }

  url(access: Access = {}): string {
    return this.urlWith(this.token(access)) + (access.query === undefined ? "" : `&${access.query}`);
  }

  /** A socket at any URL, as soon as it is made. */
  open(url: string, protocols: string | readonly string[] = RELIABLE, headers?: Record<string, string>): RawClient {
    const offered = typeof protocols === "string" ? [protocols] : protocols;
    const client = new RawClient(this.target, this.target.open(url, offered, headers), url);
    this.#clients.push(client);
    return client;
  }

  /** A client whose `connected` frame has come. */
  async connect(access: Access = {}, protocols: string | readonly string[] = RELIABLE): Promise<RawClient> {
    const client = this.open(this.url(access), protocols);
    const first = await client.next();
    if (first["event"] !== "connected") throw new Error(`the first frame is ${JSON.stringify(first)}`);
    return client;
  }

  /** A client without subprotocol, open. */
  connectRaw(access: Access = {}): Promise<RawClient> {
    return this.open(this.url(access), []).opened();
  }

  /** The URL that takes up a client's session again. */
  recoveryUrl(client: RawClient, { token, base = client.url }: { token?: unknown; base?: string } = {}): string {
    const { connectionId, reconnectionToken } = client.connected;
    return `${base}&awps_connection_id=${String(connectionId)}&awps_reconnection_token=${String(token ?? reconnectionToken)}`;
  }

  /** A new link for the session of a client. */
  recover(client: RawClient, protocols: string | readonly string[] = RELIABLE): Promise<RawClient> {
    return this.open(this.recoveryUrl(client), protocols).opened();
  }

  /** Cuts a client's link and takes its session up again. */
  async reconnect(client: RawClient): Promise<RawClient> {
    await this.drop(client);
    return this.recover(client);
  }

  /** Cuts a client's link; the service has noticed when this is over. */
  async drop(client: RawClient): Promise<void> {
    client.socket.terminate();
    await client.ended();
    // A later client's handshake comes after the end of an earlier one.
    await this.connect({ roles: [] });
  }

  /** Lets a time pass. */
  wait(ms: number): Promise<void> {
    return this.target.wait(ms);
  }

  onEvent(name: string, handler: EventHandler): void {
    this.#removals.push(this.application.onEvent(name, handler));
  }

  onConnect(handler: ConnectHandler): void {
    this.#removals.push(this.application.onConnect(handler));
  }

  /** Lets go of what a test has left behind. */
  async release(): Promise<void> {
    for (const remove of this.#removals.splice(0)) remove();
    const open = this.#clients.splice(0).filter((client) => !client.isOver);
    for (const client of open) client.socket.close(1_000);
    await Promise.all(open.map((client) => client.ended()));
  }
}

export const ok = (ackId: number): object => ({ type: "ack", ackId, success: true });

export const failed = (ackId: number, name: string, message: string): object => ({
  type: "ack",
  ackId,
  success: false,
  error: { name, message },
});

export const duplicate = (ackId: number): object =>
  failed(ackId, "Duplicate", `Message with ack-id: ${ackId} has been processed`);

export const forbidden = (ackId: number, action: string): object =>
  failed(ackId, "Forbidden", `The client does not have permission to ${action}.`);

export const internalError = (ackId: number): object => failed(ackId, "InternalServerError", "Internal server error");

export const INVALID = "1007 The client message is not a valid JSON protocol message.";
export const NOT_RECOVERED = "1008 The connection could not be recovered.";
