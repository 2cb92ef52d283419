import fc from "fast-check";
import type { CommandResult, WebPubSubClient } from "../../lib/index.js";
import { outcomeOf, record, type Recording } from "../support/recording.js";
import { VirtualStage } from "../support/virtual-stage.js";
import { PATIENCE_MS, runs } from "./runs.js";

const names = ["a", "b"] as const;
type Step =
  | { readonly do: "observe" | "unobserve" | "join" | "leave" | "cancel"; readonly name: (typeof names)[number] }
  | { readonly do: "drop" | "lose" | "loseAck" | "delayAcks" | "refuse" | "stop" | "start" }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom("observe", "unobserve", "join", "leave", "cancel"),
      name: fc.constantFrom(...names),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("drop", "lose", "loseAck", "delayAcks", "refuse", "stop", "start") }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait"), ms: fc.constantFrom(0, 1, 100, 250, 1_000, 31_000) }) },
);

/** What one group should come to: observed by so many, and claimed by whichever join since the last leave succeeds. */
class Wish {
  readonly observers: Recording<unknown>[] = [];
  joins: Recording<CommandResult>[] = [];

  get isFulfilledByMembership(): boolean {
    return this.observers.length > 0 || this.joins.some((join) => join.completions > 0);
  }
}

function play(stage: VirtualStage, client: WebPubSubClient, wishes: Record<string, Wish>, next: Step): void {
  const { faults } = stage.emulator;
  const id = "connectionId" in client.state ? client.state.connectionId : "none";
  const wish = ("name" in next ? wishes[next.name] : undefined) ?? new Wish();
  switch (next.do) {
    case "observe":
      wish.observers.push(record(client.group(next.name).messages$));
      return;
    case "unobserve":
      return wish.observers.pop()?.unsubscribe();
    case "join":
      wish.joins.push(record(client.joinGroup(next.name)));
      return;
    case "leave":
      // A client that is stopped does not take the command.
      if (!(record(client.leaveGroup(next.name)).errors.length > 0)) wish.joins = [];
      return;
    case "cancel": {
      const pending = wish.joins.find((join) => outcomeOf(join) === "pending");
      pending?.unsubscribe();
      return;
    }
    case "drop":
      faults.drop(id);
      return;
    case "lose":
      faults.refuseRecovery(id);
      faults.drop(id);
      return;
    case "loseAck":
      faults.loseAcks(id, 1);
      return;
    case "delayAcks":
      faults.delayAcks(id, 100);
      return;
    case "refuse": {
      let left = 2;
      stage.refuse = () => left-- > 0;
      return;
    }
    case "stop":
      return void client.stop();
    case "start":
      return void client.start();
    case "wait":
      stage.advance(next.ms);
      return;
  }
}

it(
  "whatever was asked for and whatever went wrong, in the end exactly the wanted groups are joined",
  () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (script) => {
        const stage = new VirtualStage();
        const client = stage.client();
        const wishes = { a: new Wish(), b: new Wish() };
        void client.start();
        stage.settle();
        for (const next of script) play(stage, client, wishes, next);
        stage.refuse = () => false;
        void client.start();
        stage.advance(300_000);

        expect(client.state.status).toBe("connected");
        const wanted = names.filter((name) => wishes[name].isFulfilledByMembership);
        expect([...(stage.hub.connections[0]?.groups ?? [])].sort()).toEqual(wanted);
        for (const name of names) {
          const joined = record(client.group(name).joined$);
          expect([name, joined.values]).toEqual([
            name,
            [wanted.includes(name) ? { connectionId: stage.connectionId } : null],
          ]);
        }
        void client.dispose();
      }),
      runs(600),
    );
  },
  PATIENCE_MS,
);
