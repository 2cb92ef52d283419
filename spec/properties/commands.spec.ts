import fc from "fast-check";
import type { Observable } from "rxjs";
import type { CommandResult, WebPubSubClient } from "../../lib/index.js";
import { outcomeOf, record, type Recording } from "../support/recording.js";
import { VirtualStage } from "../support/virtual-stage.js";
import { PATIENCE_MS, runs } from "./runs.js";

const steps = [
  ...["send", "send", "event", "join", "leave", "forget", "cancel"],
  ...["drop", "lose", "freeze", "loseAcks", "delayAcks", "stop", "start", "renew"],
] as const;
type Step = (typeof steps)[number] | number;

const script = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Step[]>(...(steps as readonly Step[])) },
    { weight: 1, arbitrary: fc.constantFrom<Step[]>(0, 60, 700, 6_000, 40_000) },
  ),
  { maxLength: 40 },
);

interface Entry {
  readonly text: string;
  readonly recording: Recording<CommandResult>;
  cancelled: boolean;
}

/** A client that gives commands under a script of troubles, and somebody who sees what the service made of them. */
class Ledger {
  readonly stage = new VirtualStage();
  readonly client: WebPubSubClient;
  readonly entries: Entry[] = [];
  readonly applied: unknown[] = [];
  #count = 0;

  constructor() {
    const { stage } = this;
    const observer = stage.started();
    observer.group("g").messages$.subscribe(({ data }) => this.applied.push(data));
    stage.hub.onEvent("e", ({ data }) => void this.applied.push(data));
    this.client = stage.client({
      keepAliveIntervalInMs: 2_000,
      keepAliveTimeoutInMs: 4_000,
      ackTimeoutInMs: 3_000,
      maxQueuedSends: 5,
    });
    void this.client.start();
    stage.settle();
  }

  play(step: Step): void {
    const { client, stage } = this;
    const { faults } = stage.emulator;
    const id = "connectionId" in client.state ? client.state.connectionId : "none";
    const text = `command ${++this.#count}`;
    if (typeof step === "number") {
      stage.advance(step);
      return;
    }
    switch (step) {
      case "send": {
        this.#give(text, client.sendToGroup("g", text));
        return;
      }
      case "event": {
        this.#give(text, client.sendEvent("e", text));
        return;
      }
      case "join": {
        this.#give(text, client.joinGroup("h"));
        return;
      }
      case "leave": {
        this.#give(text, client.leaveGroup("h"));
        return;
      }
      case "forget": {
        this.#give(text, client.sendToGroup("g", text, "text", { fireAndForget: true }));
        return;
      }
      case "cancel": {
        const entry = this.entries.find(({ recording }) => outcomeOf(recording) === "pending");
        if (entry === undefined) return;
        entry.cancelled = true;
        entry.recording.unsubscribe();
        return;
      }
      case "drop":
        faults.drop(id);
        return;
      case "lose":
        faults.refuseRecovery(id);
        faults.drop(id);
        return;
      case "freeze":
        faults.freeze(id);
        return;
      case "loseAcks":
        faults.loseAcks(id, 2);
        return;
      case "delayAcks":
        faults.delayAcks(id, 5_000);
        return;
      case "stop":
        return void client.stop();
      case "start":
        return void client.start();
      case "renew":
        return void client.reconnect({ newSession: true });
    }
  }

  #give(text: string, command: Observable<CommandResult>): void {
    this.entries.push({ text, recording: record(command), cancelled: false });
  }
}

it.each(["by itself", "by stop()", "by dispose()"])(
  "whatever happens, every command settles exactly once (at last %s), and is applied once if it says so, never twice",
  (ending) => {
    fc.assert(
      fc.property(script, (steps) => {
        const ledger = new Ledger();
        const { client, stage, entries, applied } = ledger;
        for (const step of steps) ledger.play(step);
        if (ending === "by stop()") void client.stop();
        else if (ending === "by dispose()") void client.dispose();
        else stage.advance(300_000);

        for (const { text, recording, cancelled } of entries) {
          const { values, errors, completions } = recording;
          if (cancelled) {
            expect([values, errors, completions]).toEqual([[], [], 0]);
            continue;
          }
          expect([text, errors.length + completions]).toEqual([text, 1]);
          expect(values).toHaveLength(completions);
        }
        stage.advance(300_000);
        for (const { text, recording } of entries) {
          const times = applied.filter((data) => data === text).length;
          expect(times).toBeLessThanOrEqual(1);
          const outcome = outcomeOf(recording) as Partial<CommandResult & { code: string }>;
          // Of what was sent with an ackId the outcome tells whether it was applied, unless it says that it cannot know.
          if (outcome.ackId !== undefined && outcome.isDuplicated !== undefined && isSend(ledger, text)) {
            expect([text, times]).toEqual([text, 1]);
          }
          if (outcome.code === "NotSent" || outcome.code === "QueueOverflow") expect([text, times]).toEqual([text, 0]);
        }
        void client.dispose();
      }),
      runs(60),
    );
  },
  PATIENCE_MS,
);

/** Joins and leaves carry no text that anybody could see. */
const isSend = ({ stage }: Ledger, text: string): boolean => stage.sent().some(({ data }) => data === text);
