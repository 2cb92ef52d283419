import type { SchedulerLike } from "rxjs";
import { AbuseProtection } from "./abuse-protection.js";
import { HttpExchange } from "./http-exchange.js";
import { HubUpstream, type UpstreamSettings } from "./hub-upstream.js";

/** How long the last events may take when the service stops. */
const FAREWELL_MS = 500;

/** The applications of all hubs. */
export class Upstreams {
  readonly #hubs: HubUpstream[] = [];
  readonly #settings: UpstreamSettings;

  constructor(common: { readonly accessKey: string; readonly host: string; readonly scheduler: SchedulerLike }) {
    const http = new HttpExchange(common.scheduler);
    this.#settings = { ...common, http, protection: new AbuseProtection(http, common.scheduler, common.host) };
  }

  of(hub: string): HubUpstream {
    const upstream = new HubUpstream(hub, this.#settings);
    this.#hubs.push(upstream);
    return upstream;
  }

  /** Lets what is on its way arrive, for a moment, and gives up the rest. */
  async stop(): Promise<void> {
    const { http, scheduler } = this.#settings;
    if (this.#hubs.some(({ busy }) => busy)) {
      const impatience = scheduler.schedule(() => http.stop(), FAREWELL_MS);
      await Promise.all(this.#hubs.map((hub) => hub.settled()));
      impatience.unsubscribe();
    }
    http.stop();
  }
}
