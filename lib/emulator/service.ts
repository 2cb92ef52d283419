import * as closeCode from "../protocol/close-codes.js";
import { invalidHubName } from "../protocol/names.js";
import { codecFor, firstSpoken } from "./codecs.js";
import type { ConnectOutcome } from "./connect-handlers.js";
import { readHandshake, type CheckAccessToken, type Handshake, type UpgradeRequest } from "./handshake.js";
import { Hub, type HubSettings } from "./hub.js";
import type { Link, LinkEvents } from "./link.js";
import type { Session } from "./session.js";
import { trafficLog } from "./traffic.js";
import type { HubUpstream } from "./upstream/hub-upstream.js";

/** What becomes of a request to open a WebSocket. */
export type Admission =
  | { readonly status: number }
  | {
      /** The subprotocol to answer with, as the client spelled it. */
      readonly subprotocol?: string;
      /** To be called with the open WebSocket, in the same turn. */
      readonly open: (link: Link) => LinkEvents;
      /** To be called instead when no WebSocket comes of it: the client has gone meanwhile, or asked for none. */
      readonly abandon: () => void;
    };

export interface ServiceSettings extends HubSettings {
  readonly checkAccessToken: CheckAccessToken;
  /** The applications of a hub, by its name in small letters. */
  readonly upstreamOf: (hub: string) => HubUpstream;
}

type HandshakeOf<Type extends Handshake["type"]> = Extract<Handshake, { readonly type: Type }>;

const NOT_RECOVERED = "The connection could not be recovered.";
const NOT_ACTIVATED = "The connection could not be activated.";

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
    if (!hub) this.#hubs.set(key, (hub = new Hub(this.settings, this.settings.upstreamOf(key))));
    return hub;
  }

  session(connectionId: string): Session | undefined {
    for (const hub of this.#hubs.values()) {
      const session = hub.session(connectionId);
      if (session) return session;
    }
    return undefined;
  }

  /** Decides on a request; a Promise is pending until a `connect` handler has answered, and never rejected. */
  admit(request: UpgradeRequest): Admission | Promise<Admission> {
    const decision = this.#decide(request);
    return decision instanceof Promise
      ? decision.then((late) => this.#logged(request, late))
      : this.#logged(request, decision);
  }

  /** Tells every client that the service goes away, and forgets every session. */
  stop(): void {
    this.#stopped = true;
    for (const hub of this.#hubs.values()) {
      for (const session of hub.sessions) session.disconnect("The service is shutting down.", closeCode.goingAway);
    }
  }

  #decide(request: UpgradeRequest): Admission | Promise<Admission> {
    if (this.#stopped) return { status: 503 };
    const handshake = readHandshake(request, this.settings.checkAccessToken);
    switch (handshake.type) {
      case "refused":
        return { status: handshake.status };
      case "connect":
        return this.#connect(handshake, request);
      case "recover":
        return this.#recover(handshake, request.offered);
    }
  }

  #connect(
    handshake: HandshakeOf<"connect">,
    { offered, headers = {} }: UpgradeRequest,
  ): Admission | Promise<Admission> {
    const hub = this.hub(handshake.hub);
    const connectionId = globalThis.crypto.randomUUID().replaceAll("-", "");
    const { userId } = handshake.identity;
    const admitted = (outcome: ConnectOutcome): Admission => {
      if ("status" in outcome) return outcome;
      const { subprotocol = firstSpoken(offered), ...changes } = outcome;
      const identity = { ...handshake.identity, ...changes, userId: nameOf(changes.userId ?? userId) };
      const codec = codecFor(subprotocol, handshake.rawMode);
      const abandon = (reason: string): void => {
        // An application that was not asked knows of no connection.
        if (decision) hub.upstream.disconnected({ connectionId, userId: identity.userId, codec }, reason);
      };
      return {
        subprotocol,
        open: (link) => {
          if (!this.#stopped) return hub.connect(link, connectionId, identity, codec);
          // A handler has stopped the service, or been slower than that.
          abandon(NOT_ACTIVATED);
          return refuse(link, NOT_ACTIVATED);
        },
        abandon: () => abandon(""),
      };
    };
    const decision = hub.decide(headers, {
      connectionId,
      ...(userId !== undefined && { userId }),
      claims: handshake.claims,
      query: handshake.query,
      subprotocols: offered,
    });
    return decision instanceof Promise ? decision.then(admitted) : admitted(decision ?? {});
  }

  #recover({ hub: name, connectionId, token }: HandshakeOf<"recover">, offered: readonly string[]): Admission {
    // Anyone may ask for a recovery, so that asking makes no hub.
    const hub = this.#hubs.get(name.toLowerCase());
    return {
      subprotocol: recovered(offered, hub?.session(connectionId)),
      open: (link) => hub?.recover(link, connectionId, token) ?? refuse(link, NOT_RECOVERED),
      abandon: () => undefined,
    };
  }
}

/** What is refused as late as this is an open WebSocket that is closed at once (client-protocol §2.4). */
function refuse(link: Link, reason: string): LinkEvents {
  link.close(closeCode.policyViolation, reason);
  return deaf;
}

/** An empty user id is an anonymous user. */
const nameOf = (userId: string | undefined): string | undefined => (userId === "" ? undefined : userId);

/** A recovery goes on with the subprotocol of its session, if the client offers that at all. */
const recovered = (offered: readonly string[], session: Session | undefined): string | undefined =>
  offered.find((subprotocol) => subprotocol.toLowerCase() === session?.codec.protocol) ?? firstSpoken(offered);
