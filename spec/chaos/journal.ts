import { map, merge, type Observable } from "rxjs";
import type { ConnectionState, GroupDataMessage, ServerDataMessage, WebPubSubClient } from "../../lib/index.js";
import { legalTransitions } from "../support/legal-transitions.js";
import type { ChaosSocket, NetworkObserver } from "./chaos-network.js";

/** What one session of one client brought. */
interface SessionRecord {
  readonly id: string;
  /** The lost session that a gap has to tell of before anything else. */
  readonly follows: string | undefined;
  gaps: number;
  connected: number;
  lastSequenceId: number;
  /** Messages that the service counted and the client did not show. */
  missing: number;
  protocolErrors: number;
  readonly serverMessages: number[];
  readonly groupMessages: number[];
}

type Status = ConnectionState["status"];

/** What the public may see follow what: to it, joining is connecting. */
const legal: Record<Status, ReadonlySet<string>> = {
  stopped: new Set(legalTransitions.stopped),
  connecting: new Set([...legalTransitions.connecting, ...legalTransitions.joining]),
  connected: new Set(legalTransitions.connected),
  recovering: new Set(legalTransitions.recovering),
  disconnected: new Set(legalTransitions.disconnected),
};

/**
 * The books of one client: everything that it tells is held against what is known of its sockets and of what was done to
 * it. Whatever does not agree is a problem.
 */
export class Journal implements NetworkObserver {
  readonly problems: string[] = [];
  readonly sessions: SessionRecord[] = [];
  messages = 0;
  recoveries = 0;
  gaps = 0;
  #current: SessionRecord | undefined;
  #lost: string | undefined;
  #socket: ChaosSocket | undefined;
  #state: ConnectionState | undefined;
  /** Sessions that `connected$` has told of and `disconnected$` has not. */
  readonly #announced = new Set<string>();
  #isStopped = false;
  readonly #first: string[] = [];
  readonly #second: string[] = [];

  constructor(
    private readonly name: string,
    private readonly isReliable: boolean,
    private readonly now: () => number,
  ) {}

