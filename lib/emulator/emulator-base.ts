import { invalidGroupName, invalidHubName } from "../protocol/names.js";
import { signAccessToken } from "./access-token.js";
import { AsyncDisposable } from "./async-disposable.js";
import type { EmulatorCore } from "./emulator-core.js";
import { faultsOf, type EmulatorFaults } from "./faults.js";
import { hubHandle, type EmulatorHub } from "./hub-handle.js";
import type { EmulatorWebSocketConstructor } from "./web-socket-events.js";

/** Who a client access URL is for, and what it allows. */
export interface ClientAccessUrlOptions {
  readonly hub: string;
  /** Default: an anonymous user. */
  readonly userId?: string;
  /** Default `webpubsub.joinLeaveGroup` and `webpubsub.sendToGroup`; `[]` allows neither (client-protocol §17). */
  readonly roles?: readonly string[];
  /** Groups that the connection is a member of from the start. Default none. */
  readonly groups?: readonly string[];
  /** For how many minutes the URL may be used to connect. Default 60. */
  readonly expiresInMinutes?: number;
}

const DEFAULT_ROLES = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

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
   * @throws RangeError when a name or the lifetime is outside the limits
   */
  clientAccessUrl(options: ClientAccessUrlOptions): string {
    const { hub, userId, roles = DEFAULT_ROLES, groups = [], expiresInMinutes = 60 } = options;
    for (const wrong of [invalidHubName(hub), ...groups.map(invalidGroupName)]) {
      if (wrong !== undefined) throw new RangeError(wrong);
    }
    if (!(Number.isFinite(expiresInMinutes) && expiresInMinutes > 0)) {
      throw new RangeError(`expiresInMinutes must be a number above 0, not ${expiresInMinutes}`);
    }
    const { scheduler, accessKey } = this.#core;
    const endpoint = this.#address;
    const expiresAt = scheduler.now() + expiresInMinutes * 60_000;
    const token = signAccessToken({ endpoint, hub, userId, roles, groups, expiresAt }, accessKey);
    return `${endpoint.replace(/^http/, "ws")}/client/hubs/${encodeURIComponent(hub)}?access_token=${token}`;
  }

  /**
   * A hub, from the application's side. It exists as soon as it is named; case does not tell hubs apart.
   *
   * @throws RangeError when the name is outside the limits
   */
  hub(name: string): EmulatorHub {
    return hubHandle(this.#core.service.hub(name));
  }

  /** Closes every connection with 1001, after a `disconnected` frame, and forgets every session. May be called twice. */
  abstract stop(): Promise<void>;
}
