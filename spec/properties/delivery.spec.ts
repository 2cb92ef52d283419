import fc from "fast-check";
import type { WebPubSubClient } from "../../lib/index.js";
import { VirtualStage } from "../support/virtual-stage.js";
import { PATIENCE_MS, runs } from "./runs.js";

type Step =
  | { readonly do: "send" | "burst" | "drop" | "lose" | "close" | "duplicate" | "freeze" | "stop" | "start" }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("send", "burst") }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("drop", "lose", "close", "duplicate", "freeze") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("stop", "start") }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(0, 1, 60, 500, 5_000, 40_000) }),
  },
);

/** One client under a script of troubles, and all that it showed: messages by number, and where it told of a gap. */
class Run {
  readonly stage: VirtualStage;
  readonly client: WebPubSubClient;
  readonly shown: (number | "gap" | "stop")[] = [];
  /** Sessions that began after another was lost, by the service's own account. */
  sent = 0;

  constructor(connectedOnRecovery: boolean) {
    this.stage = new VirtualStage({ connectedOnRecovery });
    this.client = this.stage.client({ keepAliveIntervalInMs: 2_000, keepAliveTimeoutInMs: 4_000 });
    this.client.gap$.subscribe(() => this.shown.push("gap"));
    this.client.serverMessages$.subscribe(({ data }) => this.shown.push(Number(data)));
    void this.client.start();
    this.stage.settle();
  }

  play(next: Step): void {
    const { stage, client } = this;
    const { faults } = stage.emulator;
    // Between sessions there is nobody to trouble.
    const id = "connectionId" in client.state ? client.state.connectionId : "none";
    switch (next.do) {
      case "send": {
        this.send(1);
        return;
      }
      case "burst": {
        this.send(250);
        return;
      }
      case "drop": {
        faults.drop(id);
        return;
      }
      case "close": {
        faults.close(id, 1001);
        return;
      }
      case "lose":
        faults.refuseRecovery(id);
        {
          faults.drop(id);
          return;
        }
      case "duplicate": {
        faults.duplicate(id, 3);
        return;
      }
      case "freeze": {
        faults.freeze(id);
        return;
      }
      case "stop":
        this.shown.push("stop");
        void client.stop();
        return;
      case "start":
        void client.start();
        return;
      case "wait": {
        stage.advance(next.ms);
        return;
      }
    }
  }

  /** As many as a strict service may send. */
  send(count: number): void {
    for (let i = 0; i < count; i++) {
      if (this.stage.hub.connections.some(({ unacknowledged }) => unacknowledged >= 999)) return;
      this.stage.hub.sendToAll(++this.sent);
    }
  }

  /** All troubles are over. */
  calmDown(): void {
    void this.client.start();
    this.stage.advance(120_000);
    this.send(1);
    this.stage.settle();
  }
}

it(
  "whatever happens to links and sessions, messages come once and in order, and whatever is missing was announced",
  () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (script, connectedOnRecovery) => {
        const run = new Run(connectedOnRecovery);
        for (const next of script) run.play(next);
        run.calmDown();

        let last = 0;
        let mayHaveMissed = false;
        for (const shown of run.shown) {
          if (typeof shown === "string") {
            mayHaveMissed = true;
          } else {
            expect(shown).toBeGreaterThan(last);
            if (!mayHaveMissed) expect(shown).toBe(last + 1);
            last = shown;
            mayHaveMissed = false;
          }
        }
        expect(run.client.state.status).toBe("connected");
        expect(last).toBe(run.sent);
        void run.client.dispose();
      }),
      runs(80),
    );
  },
  PATIENCE_MS,
);

it(
  "as long as every session can be recovered, nothing is missing at all",
  () => {
    const harmless = step.filter(({ do: what }) => !["lose", "stop", "start", "freeze"].includes(what));
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 40 }), fc.boolean(), (script, connectedOnRecovery) => {
        const run = new Run(connectedOnRecovery);
        for (const next of script) run.play(next);
        run.calmDown();
        expect(run.shown).toEqual(Array.from({ length: run.sent }, (_none, i) => i + 1));
        void run.client.dispose();
      }),
      runs(60),
    );
  },
  PATIENCE_MS,
);
