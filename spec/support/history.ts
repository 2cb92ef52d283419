import type { Observable, SchedulerLike } from "rxjs";
import type { ConnectionCause, ConnectionState, WebPubSubClient } from "../../lib/index.js";

/**
 * What a client told, one line each in the order told: `"0 state$ connected A"`. Sessions are named A, B, C in the order
 * in which they appear, so that a whole history can be compared at once.
 */
export class History {
  readonly lines: string[] = [];
  readonly #names = new Map<string, string>();

  constructor(private readonly scheduler: SchedulerLike) {}

  /** What was told since the last time. */
  take(): string[] {
    return this.lines.splice(0);
  }

  note(line: string): void {
    this.lines.push(`${this.scheduler.now()} ${line}`);
  }

  /** Writes down what an Observable does, under a name. */
  of<T>(name: string, source: Observable<T>, describe: (value: T) => string): this {
    const told = (what: string) => this.note(`${name} ${what}`.trim());
    source.subscribe({
      next: (value) => told(describe(value)),
      error: (error: unknown) => told(`error ${nameOfError(error)}`),
      complete: () => told("complete"),
    });
    return this;
  }

  /** A connection id's name in this history. */
  nameOf(connectionId: string): string {
    const name = this.#names.get(connectionId) ?? String.fromCharCode(65 + this.#names.size);
    this.#names.set(connectionId, name);
    return name;
  }

  state(state: ConnectionState): string {
    switch (state.status) {
      case "stopped":
        return joined("stopped", state.reason, causeText(state.cause));
      case "connecting":
        return joined("connecting", state.attempt, causeText(state.cause));
      case "connected":
        return joined("connected", this.nameOf(state.connectionId));
      case "recovering": {
        const { connectionId, attempt, retryAt, cause } = state;
        return joined("recovering", this.nameOf(connectionId), attempt, retryAt && `at ${retryAt}`, causeText(cause));
      }
      case "disconnected":
        return joined("disconnected", state.attempt, `at ${state.retryAt}`, causeText(state.cause));
    }
  }
}

/** Writes down every status of a client, from now on. */
export function historyOf(client: WebPubSubClient, scheduler: SchedulerLike): History {
  const history = new History(scheduler);
  return history
    .of("state$", client.state$, (state) => history.state(state))
    .of("gap$", client.gap$, ({ previousConnectionId, connectionId, since, groups }) =>
      joined(
        `${history.nameOf(previousConnectionId)}→${history.nameOf(connectionId)}`,
        `since ${since}`,
        groups.join(),
      ),
    )
    .of("connected$", client.connected$, ({ connectionId, previousConnectionId }) =>
      joined(history.nameOf(connectionId), previousConnectionId && `after ${history.nameOf(previousConnectionId)}`),
    )
    .of("recovered$", client.recovered$, ({ connectionId, downForMs }) =>
      joined(history.nameOf(connectionId), `after ${downForMs} ms`),
    )
    .of("disconnected$", client.disconnected$, ({ connectionId, cause }) =>
      joined(history.nameOf(connectionId), causeText(cause)),
    )
    .of("stopped$", client.stopped$, ({ error }) => (error ? nameOfError(error) : ""));
}

/** Whatever is the same in every history: without its time. */
export const untimed = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/^\d+(\.\d+)? /, ""));

export const causeText = (cause: ConnectionCause | undefined): string | undefined =>
  cause && `(${joined(cause.phase, cause.code)})`;

export const nameOfError = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);

const joined = (...parts: (string | number | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "").join(" ");
