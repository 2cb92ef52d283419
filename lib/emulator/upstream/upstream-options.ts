/** What happens to connections, and may be told upstream. */
export type SystemEvent = "connect" | "connected" | "disconnected";

/** What happens to memberships, and may be told upstream. */
export type PresenceEvent = "joined" | "left";

/** An application behind a URL that gets the events of a hub as CloudEvents (service-surface §4, §6). */
export interface UpstreamOptions {
  /** `http:` or `https:`; `{hub}` and `{event}` in its path or query are replaced. */
  readonly url: string;
  /** Which events of clients: names in any case, lists with commas, patterns such as `room.*`. Default `"*"`: all. */
  readonly events?: string | readonly string[];
  /** Default all three. `connect` waits for an answer, the others do not. */
  readonly systemEvents?: readonly SystemEvent[];
  /** Default none. */
  readonly presence?: readonly PresenceEvent[];
  /** The groups whose presence is told, as patterns like those of roles (client-protocol §17). Default all. */
  readonly groupFilters?: readonly string[];
}

export const systemEvents: readonly SystemEvent[] = ["connect", "connected", "disconnected"];
export const presenceEvents: readonly PresenceEvent[] = ["joined", "left"];
