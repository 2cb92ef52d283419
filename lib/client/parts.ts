import { AckIds } from "../session/ack-ids.js";
import { Announcer } from "../session/announcer.js";
import { Connection } from "../session/connection.js";
import { EmissionQueue } from "../session/emission-queue.js";
import { stopReasonOf } from "../session/lifecycle.js";
import { Membership } from "../session/membership.js";
import type { Notice } from "../session/notices.js";
import { Outbox } from "../session/outbox.js";
import { RecoveryPace } from "../session/recovery-pace.js";
import { Router } from "../session/router.js";
import { defaultShouldRetry } from "../session/should-retry.js";
import type { Access } from "../socket/access.js";
import { openLink } from "../socket/link.js";
import { Commands } from "./commands.js";
import { Holders } from "./holders.js";
import type { ResolvedOptions } from "./resolve-options.js";

export type Parts = ReturnType<typeof partsOf>;

/** Puts a client together. The parts share one object of options. */
export function partsOf(access: Access, options: ResolvedOptions, notify: (notice: Notice) => void) {
  const { scheduler, random, shouldRetry, codec, messageRetry, whenOffline } = options;
  const queue = new EmissionQueue();
  const ackIds = new AckIds();
  const outbox = new Outbox(options, queue);
  const announcer = new Announcer();
  const router = new Router(queue, outbox, announcer);
  const membership = new Membership(options, outbox, ackIds, queue, router, announcer);
  const connection = new Connection(options, {
    access,
    makeShouldRetry: () => shouldRetry ?? defaultShouldRetry(access.isFixed),
    openLink: (url) => openLink(url, options),
    pace: new RecoveryPace(scheduler, random),
    outbox,
    membership,
    queue,
    router,
    notify,
  });
  const stopReason = () => stopReasonOf(connection.lifecycle);
  const holders = new Holders(options, connection);
  const commands = new Commands({
    codec,
    messageRetry,
    whenOffline,
    ackIds,
    outbox,
    membership,
    holders,
    stopReason,
  });
  return { queue, router, membership, connection, stopReason, holders, commands, announcer };
}
