import type { Observable } from "rxjs";
import type { ConnectionCause } from "../errors/connection-error.js";
import type { Codec } from "../protocol/codec.js";
import type { ConnectedFrame, DownstreamFrame } from "../protocol/messages.js";
import type { Access } from "../socket/access.js";
import type { Link, LinkOptions } from "../socket/link.js";
import type { Membership } from "./membership.js";
import type { Outbox } from "./outbox.js";
import type { Owner } from "./emission-queue.js";
import type { RecoveryPace } from "./recovery-pace.js";

export interface SessionOptions extends LinkOptions {
  readonly codec: Codec;
  readonly isReliable: boolean;
  readonly keepAliveIntervalInMs: number;
  readonly keepAliveTimeoutInMs: number;
  readonly proofOfLifeInMs: number;
  readonly startTimeoutInMs: number;
  readonly recoveryTimeoutInMs: number;
  /** How long a link must live until it counts as stable; `Infinity`: none ever does. */
  readonly reconnectRetryOptions: { readonly stableAfterInMs: number };
  readonly rejoinConcurrency: number;
  readonly sequenceAck: { readonly count: number; readonly bytes: number; readonly timeInMs: number };
}

/** What a session works with. */
export interface SessionPorts {
  readonly access: Access;
  readonly pace: RecoveryPace;
  readonly outbox: Outbox;
  readonly membership: Membership;
}

/** Whose session it is: asks something of it, and is told what happens to it before the frame that it came with goes on. */
export interface SessionHost {
  /** Completes when the link before this session is closed: never two live sockets. */
  readonly closing$: Observable<never>;
  /** Ends a wait. */
  readonly now$: Observable<unknown>;
  /** A frame, exactly once and in order, to be delivered unless its run is closed by then. */
  frame(frame: DownstreamFrame, run: Owner): void;
  handshaken(frame: ConnectedFrame, link: Link): void;
  settled(): void;
  linkLost(at: number, cause: ConnectionCause, retryAt: number | undefined): void;
  recovering(attempt: number, retryAt: number | undefined): void;
  recovered(): void;
  /** The first frame of a recovered link has gone on. */
  resumed(link: Link): void;
}
