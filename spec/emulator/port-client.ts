import { once } from "node:events";
import { WebSocket } from "ws";
import type { FrameObject } from "./virtual-service.js";

/** A plain `ws` client whose frames and ending can be awaited. */
export class PortClient {
  readonly socket: WebSocket;
  readonly ended: Promise<string>;
  readonly #frames: FrameObject[] = [];
  #arrived: () => void = () => undefined;

  constructor(url: string, protocols: string | string[] = "json.reliable.webpubsub.azure.v1", headers = {}) {
    this.socket = new WebSocket(url, protocols, { headers });
    const errors: string[] = [];
    this.socket.on("error", (error) => errors.push(error.message));
    this.socket.on("message", (data: Buffer) => {
      this.#frames.push(JSON.parse(data.toString()) as FrameObject);
      this.#arrived();
    });
    this.ended = new Promise((resolve) =>
      this.socket.on("close", (code, reason) => resolve([...errors, `${code} ${reason.toString()}`.trim()].join("; "))),
    );
  }

  /** The next frame, in order. */
  async next(): Promise<FrameObject> {
    while (this.#frames.length === 0) await new Promise<void>((resolve) => (this.#arrived = resolve));
    return this.#frames.shift()!;
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, "open");
    return this;
  }

  /** Sends one frame and waits for the next that comes. */
  async ask(frame: FrameObject | string): Promise<FrameObject> {
    await this.opened();
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    return this.next();
  }
}
