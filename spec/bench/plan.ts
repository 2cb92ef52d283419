/** What the service is to do with a client; it travels in the access URL. */
export interface Plan {
  /** One run of one client; its links and sessions belong together. */
  readonly run: string;
  /** How many groups the client joins; the burst begins when it has. */
  readonly groups: number;
  /** The messages of the burst, if there is one. */
  readonly burst?: Burst;
  /** Ends the first session for good once all groups are joined. */
  readonly losesFirstSession?: boolean;
}

export interface Burst {
  readonly dataType: "json" | "binary";
  /** Bytes of each message's data, before base64. */
  readonly size: number;
  /** How many messages; with `cuts`, how many after the last cut. */
  readonly messages: number;
  /**
   * `none`: as fast as the socket takes them. `waits`: never more unacknowledged than the replay window holds, as a sender
   * does that respects it. `overruns`: a steady `perSecond`, and a client that lets the window overflow loses its session.
   */
  readonly window: "none" | "waits" | "overruns";
  readonly perSecond?: number;
  /** How often the link is cut without a word while the burst goes on. */
  readonly cuts?: number;
}

/** The data of a JSON message. */
export interface Sample {
  /** Counts the messages of a session from 1. */
  readonly i: number;
  /** When the link before was cut, in milliseconds since the epoch; 0: it was not. */
  readonly cutAt: number;
  readonly isLast: boolean;
  readonly text: string;
}

export const groupName = (index: number): string => `group-${index}`;

/** Epoch milliseconds with fractions, comparable between processes. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();
