import type { SchedulerLike } from "rxjs";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { Codec } from "../protocol/codec.js";

export interface MembershipOptions {
  readonly codec: Codec;
  readonly autoRejoinGroups: boolean;
  readonly leaveDelayInMs: number;
  readonly ackTimeoutInMs: number;
  /** For joins and leaves by command. */
  readonly messageRetry: RetryBackoffPolicy;
  /** For joins on behalf of observers and of later sessions, which are kept up. */
  readonly rejoinRetry: RetryBackoffPolicy;
  readonly scheduler: SchedulerLike;
}
