import { merge } from "rxjs";
import { WebPubSubClient } from "../../../lib/index.js";
import type { BenchClient } from "./bench-client.js";

export class Ours implements BenchClient {
  #client: WebPubSubClient | undefined;

  start(url: string, groups: readonly string[], onMessage: (data: unknown) => void): Promise<unknown> {
    const client = (this.#client = new WebPubSubClient(url));
    for (const group of groups) client.group(group).messages$.subscribe(({ data }) => onMessage(data));
    return client.start();
  }

  publish(group: string, content: unknown, done: () => void): void {
    this.#client!.sendToGroup(group, content).subscribe({ complete: done });
  }

  stop(): void {
    void this.#client?.dispose();
  }

  onRejoined(listener: (ms: number) => void): void {
    const { gap$, connected$ } = this.#client!;
    let began = 0;
    merge(gap$, connected$).subscribe((notice) => {
      if ("groups" in notice) began = performance.now();
      else if (began > 0) listener(performance.now() - began);
    });
  }
}
