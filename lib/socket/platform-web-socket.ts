import { WebSocket } from "ws";
import type { WebSocketConstructor } from "./web-socket.js";

/** A TCP socket that can gather what is written. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * `ws`, whose frames of one moment go to the network together. By itself it makes a system call for each, which is half
 * of what a small message costs. The first of them goes at once, so that a single one waits for nothing.
 */
class GatheringWebSocket extends WebSocket {
  #tcp: Corkable | undefined;
  #sent: "nothing" | "one" | "several" = "nothing";

  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    this.once("upgrade", ({ socket }: { socket: Corkable }) => (this.#tcp = socket));
  }

  override send(data: string): void {
    if (this.#sent === "one") {
      this.#sent = "several";
      this.#tcp?.cork();
    }
    super.send(data);
    if (this.#sent === "nothing") {
      this.#sent = "one";
      // The moment ends when what runs now has come to its end, such as the handling of all frames that came together.
      queueMicrotask(() => this.#endMoment());
    }
  }

  #endMoment(): void {
    if (this.#sent === "several") this.#tcp?.uncork();
    this.#sent = "nothing";
  }
}

/** The WebSocket class of this platform. Node has `ws`; a browser build has its own file in place of this one. */
export const platformWebSocket = (): WebSocketConstructor => GatheringWebSocket;
