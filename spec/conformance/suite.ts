/*
 * What a service of this kind does, each behaviour once, as a client sees it. Sections (§) are those of the reference of
 * the client protocol; `service-surface` is its companion for what the application's side sees.
 *
 * A new target needs a `start` for describeService(); a new behaviour needs a place in one of the topics.
 */
import { Service } from "./service.js";
import type { Capability, Lacking, ServiceTarget } from "./target.js";
import { acks } from "./topics/acks.js";
import { closes } from "./topics/closes.js";
import { connectHandlers } from "./topics/connect-handlers.js";
import { events } from "./topics/events.js";
import { frames } from "./topics/frames.js";
import { groups } from "./topics/groups.js";
import { handshake } from "./topics/handshake.js";
import { keepalive } from "./topics/keepalive.js";
import { metadata } from "./topics/metadata.js";
import { rawClients } from "./topics/raw-clients.js";
import { recovery } from "./topics/recovery.js";
import { reliableDelivery } from "./topics/reliable-delivery.js";
import { roles } from "./topics/roles.js";
import { sends } from "./topics/sends.js";
import { serverMessages } from "./topics/server-messages.js";
import { timeToLive } from "./topics/time-to-live.js";
import { tokens } from "./topics/tokens.js";

/** States one behaviour. What it needs beyond sockets is named, so that a target without it says so. */
export type State = (title: string, check: (service: Service) => Promise<void>, needs?: Capability) => void;

const topics: Readonly<Record<string, (state: State) => void>> = {
  "the handshake": handshake,
  "an access token": tokens,
  roles,
  groups,
  "sending to a group": sends,
  "a frame": frames,
  metadata,
  acks,
  events,
  keepalive,
  "reliable delivery": reliableDelivery,
  recovery,
  "time to live": timeToLive,
  closes,
  "a raw client": rawClients,
  "messages of the application": serverMessages,
  "connect handlers": connectHandlers,
};

/** Runs every behaviour against a service; what the service cannot do is told in the name of the test. */
export function describeService(name: string, start: () => Promise<ServiceTarget>, lacking: Lacking): void {
  describe(name, () => {
    let service: Service;
    beforeAll(async () => {
      service = new Service(await start());
    });
    afterEach(() => service.release());
    afterAll(() => service.target.stop());

    const state: State = (title, check, needs) => {
      const why = needs && lacking[needs];
      if (why === undefined) it(title, () => check(service));
      else it(`${title} [not run: ${why}]`, () => {});
    };
    for (const [topic, behaviours] of Object.entries(topics)) describe(topic, () => behaviours(state));
  });
}
