import type { SchedulerLike } from "rxjs";
import type { SequenceAckOptions } from "../operators/sequence-ack.js";
import { utf8Length } from "../protocol/bytes.js";
import type { SessionOptions } from "./session-ports.js";

interface Sender {
  /** Sends what is never held back; tells whether it could. */
  sendNow(frame: string | Uint8Array): boolean;
}

/** How a session acknowledges what it has received (client-protocol §7): one object, which is what `sequenceAck` asks. */
export class Acknowledgements implements SequenceAckOptions<unknown> {
  /** The bytes of the frame on its way through; the frame itself is not kept, which would cost each one a write barrier. */
  #size = 0;
  /** The id of one that fell due while no link was live. */
  #owed: number | undefined;

  constructor(
    private readonly options: Pick<SessionOptions, "codec" | "scheduler" | "sequenceAck">,
    private readonly sender: Sender,
  ) {}

  get count(): number {
    return this.options.sequenceAck.count;
  }

  get bytes(): number {
    return this.options.sequenceAck.bytes;
  }

  get timeInMs(): number {
    return this.options.sequenceAck.timeInMs;
  }

  get scheduler(): SchedulerLike {
    return this.options.scheduler;
  }

  /**
   * A frame came in: its bytes, in UTF-8. One that is small against the threshold is put at three bytes a character:
   * counting costs each frame some 100 ns, and what acknowledges earlier does no harm.
   */
  measure(frame: string | ArrayBuffer): void {
    if (typeof frame !== "string") {
      this.#size = frame.byteLength;
      return;
    }
    const atMost = 3 * frame.length;
    this.#size = 16 * atMost <= this.bytes ? atMost : utf8Length(frame);
  }

  /** Decoding and acknowledging one frame happen in one go. */
  sizeOf(): number {
    return this.#size;
  }

  send(id: number): void {
    this.#owed = this.sender.sendNow(this.options.codec.sequenceAck(id)) ? undefined : id;
  }

  /** A new link has proved alive: what fell due meanwhile goes out. */
  resume(): void {
    if (this.#owed !== undefined) this.send(this.#owed);
  }
}
