import {
  NEVER,
  of,
  Subject,
  throwError,
  timer,
  map,
  VirtualTimeScheduler,
  type SchedulerAction,
  type SchedulerLike,
} from "rxjs";
import { WebPubSubEmulator, type EmulatorBase, type EmulatorHub } from "../../lib/emulator/index.js";
import { WebPubSubClient, type WebPubSubClientOptions } from "../../lib/index.js";
import { ChaosNetwork } from "./chaos-network.js";
import { Dice } from "./dice.js";
import { Journal } from "./journal.js";
import type { SendRecord } from "./sends.js";

export const GROUPS = ["g0", "g1", "g2"] as const;

/** How the provider answers: with a URL, with a URL after a while, with an error, or never. */
export type AccessMood = "answers" | "is slow" | "fails" | "never answers";

/** One client under test, with everything around it that can be made to fail. */
export class ChaosClient {
  readonly client: WebPubSubClient;
  readonly network: ChaosNetwork;
  readonly journal: Journal;
  readonly wake$ = new Subject<void>();
  readonly sends: SendRecord[] = [];
  /** Subscriptions to the messages of groups. */
  readonly observed = new Map<string, { unsubscribe(): void }[]>();
  mood: AccessMood = "answers";
  #slept = 0;

  constructor(
    readonly name: string,
    readonly isReliable: boolean,
    private readonly world: ChaosWorld,
    options: WebPubSubClientOptions,
  ) {
    const { scheduler, emulator } = world;
    this.journal = new Journal(name, isReliable, () => scheduler.now());
    this.network = new ChaosNetwork(emulator.webSocketCtor, scheduler, this.journal);
    // A machine that may sleep: then timers stand still and the time of day goes on.
    const clock: SchedulerLike = {
      now: () => scheduler.now() + this.#slept,
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
        scheduler.schedule(work, delay, state),
    };
    this.client = new WebPubSubClient(() => this.#access(), {
      ...options,
      protocol: isReliable ? "json.reliable.webpubsub.azure.v1" : "json.webpubsub.azure.v1",
      webSocketCtor: this.network.webSocketCtor,
      scheduler: clock,
      random: new Dice(world.dice.below(2 ** 31)).next,
      wake$: this.wake$,
    });
    this.journal.watch(this.client);
  }

  /** The session that the client has, live or not. */
  get connectionId(): string {
    const { state } = this.client;
    return "connectionId" in state ? state.connectionId : "";
  }

  start(): void {
    this.journal.started();
    void this.client.start();
  }

  stop(): void {
    this.journal.stopped();
    void this.client.stop();
  }

  sleep(ms: number): void {
    this.#slept += ms;
  }

  #access() {
    const url = this.world.emulator.clientAccessUrl({ hub: "chaos", userId: this.name, expiresInMinutes: 1e6 });
    switch (this.mood) {
      case "answers":
        return of(url);
      case "is slow":
        return timer(3_000, this.world.scheduler).pipe(map(() => url));
      case "fails":
        return throwError(() => new Error("the negotiate endpoint is down"));
      case "never answers":
        return NEVER;
    }
  }
}

/** A service, several clients under test, and one that nothing ever happens to. */
export class ChaosWorld {
  readonly hub: EmulatorHub;
  readonly clients: ChaosClient[] = [];
  /** Where each group message stands in the order in which the service published them. */
  readonly published = new Map<number, number>();
  /** How often each was applied. */
  readonly applied = new Map<number, number>();
  readonly #witness: WebPubSubClient;
  #numbers = 0;

  constructor(
    readonly dice: Dice,
    readonly emulator: EmulatorBase,
    readonly scheduler: SchedulerLike,
  ) {
    this.hub = this.emulator.hub("chaos");
    this.hub.onEvent("count", ({ data }) => {
      this.#apply((data as { readonly n: number }).n);
    });
    this.hub.onEvent("fail", () => {
      throw new Error("out of order");
    });
    this.#witness = new WebPubSubClient(
      this.emulator.clientAccessUrl({ hub: "chaos", groups: GROUPS, expiresInMinutes: 1e6 }),
      { webSocketCtor: this.emulator.webSocketCtor, scheduler },
    );
    this.#witness.groupMessages$.subscribe(({ data }) => {
      const { n } = data as { readonly n: number };
      this.published.set(n, this.published.size);
      this.#apply(n);
    });
  }

  /** Adds clients under test, two to four. */
  populate(options: () => WebPubSubClientOptions): void {
    for (let i = 2 + this.dice.below(3); i > 0; i--) {
      const name = `client ${this.clients.length}`;
      this.clients.push(new ChaosClient(name, this.dice.chance(0.7), this, options()));
    }
  }

  get isWitnessed(): boolean {
    return this.#witness.state.status === "connected";
  }

  /** A number that no other message has; those of later messages are larger. */
  number(): number {
    return ++this.#numbers;
  }

  stop(): void {
    for (const one of this.clients) one.stop();
    void this.#witness.stop();
  }

  #apply(n: number): void {
    this.applied.set(n, (this.applied.get(n) ?? 0) + 1);
  }
}

/** A world in memory, in time that moves only when the script says so. */
export class VirtualWorld extends ChaosWorld {
  readonly time: VirtualTimeScheduler;

  constructor(seed: number) {
    const time = new VirtualTimeScheduler();
    const dice = new Dice(seed);
    super(dice, WebPubSubEmulator.inMemory({ scheduler: time, connectedOnRecovery: dice.chance(0.5) }), time);
    this.time = time;
    this.advance(0);
    this.populate(() => ({
      ...dice.one([
        { keepAliveIntervalInMs: 5_000, keepAliveTimeoutInMs: 15_000 },
        { keepAliveIntervalInMs: 20_000, keepAliveTimeoutInMs: 120_000 },
        { keepAliveIntervalInMs: 20_000, keepAliveTimeoutInMs: 0 },
        { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 },
      ]),
      ackTimeoutInMs: dice.one([2_000, 10_000, 30_000]),
      startTimeoutInMs: dice.one([2_000, 30_000]),
      recoveryTimeoutInMs: dice.one([0, 5_000, 30_000, 30_000]),
      proofOfLifeInMs: dice.one([500, 4_000]),
      leaveDelayInMs: dice.one([0, 250]),
      maxQueuedSends: dice.one([3, 1_000]),
      rejoinConcurrency: dice.one([1, 100]),
      sequenceAck: { count: dice.one([1, 5, 200]), timeInMs: dice.one([0, 1_000]) },
      reconnectRetryOptions: { stableAfterInMs: dice.one([0, 10_000]), maxRetryDelayInMs: dice.one([1_000, 30_000]) },
    }));
  }

  advance(ms: number): void {
    const target = this.time.frame + ms;
    this.time.maxFrames = target;
    this.time.flush();
    this.time.frame = target;
  }
}
