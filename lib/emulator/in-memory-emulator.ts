import { EmulatorBase } from "./emulator-base.js";
import type { EmulatorCore } from "./emulator-core.js";
import { memoryWebSocketClass } from "./memory-web-socket.js";
import type { Service } from "./service.js";
import type { Upstreams } from "./upstream/upstreams.js";
import type { EmulatorWebSocketConstructor } from "./web-socket-events.js";

// A name that can never resolve: a real socket that is given the URL by mistake says so.
export const IN_MEMORY_HOST = "in-memory.invalid";

/** An emulator without port and network: only its own `webSocketCtor` reaches it, in the scheduler's time. */
export class InMemoryWebPubSubEmulator extends EmulatorBase {
  readonly webSocketCtor: EmulatorWebSocketConstructor;
  readonly #service: Service;
  readonly #upstreams: Upstreams;

  /** @internal `WebPubSubEmulator.inMemory()` makes it */
  constructor(core: EmulatorCore) {
    super(core, `http://${IN_MEMORY_HOST}`);
    const { service, scheduler, upstreams } = core;
    this.#service = service;
    this.#upstreams = upstreams;
    this.webSocketCtor = memoryWebSocketClass({ scheduler, admit: (request) => service.admit(request) });
  }

  /**
   * Closes every connection with 1001, after a `disconnected` frame, and forgets every session. The sockets hear of it
   * in the scheduler's next actions, which the Promise does not wait for: a virtual scheduler may never run them.
   */
  stop(): Promise<void> {
    this.#service.stop();
    void this.#upstreams.stop();
    return Promise.resolve();
  }
}
