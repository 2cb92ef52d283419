import { closeCode } from "../protocol/close-codes.js";
import { invalidHubName } from "../protocol/names.js";
import { isSubprotocolName, subprotocols } from "../protocol/subprotocols.js";
import type { Codec } from "./codec.js";
import { readHandshake, type CheckAccessToken, type UpgradeRequest } from "./handshake.js";
import { Hub, type HubSettings } from "./hub.js";
import { jsonCodec } from "./json-codec.js";
import type { Link, LinkEvents } from "./link.js";
import { rawCodec } from "./raw-codec.js";
import type { Session } from "./session.js";
import { trafficLog } from "./traffic.js";

/** What becomes of a request to open a WebSocket. */
export type Admission =
  | { readonly status: number }
  | {
      /** The subprotocol to answer with, as the client spelled it. */
      readonly subprotocol?: string;
      /** To be called with the open WebSocket, in the same turn. */
      readonly open: (link: Link) => LinkEvents;
    };

export interface ServiceSettings extends HubSettings {
  readonly checkAccessToken: CheckAccessToken;
}

const deaf: LinkEvents = { frame: () => undefined, closed: () => undefined };

/** The whole service: its hubs and its door. Transports bring requests to it, and links. */
export class Service {
  // A hub exists as soon as it is named, and case does not tell hubs apart (client-protocol §18).
  readonly #hubs = new Map<string, Hub>();
  readonly #logged = trafficLog();
  #stopped = false;

  constructor(private readonly settings: ServiceSettings) {}

  /** @throws RangeError when the name is outside the limits */
  hub(name: string): Hub {
    const wrong = invalidHubName(name);
    if (wrong !== undefined) throw new RangeError(`${JSON.stringify(name)}: ${wrong}`);
    const key = name.toLowerCase();
    let hub = this.#hubs.get(key);
    if (!hub) this.#hubs.set(key, (hub = new Hub(this.settings)));
    return hub;
  }

  session(connectionId: string): Session | undefined {
    for (const hub of this.#hubs.values()) {
      const session = hub.session(connectionId);
      if (session) return session;
    }
    return undefined;
  }

  admit(request: UpgradeRequest): Admission {
    return this.#logged(request, this.#decide(request));
  }

  /** Tells every client that the service goes away, and forgets every session. */
  stop(): void {
    this.#stopped = true;
    for (const hub of this.#hubs.values()) {
      for (const session of hub.sessions) session.disconnect("The service is shutting down.", closeCode.goingAway);
    }
  }

  #decide(request: UpgradeRequest): Admission {
    if (this.#stopped) return { status: 503 };
    const handshake = readHandshake(request, this.settings.checkAccessToken);
    if (handshake.type === "refused") return { status: handshake.status };
    if (handshake.type === "connect") {
      const { subprotocol, codec } = choose(request.offered);
      return { subprotocol, open: (link) => this.hub(handshake.hub).connect(link, handshake.identity, codec) };
    }
    // Anyone may ask for a recovery, so that asking makes no hub.
    const hub = this.#hubs.get(handshake.hub.toLowerCase());
    const { connectionId, token } = handshake;
    return {
      subprotocol: recovered(request.offered, hub?.session(connectionId)),
      open: (link) => hub?.recover(link, connectionId, token) ?? refuseRecovery(link),
    };
  }
}

/** A refused recovery is an open WebSocket that is closed at once (client-protocol §2.4). */
function refuseRecovery(link: Link): LinkEvents {
  link.close(closeCode.policyViolation, "The connection could not be recovered.");
  return deaf;
}

const codecs = {
  "json.reliable.webpubsub.azure.v1": jsonCodec(subprotocols["json.reliable.webpubsub.azure.v1"]),
  "json.webpubsub.azure.v1": jsonCodec(subprotocols["json.webpubsub.azure.v1"]),
};

/** The first one offered that the service speaks, in any case; without one the client is raw (client-protocol §2.3). */
function choose(offered: readonly string[]): { readonly subprotocol?: string; readonly codec: Codec } {
  for (const subprotocol of offered) {
    const name = subprotocol.toLowerCase();
    if (isSubprotocolName(name)) return { subprotocol, codec: codecs[name] };
  }
  return { codec: rawCodec };
}

/** A recovery goes on with the subprotocol of its session, if the client offers that at all. */
const recovered = (offered: readonly string[], session: Session | undefined): string | undefined =>
  offered.find((subprotocol) => subprotocol.toLowerCase() === session?.codec.protocol) ?? choose(offered).subprotocol;