  watch(client: WebPubSubClient): void {
    historyOf(client).subscribe((line) => this.#first.push(line));
    client.state$.subscribe((state) => this.#onState(state));
    client.gap$.subscribe(({ previousConnectionId, connectionId }) => {
      this.gaps++;
      const session = this.#sessionNamed(connectionId, "gap$");
      if (session.follows !== previousConnectionId) this.#problem(`gap$ after ${previousConnectionId} was not due`);
      if (++session.gaps > 1) this.#problem("a gap was told twice");
      if (session.serverMessages.length + session.groupMessages.length > 0) this.#problem("messages before gap$");
    });
    client.connected$.subscribe(({ connectionId, previousConnectionId }) => {
      const session = this.#sessionNamed(connectionId, "connected$");
      if (++session.connected > 1) this.#problem("connected$ twice for one session");
      if (session.follows !== previousConnectionId) this.#problem("connected$ and gap$ disagree");
      this.#announced.add(connectionId);
    });
    client.recovered$.subscribe(({ connectionId }) => {
      this.recoveries++;
      this.#sessionNamed(connectionId, "recovered$");
    });
    client.disconnected$.subscribe(({ connectionId }) => {
      if (!this.#announced.delete(connectionId)) this.#problem("disconnected$ for a session that was not announced");
    });
    client.protocolErrors$.subscribe(() => {
      if (this.#current) this.#current.protocolErrors++;
    });
    client.serverMessages$.subscribe((message) => this.#onMessage(message));
    client.groupMessages$.subscribe((message) => this.#onMessage(message));
    historyOf(client).subscribe((line) => this.#second.push(line));
  }

  /** A frame on its way to the client. */
  frame(frame: Readonly<Record<string, unknown>> | undefined, socket: ChaosSocket): void {
    this.#socket = socket;
    if (frame?.["event"] !== "connected") return;
    const id = String(frame["connectionId"]);
    if (id === this.#current?.id) return;
    if (this.#current) this.#problem(`the session ${this.#current.id} was replaced without a word`);
    this.#current = {
      id,
      follows: this.#lost,
      gaps: 0,
      connected: 0,
      lastSequenceId: 0,
      missing: 0,
      protocolErrors: 0,
      serverMessages: [],
      groupMessages: [],
    };
    this.#lost = undefined;
    this.sessions.push(this.#current);
  }

  /** The client was told to stop, just now. */
  stopped(): void {
    this.#isStopped = true;
  }

  /** The client was told to run, just now. */
  started(): void {
    this.#isStopped = false;
  }

  /** The client was told to replace its session, just now: what was announced ends, and a gap is due. */
  renewed(): void {
    this.#isStopped = false;
    this.#lose();
  }

  /** What is left to say in the end. @param order where each message stands among all of its kind */
  close(order: ReadonlyMap<number, number>): void {
    for (const session of this.sessions) this.#audit(session, order);
    const lines = this.#first.slice(this.#first.length - this.#second.length);
    if (lines.join("\n") !== this.#second.join("\n")) this.#problem("two subscribers saw two histories");
  }

  /** Messages that the present session has brought. */
  has(n: number): boolean {
    const { serverMessages = [], groupMessages = [] } = this.#current ?? {};
    return serverMessages.includes(n) || groupMessages.includes(n);
  }

  #audit(session: SessionRecord, order: ReadonlyMap<number, number>): void {
    const { id, follows, gaps, missing, protocolErrors, serverMessages, groupMessages } = session;
    if (follows !== undefined && gaps === 0) this.#problem(`no gap between ${follows} and ${id}`);
    if (missing > protocolErrors) this.#problem(`${missing - protocolErrors} messages are missing in ${id}`);
    if (!isIncreasing(serverMessages)) this.#problem(`server messages out of order in ${id}`);
    const places = groupMessages.map((n) => order.get(n) ?? -1);
    if (places.includes(-1)) this.#problem(`a group message in ${id} that nobody else saw`);
    if (!isIncreasing(places)) this.#problem(`group messages out of order in ${id}`);
  }

  #onState(state: ConnectionState): void {
    const previous = this.#state;
    this.#state = state;
    if (previous) {
      if (!legal[previous.status].has(state.status)) this.#problem(`${previous.status} → ${state.status}`);
      if (JSON.stringify(previous) === JSON.stringify(state)) this.#problem(`${state.status} told twice`);
    }
    if ("cause" in state && state.cause && typeof state.cause.phase !== "string")
      this.#problem("a cause without phase");
    if ((state.status === "recovering" || state.status === "disconnected") && state.attempt < 1) {
      this.#problem(`attempt ${state.attempt}`);
    }
    if (state.status === "connected") {
      if (state.connectionId !== this.#current?.id) this.#problem("connected to another session than the newest");
      if (!this.#socket || this.#socket.delivered === 0 || this.#socket.readyState !== 1) {
        this.#problem("connected without proof of life");
      }
    }
    if (state.status === "disconnected" || (state.status === "stopped" && state.reason === "gaveUp")) this.#lose();
    if (state.status === "stopped" && state.reason !== "gaveUp") {
      this.#lost = this.#untold ?? this.#lost;
      this.#current = undefined;
    }
  }

  #lose(): void {
    this.#lost = this.#untold ?? this.#current?.id ?? this.#lost;
    this.#current = undefined;
  }

  /** The lost session before one that never became ready: nobody has fetched what was missed since. */
  get #untold(): string | undefined {
    return this.#current?.connected === 0 ? this.#current.follows : undefined;
  }

  #onMessage({ kind, data, sequenceId }: GroupDataMessage | ServerDataMessage): void {
    this.messages++;
    const session = this.#current;
    if (this.#isStopped) this.#problem("a message after stop()");
    if (!session) {
      this.#problem("a message without a session");
      return;
    }
    if (session.follows !== undefined && session.gaps === 0) this.#problem("a message before the gap");
    if (this.isReliable && sequenceId !== undefined) {
      if (sequenceId <= session.lastSequenceId) this.#problem(`message ${sequenceId} after ${session.lastSequenceId}`);
      else session.missing += sequenceId - session.lastSequenceId - 1;
      session.lastSequenceId = sequenceId;
    }
    const { n } = data as { readonly n: number };
    (kind === "groupData" ? session.groupMessages : session.serverMessages).push(n);
  }

  #sessionNamed(connectionId: string, teller: string): SessionRecord {
    if (this.#current?.id !== connectionId)
      this.#problem(`${teller} tells of ${connectionId}, which is not the newest`);
    const found = this.sessions.find(({ id }) => id === connectionId);
    if (!found) throw new Error(`${teller} tells of a session that never was`);
    return found;
  }

  #problem(what: string): void {
    this.problems.push(`${this.now()} ${this.name}: ${what}`);
  }
}

const isIncreasing = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? n));

/** Everything that a client tells, as lines. */
function historyOf(client: WebPubSubClient): Observable<string> {
  const { state$, gap$, connected$, recovered$, disconnected$, stopped$ } = client;
  const told: Readonly<Record<string, Observable<unknown>>> = {
    state$,
    gap$,
    connected$,
    recovered$,
    disconnected$,
    stopped$,
  };
  return merge(
    ...Object.entries(told).map(([name, source]) => source.pipe(map((value) => `${name} ${JSON.stringify(value)}`))),
  );
}
