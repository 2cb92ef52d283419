/** What the scenarios ask of a client, however it does it. */
export interface BenchClient {
  /** Connects, joins the groups and hands out the data of each message; resolves when the session is ready. */
  start(url: string, groups: readonly string[], onMessage: (data: unknown) => void): Promise<unknown>;
  /** Publishes to a group and tells when it was acknowledged. */
  publish(group: string, content: unknown, done: () => void): void;
  /** Closes the connection: it is the turn of others. */
  stop(): void;
  /** Tells, after a lost session, how many milliseconds passed from the new handshake until all groups were joined. */
  onRejoined?(listener: (ms: number) => void): void;
}

export const RELIABLE = "json.reliable.webpubsub.azure.v1";
