import type { EmulatorHub, EmulatorWebSocket } from "../../lib/emulator/index.js";

/** A service that the suite runs against, and the time it lives in. */
export interface ServiceTarget {
  /** `http(s)://host[:port]`, as in audiences of tokens. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly hub: string;
  /** The hub from the application's side, where the target runs in this process. */
  readonly application?: EmulatorHub;
  open(url: string, protocols: readonly string[], headers?: Readonly<Record<string, string>>): EmulatorWebSocket;
  /** Epoch milliseconds, for the lifetimes of tokens. */
  now(): number;
  /** Waits until something is so; `false` when it will not be. `onChange` tells of everything that may matter. */
  until(isSo: () => boolean, onChange: (listener: () => void) => () => void): Promise<boolean>;
  /** Lets a time pass. */
  wait(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** What not every target can do. */
export type Capability =
  /** The application's side is in this process: it sends, answers events, and closes connections. */
  | "application"
  /** A client can add headers to its request. */
  | "headers"
  /** A URL may be as long as it likes: servers of HTTP stop at 8 to 16 KiB. */
  | "longUrls";

/** What a target cannot do, and why. */
export type Lacking = Partial<Record<Capability, string>>;

/** For targets behind real sockets: waits for events, and gives up after a while. */
export const untilWithin =
  (ms: number): ServiceTarget["until"] =>
  (isSo, onChange) =>
    new Promise((resolve) => {
      const finish = (result: boolean): void => {
        clearTimeout(timer);
        stop();
        resolve(result);
      };
      const timer = setTimeout(() => finish(false), ms);
      const stop = onChange(() => {
        if (isSo()) finish(true);
      });
    });
