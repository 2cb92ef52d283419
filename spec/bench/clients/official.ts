import { WebPubSubClient } from "@azure/web-pubsub-client";
import type { BenchClient } from "./bench-client.js";

export class Official implements BenchClient {
  #client: WebPubSubClient | undefined;

  async start(url: string, groups: readonly string[], onMessage: (data: unknown) => void): Promise<unknown> {
    const client = (this.#client = new WebPubSubClient(url));
    client.on("group-message", ({ message }) => onMessage(message.data));
    // Its start() resolves before the handshake.
    const connected = new Promise((resolve) => client.on("connected", resolve));
    await client.start();
    await connected;
    return Promise.all(groups.map((group) => client.joinGroup(group)));
  }

  stop(): void {
    this.#client?.stop();
  }

  publish(group: string, content: unknown, done: () => void): void {
    const dataType = typeof content === "string" ? "text" : "json";
    void this.#client!.sendToGroup(group, content as string, dataType).then(done);
  }
}
