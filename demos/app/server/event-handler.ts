import { WebPubSubEventHandler } from "@azure/web-pubsub-express";
import type { Announcements } from "./announcements.js";
import { ARCHIVE } from "./archive.js";
import type { Refusals } from "./faults.js";
import type { People } from "./people.js";
import { HUB } from "./service.js";

interface Listeners {
  readonly people: People;
  readonly refusals: Refusals;
  readonly announcements: Announcements;
}

/** What the service asks and tells this server, by Azure's own middleware. */
export const eventHandler = ({ people, refusals, announcements }: Listeners): WebPubSubEventHandler =>
  new WebPubSubEventHandler(HUB, {
    handleConnect({ context: { userId = "" } }, response) {
      // Not 500: then the service would ask again by itself.
      if (refusals.take(userId)) response.fail(401, "refused, as the page has asked for");
      else response.success();
    },
    handleUserEvent({ context: { connectionId, eventName, userId = "" } }, response) {
      if (eventName === "typing") people.roomsOf(connectionId).forEach((room) => announcements.typing(room, userId));
      response.success();
    },
    onGroupJoined({ context: { connectionId, userId = "" }, group }) {
      if (userId !== ARCHIVE) people.join(group, connectionId, userId);
    },
    onGroupLeft: ({ context: { connectionId }, group }) => people.leave(group, connectionId),
    onDisconnected: ({ context: { connectionId } }) => people.leaveAll(connectionId),
  });
