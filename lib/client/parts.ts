import { AckIds } from "../session/ack-ids.js";
import { Announcer } from "../session/announcer.js";
import type { ConnectionPorts } from "../session/connection-ports.js";
import { Connection } from "../session/connection.js";
import type { StopReason } from "../session/connection-state.js";
import { EmissionQueue } from "../session/emission-queue.js";
import { stopReasonOf } from "../session/lifecycle.js";
import { Membership } from "../session/membership.js";
import { Outbox } from "../session/outbox.js";
import { RecoveryPace } from "../session/recovery-pace.js";
import { Router } from "../session/router.js";
import type { Access } from "../socket/access.js";
import { Commands, type CommandPorts } from "./commands.js";
import type { GroupPorts } from "./group.js";
import { Holders } from "./holders.js";
import type { ResolvedOptions } from "./resolve-options.js";

/** What a client is made of. The parts share one object of options, and know each other by what this object holds. */
export class Parts implements ConnectionPorts, CommandPorts, GroupPorts {
  readonly queue = new EmissionQueue();
  readonly announcer = new Announcer();
  readonly ackIds = new AckIds();
  readonly outbox: Outbox;
  readonly router: Router;
  readonly membership: Membership;
  readonly connection: Connection;
  readonly holders: Holders;
  readonly commands: Commands;
  #pace: RecoveryPace | undefined;

  constructor(
    readonly access: Access,
    readonly options: ResolvedOptions,
  ) {
    const { queue, announcer, ackIds } = this;
    this.outbox = new Outbox(options, queue);
    this.router = new Router(queue, this.outbox, announcer);
    this.membership = new Membership(options, this.outbox, ackIds, queue, this.router, announcer);
    this.connection = new Connection(options, this);
    this.holders = new Holders(options, this.connection);
    this.commands = new Commands(this);
  }

  /** Made for the first recovery. */
  get pace(): RecoveryPace {
    return (this.#pace ??= new RecoveryPace(this.options.scheduler, this.options.random));
  }

  /** Why the client is stopped, if it is. */
  get stopReason(): StopReason | undefined {
    return stopReasonOf(this.connection.lifecycle);
  }
}
