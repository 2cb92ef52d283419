import type { SchedulerLike } from "rxjs";
import type { Codec } from "./codec.js";
import { ConnectHandlers, type ConnectOutcome, type ConnectRequest } from "./connect-handlers.js";
import { EventHandlers, type ClientEvent, type EventOutcome } from "./event-handlers.js";
import type { Link, LinkEvents } from "./link.js";
import type { Payload } from "./payload.js";
import { permissionsOf } from "./permissions.js";
import type { Publication } from "./publication.js";
import type { Values } from "./query.js";
import { Session, type SessionHost } from "./session.js";
import type { HubUpstream } from "./upstream/hub-upstream.js";

/** Issues and checks the tokens that let a client take up its session again (service-surface §1.5). */
export interface ReconnectionTokens {
  issue(connectionId: string): string;
  accepts(token: string, connectionId: string): boolean;
}

export interface HubSettings {
  readonly scheduler: SchedulerLike;
  readonly connectedOnRecovery: boolean;
  readonly reconnectionTokens: ReconnectionTokens;
}

/** Who a new connection is, once its token has been checked and its `connect` handler been asked. */
export interface Identity {
  readonly userId?: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

type Excluded = ReadonlySet<string>;

/** One hub: its sessions, its groups, and who gets what. */
export class Hub implements SessionHost {
  readonly handlers = new EventHandlers();
  readonly connectHandlers = new ConnectHandlers();
  readonly #sessions = new Map<string, Session>();
  readonly #groups = new Map<string, Set<Session>>();
  readonly #users = new Map<string, Set<Session>>();

  /** @param upstream the applications that are reached by HTTP */
  constructor(
    private readonly settings: HubSettings,
    readonly upstream: HubUpstream,
  ) {}

  get scheduler(): SchedulerLike {
    return this.settings.scheduler;
  }

  get connectedOnRecovery(): boolean {
    return this.settings.connectedOnRecovery;
  }

  get sessions(): Iterable<Session> {
    return this.#sessions.values();
  }

  session(connectionId: string): Session | undefined {
    return this.#sessions.get(connectionId);
  }

  /**
   * Asks the application about a client that wants to connect: handlers in this process first. Nothing when there is
   * nobody to ask; never rejects.
   */
  decide(headers: Values, request: ConnectRequest): ConnectOutcome | Promise<ConnectOutcome> | undefined {
    return this.connectHandlers.handle(request) ?? this.upstream.connect(request, headers);
  }

  /** Starts a new session on a link. The groups of its token are joined before its first frame. */
  connect(link: Link, connectionId: string, { userId, roles, groups }: Identity, codec: Codec): LinkEvents {
    const session = new Session(connectionId, userId, codec, permissionsOf(roles), this);
    this.#sessions.set(connectionId, session);
    if (userId !== undefined) addTo(this.#users, userId, session);
    this.upstream.connected(session);
    for (const group of groups) this.join(session, group);
    return session.begin(link);
  }

  /** Hands a session its next link; nothing when there is nothing to recover (client-protocol §2.4). */
  recover(link: Link, connectionId: string, token: string): LinkEvents | undefined {
    const session = this.#sessions.get(connectionId);
    if (!session?.codec.reliable || !this.settings.reconnectionTokens.accepts(token, connectionId)) return undefined;
    if (session.troubles.recoveryRefused) {
      // A service that refuses has lost the session.
      session.abort();
      return undefined;
    }
    return session.recover(link);
  }

  join(session: Session, group: string): void {
    if (session.groups.has(group)) return;
    session.groups.add(group);
    addTo(this.#groups, group, session);
    this.upstream.joined(session, group);
  }

  leave(session: Session, group: string): void {
    if (!session.groups.delete(group)) return;
    removeFrom(this.#groups, group, session);
    this.upstream.left(session, group);
  }

  publishToAll(publication: Publication, excluded?: Excluded): void {
    fanOut(this.#sessions.values(), publication, excluded);
  }

  publishToUser(userId: string, publication: Publication, excluded?: Excluded): void {
    fanOut(this.#users.get(userId), publication, excluded);
  }

  publishToGroup(group: string, publication: Publication, excluded?: Excluded): void {
    fanOut(this.#groups.get(group), publication, excluded);
  }

  /** Handlers in this process first; an event that nobody wants has failed. Never rejects. */
  handleEvent(event: ClientEvent, payload: Payload): EventOutcome | Promise<EventOutcome> {
    return this.handlers.handle(event) ?? this.upstream.event(event, payload) ?? { handled: false };
  }

  issueReconnectionToken(connectionId: string): string {
    return this.settings.reconnectionTokens.issue(connectionId);
  }

  ended(session: Session, reason: string): void {
    this.#sessions.delete(session.connectionId);
    if (session.userId !== undefined) removeFrom(this.#users, session.userId, session);
    for (const group of session.groups) {
      removeFrom(this.#groups, group, session);
      this.upstream.left(session, group);
    }
    this.upstream.disconnected(session, reason);
  }
}

/** A session that ends on the way (its buffer is full) leaves these very sets, which their iteration allows. */
function fanOut(sessions: Iterable<Session> | undefined, publication: Publication, excluded?: Excluded): void {
  for (const session of sessions ?? []) {
    if (!excluded?.has(session.connectionId)) session.deliver(publication);
  }
}

function addTo(sets: Map<string, Set<Session>>, key: string, session: Session): void {
  const set = sets.get(key);
  if (set) set.add(session);
  else sets.set(key, new Set([session]));
}

/** Nothing is kept for a name without members. */
function removeFrom(sets: Map<string, Set<Session>>, key: string, session: Session): void {
  const set = sets.get(key);
  if (set?.delete(session) && set.size === 0) sets.delete(key);
}
