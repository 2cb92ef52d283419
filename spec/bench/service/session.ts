import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { preciseNow, type Burst, type Plan } from "../plan.js";
import { FrameBatch } from "./frame-batch.js";
import { Messages } from "./messages.js";

/** How long a link lives before it is cut: more than a client's shortest pause between attempts. */
const CUT_AFTER_MS = 100;
const POLICY_VIOLATION = 1008;
/** A steady sender sends what is due so often. */
const STEADY_MS = 2;

interface Upstream {
  readonly type: string;
  readonly ackId?: number;
  readonly sequenceId?: number;
}

/** One session of the service stand-in: acknowledges what is asked of it, and sends the burst of its plan. */
export class BenchSession {
  readonly #messages: Messages | undefined;
  readonly #batch = new FrameBatch();
  #link: { readonly ws: WebSocket; readonly socket: Socket } | undefined;
  #joined = 0;
  #sent = 0;
  #acknowledged = 0;
  #pumping = false;
  #cutAt = 0;
  #cutsLeft: number;
  #end: number;

  constructor(
    readonly id: string,
    private readonly plan: Plan,
    private readonly lose: () => void,
    private readonly isFirst: boolean,
  ) {
    const { burst } = plan;
    this.#messages = burst && new Messages(burst, plan.groups);
    this.#cutsLeft = burst?.cuts ?? 0;
    this.#end = burst === undefined ? 0 : this.#cutsLeft > 0 ? Infinity : burst.messages;
  }

  attach(ws: WebSocket, socket: Socket): void {
    const isRecovery = this.#link !== undefined;
    this.#link = { ws, socket };
    this.#pumping = false;
    ws.on("error", () => {});
    ws.on("message", (data: Buffer) => {
      if (this.#link?.ws === ws) this.#take(JSON.parse(data.toString("latin1")) as Upstream);
    });
    this.#reply(`{"type":"system","event":"connected","connectionId":"${this.id}","reconnectionToken":"token"}`);
    // What was not acknowledged is sent again.
    if (isRecovery) this.#sent = this.#acknowledged;
    if (isRecovery) this.#begin();
  }

  #take({ type, ackId, sequenceId }: Upstream): void {
    if (type === "sequenceAck" && sequenceId !== undefined) {
      this.#acknowledged = Math.max(this.#acknowledged, sequenceId);
      this.#pump();
    } else if (type === "ping") {
      this.#reply('{"type":"pong"}');
    } else if (ackId !== undefined) {
      this.#reply(`{"type":"ack","ackId":${ackId},"success":true}`);
      if (type === "joinGroup" && ++this.#joined === this.plan.groups) this.#begin();
    }
  }

  /** Answers go out together with others of the same moment. */
  #reply(text: string): void {
    const link = this.#link;
    if (this.#pumping) this.#batch.flush(this.#link!.socket);
    this.#batch.add(text);
    process.nextTick(() => link && this.#batch.flush(link.socket));
  }

  #begin(): void {
    const link = this.#link;
    if (this.plan.losesFirstSession && this.isFirst) {
      setTimeout(() => link?.ws.close(POLICY_VIOLATION, "lost"), CUT_AFTER_MS);
    }
    if (this.#cutsLeft > 0) setTimeout(() => this.#cut(), CUT_AFTER_MS);
    if (this.plan.burst?.window === "overruns") this.#sendSteadily(this.plan.burst);
    else this.#pump();
  }

  #cut(): void {
    this.#cutsLeft--;
    if (this.#cutsLeft === 0) this.#end = this.#sent + this.plan.burst!.messages;
    this.#cutAt = preciseNow();
    this.#link?.socket.destroy();
  }

  #mayGoOn(): boolean {
    if (this.#sent >= this.#end || this.#link?.socket.writable !== true) return false;
    return this.plan.burst?.window !== "waits" || this.#sent - this.#acknowledged < this.#messages!.window;
  }

  #pump(): void {
    if (this.#messages === undefined || this.#pumping || this.#joined < this.plan.groups || !this.#mayGoOn()) return;
    if (this.plan.burst?.window === "overruns") return;
    const { socket } = this.#link!;
    while (this.#mayGoOn() && !this.#batch.isFull) this.#next();
    const goOn = () => {
      if (this.#link?.socket !== socket) return;
      this.#pumping = false;
      this.#pump();
    };
    this.#pumping = true;
    if (this.#batch.flush(socket)) setImmediate(goOn);
    else socket.once("drain", goOn);
  }

  #sendSteadily({ perSecond = 1_000 }: Burst): void {
    const { ws, socket } = this.#link!;
    const began = performance.now();
    const timer = setInterval(() => {
      const due = Math.min(this.#end, ((performance.now() - began) * perSecond) / 1_000);
      while (this.#sent < due && !this.#batch.isFull) this.#next();
      this.#batch.flush(socket);
      const overrun = this.#sent - this.#acknowledged > this.#messages!.window;
      if (overrun && socket.writable) {
        this.lose();
        ws.close(POLICY_VIOLATION, "too many unacknowledged messages");
      }
      if (overrun || this.#sent >= this.#end || !socket.writable) clearInterval(timer);
    }, STEADY_MS);
  }

  #next(): void {
    this.#sent++;
    this.#batch.add(this.#messages!.frame(this.#sent, this.#cutAt, this.#sent === this.#end));
  }
}
