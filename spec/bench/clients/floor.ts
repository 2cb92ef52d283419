import { WebSocket } from "ws";
import { RELIABLE, type BenchClient } from "./bench-client.js";

/** Ids that may come before they are acknowledged; ours has the same default. */
const ACKNOWLEDGE_AFTER = 200;

interface Downstream {
  readonly type: string;
  readonly event?: string;
  readonly connectionId?: string;
  readonly ackId?: number;
  readonly sequenceId?: number;
  readonly dataType?: string;
  readonly data?: unknown;
}

/**
 * The least that a client can do: bare `ws`, `JSON.parse`, base64 where data is binary, a sequence ack, a map of pending
 * acks. It checks nothing, drops no repeat, takes no care of order or errors, and returns at once after a cut.
 */
export class Floor implements BenchClient {
  #ws: WebSocket | undefined;
  #nextAckId = 1;
  readonly #pending = new Map<number, () => void>();
  #largest = 0;
  #acknowledged = 0;
  #onRejoined: ((ms: number) => void) | undefined;

  constructor(
    private readonly joinsInFlight = Infinity,
    private readonly bytesOf: (base64: string) => unknown = (base64) => Buffer.from(base64, "base64"),
  ) {}

  start(url: string, groups: readonly string[], onMessage: (data: unknown) => void): Promise<unknown> {
    return new Promise((resolve) => this.#open(url, url, groups, onMessage, () => resolve(undefined)));
  }

  publish(group: string, content: unknown, done: () => void): void {
    const ackId = this.#nextAckId++;
    this.#pending.set(ackId, done);
    const dataType = typeof content === "string" ? "text" : "json";
    this.#ws!.send(JSON.stringify({ type: "sendToGroup", group, dataType, data: content, ackId }));
  }

  stop(): void {
    this.#ws?.removeAllListeners("close").terminate();
  }

  onRejoined(listener: (ms: number) => void): void {
    this.#onRejoined = listener;
  }

  #open(
    base: string,
    url: string,
    groups: readonly string[],
    onMessage: (data: unknown) => void,
    onJoined: () => void,
  ): void {
    const ws = (this.#ws = new WebSocket(url, RELIABLE));
    let recoveryUrl = base;
    ws.on("message", (raw: Buffer) => {
      const frame = JSON.parse(raw.toString()) as Downstream;
      if (frame.type === "message") {
        this.#largest = frame.sequenceId!;
        if (this.#largest - this.#acknowledged >= ACKNOWLEDGE_AFTER) {
          this.#acknowledged = this.#largest;
          ws.send(`{"type":"sequenceAck","sequenceId":${this.#largest}}`);
        }
        onMessage(frame.dataType === "binary" ? this.bytesOf(frame.data as string) : frame.data);
      } else if (frame.type === "ack") {
        const done = this.#pending.get(frame.ackId!);
        this.#pending.delete(frame.ackId!);
        done?.();
      } else if (frame.event === "connected" && url === base) {
        recoveryUrl = `${base}&awps_connection_id=${frame.connectionId!}&awps_reconnection_token=token`;
        this.#join(groups, onJoined);
      } else if (frame.event === "connected") {
        recoveryUrl = url;
      }
    });
    ws.on("error", () => {});
    ws.on("close", (code: number) => {
      const isLost = code === 1008;
      if (isLost) this.#largest = this.#acknowledged = 0;
      this.#open(base, isLost ? base : recoveryUrl, groups, onMessage, () => {});
    });
  }

  #join(groups: readonly string[], onJoined: () => void): void {
    const began = performance.now();
    const waiting = groups.values();
    let missing = groups.length;
    if (missing === 0) onJoined();
    const joinNext = () => {
      const { done, value: group } = waiting.next();
      if (done) return;
      const ackId = this.#nextAckId++;
      this.#pending.set(ackId, () => {
        missing--;
        joinNext();
        if (missing > 0) return;
        this.#onRejoined?.(performance.now() - began);
        onJoined();
      });
      this.#ws!.send(JSON.stringify({ type: "joinGroup", group, ackId }));
    };
    for (let underWay = 0; underWay < Math.min(this.joinsInFlight, groups.length); underWay++) joinNext();
  }
}

/** The same with as many joins in flight as ours has by default, so that a service is not flooded. */
export class PacedFloor extends Floor {
  constructor() {
    super(100);
  }
}

/** The same with binary data in an `ArrayBuffer` of its own, which may be kept or transferred, rather than in Node's pool. */
export class OwningFloor extends Floor {
  constructor() {
    super(Infinity, (base64) => {
      const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, "base64"));
      bytes.write(base64, "base64");
      return bytes.buffer;
    });
  }
}
