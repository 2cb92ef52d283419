import { WebSocket } from "ws";
import { connectionStringOf } from "./connection-string.js";
import { EmulatorBase } from "./emulator-base.js";
import { createCore, type EmulatorCore, type EmulatorOptions } from "./emulator-core.js";
import { IN_MEMORY_HOST, InMemoryWebPubSubEmulator } from "./in-memory-emulator.js";
import type { PortTransport } from "./port-transport.js";
import { isString, requireType } from "./required-type.js";
import type { EmulatorWebSocketConstructor } from "./web-socket-events.js";

/** Options of an emulator on a port. */
export interface PortEmulatorOptions extends EmulatorOptions {
  /** The TCP port to listen on. Default 0: a free one. */
  readonly port?: number;
  /** The address to listen on. Default `127.0.0.1`: nothing outside this machine reaches it. */
  readonly host?: string;
}

/**
 * A local Azure Web PubSub in this process, for development and tests.
 *
 * @example
 * const emulator = await WebPubSubEmulator.start();
 * const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann" }));
 * emulator.hub("chat").sendToUser("ann", { hello: 1 });
 * await emulator.stop();
 */
export class WebPubSubEmulator extends EmulatorBase {
  readonly webSocketCtor: EmulatorWebSocketConstructor = WebSocket;
  /** The TCP port that it listens on. */
  readonly port: number;
  /** `http://host:port`, as server SDKs want it. */
  readonly endpoint: string;
  /** For a server SDK: endpoint and access key in one (service-surface §1.1). */
  readonly connectionString: string;
  readonly #core: EmulatorCore;
  readonly #transport: PortTransport;
  #stopped: Promise<void> | undefined;

  private constructor(core: EmulatorCore, transport: PortTransport, endpoint: string) {
    super(core, endpoint);
    this.#core = core;
    this.#transport = transport;
    this.port = transport.port;
    this.endpoint = endpoint;
    this.connectionString = connectionStringOf({ endpoint, accessKey: core.accessKey });
  }

  /**
   * Starts an emulator that listens on a TCP port.
   *
   * @throws (as a rejection) TypeError or RangeError for a wrong option, Error when the port cannot be had
   */
  static async start(options: PortEmulatorOptions = {}): Promise<WebPubSubEmulator> {
    const { port = 0, host = "127.0.0.1" } = options;
    requireType(isString(host), "host", "a string", host);
    requireType(typeof port === "number", "port", "a number", port);
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw new RangeError(`port must be a whole number from 0 to 65535, not ${port}`);
    }
    const core = createCore(options, hostInUrl(host));
    // Only now: under jsdom, which lacks what HTTP needs, the emulator in memory is to work all the same.
    const { PortTransport } = await import("./port-transport.js");
    const transport = await PortTransport.listen(core, { port, host });
    return new WebPubSubEmulator(core, transport, `http://${hostInUrl(host)}:${transport.port}`);
  }

  /**
   * Makes an emulator that lives in memory: at once, without a port, and in the time of its scheduler alone.
   *
   * @throws TypeError or RangeError for a wrong option
   */
  static inMemory(options: EmulatorOptions = {}): InMemoryWebPubSubEmulator {
    return new InMemoryWebPubSubEmulator(createCore(options, IN_MEMORY_HOST));
  }

  /**
   * Closes every connection with 1001, after a `disconnected` frame, forgets every session and frees the port. Clients
   * that do not answer the closing handshake within half a second are cut off, and so are applications that have not
   * answered their last events by then. May be called twice.
   */
  stop(): Promise<void> {
    this.#core.service.stop();
    return (this.#stopped ??= Promise.all([this.#transport.stop(), this.#core.upstreams.stop()]).then(() => undefined));
  }
}

/** An address that listens everywhere is no address to connect to; IPv6 goes in brackets. */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
