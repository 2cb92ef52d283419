export { dataOf, type DataOfOptions } from "./data-of.js";
export { forGroup, type Grouped, type InGroup } from "./for-group.js";
export { replayJoins, type ReplayJoinsOptions } from "./replay-joins.js";
export { retryBackoff, type RetryBackoffPolicy, type RetryWait } from "./retry-backoff.js";
export { sequenceAck, type Sequenced, type SequenceAckOptions } from "./sequence-ack.js";
export type { StandardIssue, StandardResult, StandardSchema } from "./standard-schema.js";
