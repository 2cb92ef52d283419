import type { IncomingMessage } from "node:http";
import { Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { asyncScheduler, type SchedulerLike } from "rxjs";
import { WebSocket, WebSocketServer, type RawData, type Server as WsServer } from "ws";
import * as closeCode from "../protocol/close-codes.js";
import { MAX_CLIENT_FRAME_BYTES } from "../protocol/limits.js";
import { subprotocols } from "../protocol/subprotocols.js";
import type { EmulatorCore } from "./emulator-core.js";
import type { Link, LinkEvents } from "./link.js";
import type { DataPlaneSettings } from "./rest/call.js";
import { addDataPlane } from "./rest/hono-routes.js";
import type { Admission, Service } from "./service.js";
import { openHeaders } from "./upstream/open-headers.js";

/** How long `stop()` waits for clients to answer its close frames. */
const CLOSE_GRACE_MS = 500;

/** A URL holds a token, and that 1,000 roles for each permission, with names of 1,024 characters (client-protocol §1). */
const MAX_HEADER_BYTES = 4 * 1_024 * 1_024;

/** `ws` closes on its own for what it finds wrong below the level of messages; these are the service's words for it. */
const transportReasons: Readonly<Record<number, string>> = {
  [closeCode.protocolError]: "The client frame is invalid.",
  [closeCode.invalidPayload]: "The client message is not a valid JSON protocol message.",
  [closeCode.tooLarge]: "The client message is too large.",
};

class ServiceWebSocket extends WebSocket {
  /** What is wrong with what the client sent, once `ws` has told of an error: it closes before it tells. */
  fault = "The client frame is invalid.";

  override close(code?: number, reason?: string | Buffer): void {
    // A client without a subprotocol of the service speaks no JSON.
    const isForeign = code === closeCode.invalidPayload && !(this.protocol in subprotocols);
    const own = transportReasons[isForeign ? closeCode.protocolError : (code ?? 0)];
    if (reason === undefined && own !== undefined) this.fault = own;
    super.close(code, reason ?? own);
  }
}

/** The service on a TCP port: HTTP, and WebSocket upgrades. */
export class PortTransport {
  readonly #sockets = new Set<Socket>();
  readonly #webSockets: WsServer<typeof ServiceWebSocket>;
  // What was decided about a request, for the moment when `ws` asks which subprotocol to answer with.
  readonly #subprotocols = new WeakMap<IncomingMessage, string>();
  readonly #http: Server;

  private constructor(
    private readonly service: Service,
    scheduler: SchedulerLike,
    accessKey: string,
  ) {
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: true,
      maxPayload: MAX_CLIENT_FRAME_BYTES,
      WebSocket: ServiceWebSocket,
      handleProtocols: (_offered, request) => this.#subprotocols.get(request) ?? false,
    });
    // Made by the default factory, so it is a plain HTTP server.
    const app = routes({ accessKey, now: () => scheduler.now(), hub: (name) => service.hub(name) });
    this.#http = createAdaptorServer({
      fetch: app.fetch,
      // Else it would put its own Request and Response in the place of this process's.
      overrideGlobalObjects: false,
      serverOptions: { maxHeaderSize: MAX_HEADER_BYTES },
    }) as Server;
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens; rejects when the port or the host cannot be had. */
  static async listen(
    { service, scheduler, accessKey }: EmulatorCore,
    at: { readonly port: number; readonly host: string },
  ): Promise<PortTransport> {
    const transport = new PortTransport(service, scheduler, accessKey);
    const server = transport.#http;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause: Error) =>
        reject(new Error(`cannot listen on ${at.host} port ${at.port}: ${cause.message}`, { cause })),
      );
      server.listen(at.port, at.host, resolve);
    });
    return transport;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Waits for the closing handshakes that are under way, for a moment, then takes everything down. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeIdleConnections();
    const open = [...this.#webSockets.clients];
    const answered = Promise.all(open.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    // Sockets live in real time, whatever the emulator's is.
    const impatience = asyncScheduler.schedule(() => this.#cutOff(), CLOSE_GRACE_MS);
    await answered;
    impatience.unsubscribe();
    this.#cutOff();
    await closed;
  }

  #cutOff(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away in the middle of its handshake is nobody's error.
    const ignore = (): void => undefined;
    socket.on("error", ignore);
    const answer = (admission: Admission): void => {
      if ("status" in admission) {
        refuse(socket, admission.status);
        return;
      }
      if (admission.subprotocol !== undefined) this.#subprotocols.set(request, admission.subprotocol);
      const webSocket = this.#opened(request, socket, head);
      if (!webSocket) {
        admission.abandon();
        return;
      }
      socket.off("error", ignore);
      connect(webSocket, admission.open);
    };
    const admission = this.#admit(request);
    if (admission instanceof Promise) void admission.then(answer);
    else answer(admission);
  }

  /** Nothing when the client has gone meanwhile, or has asked for no WebSocket: `ws` opens at once or never. */
  #opened(request: IncomingMessage, socket: Duplex, head: Buffer): ServiceWebSocket | undefined {
    let opened: ServiceWebSocket | undefined;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => (opened = webSocket));
    return opened;
  }

  #admit(request: IncomingMessage): Admission | Promise<Admission> {
    if (request.headers.upgrade?.toLowerCase() !== "websocket") return { status: 400 };
    return this.service.admit({
      target: request.url ?? "",
      host: request.headers.host ?? "",
      authorization: request.headers.authorization,
      headers: openHeaders(request.rawHeaders),
      offered: (request.headers["sec-websocket-protocol"] ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    });
  }
}

function routes(settings: DataPlaneSettings): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  addDataPlane(app, settings);
  // A client's door, but no WebSocket request (client-protocol §2.4).
  app.all("/client", (context) => context.body(null, 400));
  app.all("/client/*", (context) => context.body(null, 400));
  return app;
}

function connect(webSocket: ServiceWebSocket, open: (link: Link) => LinkEvents): void {
  const service = open({
    get backlog() {
      return webSocket.bufferedAmount;
    },
    send: (frame) => webSocket.send(frame, ignoreError),
    close: (code, reason) => webSocket.close(code, reason),
    abort: () => webSocket.terminate(),
  });
  webSocket.on("message", (data, isBinary) => service.frame(isBinary ? bytesOf(data) : textOf(data)));
  // Only what the client sent can go wrong here: `ws` has refused it and closes the socket.
  webSocket.on("error", () => service.closed(closeCode.abnormal, "service", webSocket.fault));
  webSocket.on("close", (code, reason) => service.closed(code, "client", reason.toString()));
}

const ignoreError = (): void => undefined;

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

const textOf = (data: RawData): string => bytesOf(data).toString("utf8");

function refuse(socket: Duplex, status: number): void {
  const text = STATUS_CODES[status] ?? "";
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}
