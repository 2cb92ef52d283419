import { isObject } from "../protocol/is-object.js";
import { AsyncDisposable } from "./async-disposable.js";
import { clientAccessUrl, type ClientAccessUrlOptions } from "./client-access-url.js";
import type { EmulatorCore } from "./emulator-core.js";
import { faultsOf, type EmulatorFaults } from "./faults.js";
import { hubHandle, type EmulatorHub } from "./hub-handle.js";
import { isString, requireType } from "./required-type.js";
import type { EmulatorWebSocketConstructor } from "./web-socket-events.js";

/** What an emulator on a port and one in memory have in common. */
export abstract class EmulatorBase extends AsyncDisposable {
  /** Troubles to test a client against. */
  readonly faults: EmulatorFaults;
  /** A WebSocket class that reaches this emulator, for the client's option of the same name. */
  abstract readonly webSocketCtor: EmulatorWebSocketConstructor;
  readonly #core: EmulatorCore;
  readonly #address: string;

  /** @internal */
  protected constructor(core: EmulatorCore, address: string) {
    super();
    this.#core = core;
    this.#address = address;
    this.faults = faultsOf(core.service);
  }

  /**
   * A URL, token included, that a client can connect with.
   *
   * @throws TypeError for an option of a wrong type, RangeError when a name or the lifetime is outside the limits
   */
  clientAccessUrl(options: ClientAccessUrlOptions): string {
    requireType(isObject(options), "the argument of clientAccessUrl", "an object of options", options);
    const { scheduler, accessKey } = this.#core;
    return clientAccessUrl({ endpoint: this.#address, accessKey }, options, scheduler.now());
  }

  /**
   * A hub, from the application's side. It exists as soon as it is named; case does not tell hubs apart.
   *
   * @throws TypeError when the name is no string, RangeError when it is outside the limits
   */
  hub(name: string): EmulatorHub {
    requireType(isString(name), "hub", "a string", name);
    return hubHandle(this.#core.service.hub(name));
  }

  /** Closes every connection with 1001, after a `disconnected` frame, and forgets every session. May be called twice. */
  abstract stop(): Promise<void>;
}
