import { defer, Observable } from "rxjs";
import { ClientStoppedError } from "../errors/client-errors.js";
import { messageOf, redactedError } from "../errors/foreign-error.js";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import { utf8Length } from "../protocol/bytes.js";
import type { Codec } from "../protocol/codec.js";
import { shown } from "../protocol/kind-of.js";
import { MAX_CLIENT_FRAME_BYTES } from "../protocol/limits.js";
import type { DataType } from "../protocol/messages.js";
import { invalidMetadata } from "../protocol/metadata.js";
import { invalidEventName, invalidGroupName, invalidTtlSeconds } from "../protocol/names.js";
import type { AckIds } from "../session/ack-ids.js";
import type { StopReason } from "../session/connection-state.js";
import { joining, leaving, type MembershipCommandPorts } from "../session/membership-commands.js";
import { describeOperation, type CommandResult, type OperationKind, type WhenOffline } from "../session/operation.js";
import type { MembershipCommandOptions, SendEventOptions, SendToGroupOptions } from "./command-options.js";
import { checkWhenOffline } from "./resolve-options.js";
import type { Holders } from "./holders.js";
import { Sending } from "./sending.js";

export interface CommandOptions {
  readonly codec: Codec;
  readonly messageRetry: RetryBackoffPolicy;
  readonly whenOffline: WhenOffline;
}

export interface CommandPorts extends MembershipCommandPorts {
  readonly options: CommandOptions;
  readonly ackIds: AckIds;
  readonly holders: Holders;
  /** Why the client is stopped, if it is. */
  readonly stopReason: StopReason | undefined;
}

/**
 * The client's commands. Each is cold, is checked and encoded when it is subscribed, and errors then and there when the
 * service would answer it by closing the link: a bad command costs nobody else the connection.
 */
export class Commands {
  constructor(private readonly ports: CommandPorts) {}

  joinGroup(group: string, { ackId }: MembershipCommandOptions = {}): Observable<CommandResult> {
    return this.#change("joinGroup", group, ackId, () =>
      this.ports.holders.holdDuring(joining(group, ackId, this.ports)),
    );
  }

  leaveGroup(group: string, { ackId }: MembershipCommandOptions = {}): Observable<CommandResult> {
    return this.#change("leaveGroup", group, ackId, () => {
      const { holders, outbox } = this.ports;
      const leave$ = leaving(group, ackId, this.ports);
      // Without a session there is nothing to leave, and no reason to open one.
      return outbox.hasSession ? holders.holdDuring(leave$) : leave$;
    });
  }

  sendToGroup(
    group: string,
    content: unknown,
    dataType: DataType | undefined,
    options: SendToGroupOptions = {},
  ): Observable<CommandResult> {
    return this.#send("sendToGroup", group, options, (ackId) => {
      const { noEcho, ttlSeconds, metadata } = options;
      refuse(ttlSeconds === undefined ? undefined : invalidTtlSeconds(ttlSeconds), ttlSeconds);
      return this.ports.options.codec.sendToGroup({ group, content, dataType, noEcho, ttlSeconds, metadata, ackId });
    });
  }

  sendEvent(
    event: string,
    content: unknown,
    dataType: DataType | undefined,
    options: SendEventOptions = {},
  ): Observable<CommandResult> {
    return this.#send("sendEvent", event, options, (ackId) =>
      this.ports.options.codec.event({ event, content, dataType, metadata: options.metadata, ackId }),
    );
  }

  #change(
    kind: OperationKind,
    group: string,
    ackId: number | undefined,
    run: () => Observable<CommandResult>,
  ): Observable<CommandResult> {
    return defer(() => {
      this.#check(kind, group);
      if (ackId !== undefined) this.ports.ackIds.check(ackId);
      return run();
    });
  }

  #check(kind: OperationKind, target: string): void {
    refuse(kind === "sendEvent" ? invalidEventName(target) : invalidGroupName(target), target);
    const reason = this.ports.stopReason;
    if (reason === "stop" || reason === "disposed") {
      throw new ClientStoppedError(describeOperation({ kind, target }), reason);
    }
  }

  #send(
    kind: OperationKind,
    target: string,
    options: SendEventOptions,
    encode: (ackId: number | undefined) => string | Uint8Array,
  ): Observable<CommandResult> {
    return new Observable((subscriber) => {
      this.#check(kind, target);
      const { ackIds } = this.ports;
      const { fireAndForget = false, metadata } = options;
      const whenOffline = checkWhenOffline(options.whenOffline ?? this.ports.options.whenOffline, "whenOffline");
      let ackId: number | undefined;
      let frame: string | Uint8Array;
      try {
        refuse(metadata === undefined ? undefined : invalidMetadata(metadata));
        if (!fireAndForget) ackId = ackIds.take(options.ackId);
        frame = encode(ackId);
        refuseOversized(frame);
      } catch (error) {
        if (ackId !== undefined) ackIds.release(ackId);
        const Wrong = error instanceof RangeError ? RangeError : TypeError;
        throw new Wrong(`${describeOperation({ kind, target })}: ${messageOf(error)}`, { cause: redactedError(error) });
      }
      new Sending(kind, target, frame, ackId, whenOffline, this.ports, subscriber).begin();
    });
  }
}

/** @throws RangeError that says what is wrong with which value. */
export function refuse(problem: string | undefined, value?: unknown): void {
  if (problem === undefined) return;
  throw new RangeError(value === undefined ? problem : `${problem}; got ${shown(value)}`);
}

function refuseOversized(frame: string | Uint8Array): void {
  // A string of a third of the limit cannot be over it, which spares most frames the counting.
  if (frame.length * 3 <= MAX_CLIENT_FRAME_BYTES) return;
  const bytes = typeof frame === "string" ? utf8Length(frame) : frame.byteLength;
  if (bytes <= MAX_CLIENT_FRAME_BYTES) return;
  throw new RangeError(`a frame may have ${MAX_CLIENT_FRAME_BYTES} bytes at most, this one has ${bytes}`);
}
