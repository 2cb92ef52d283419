import assert from "node:assert/strict";
import { catchError, lastValueFrom, map, merge, of, take, toArray } from "rxjs";
// In your project: "rx-webpubsub" and "rx-webpubsub/emulator".
import { SendMessageError, WebPubSubClient } from "../../lib/index.js";
import type { EmulatorFaults, EmulatorHub } from "../../lib/emulator/index.js";
import { say } from "./narrator.js";
import type { Place } from "./place.js";
import { shown, soon, type User } from "./user.js";

/** Ann and Bob, and where they are. */
export interface Stage {
  readonly place: Place;
  readonly ann: User;
  readonly bob: User;
}

/** What only a service in this process offers. */
export interface Backstage {
  readonly server: EmulatorHub;
  readonly faults: EmulatorFaults;
}

export interface Step {
  readonly title: string;
  /** Tells what it does, returns what was seen, throws when that is not as it should be; or why it is left out. */
  readonly run: (() => Promise<string>) | { readonly leftOut: string };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function meet({ ann, bob }: Stage): Promise<string> {
  await Promise.all([ann.enter(), bob.enter()]);
  const heard = Promise.all([ann.hears(3), bob.hears(3)]);
  await ann.says("hello");
  await bob.says({ hello: ["in", "JSON"] });
  await ann.says(new Uint8Array([1, 2, 3]));
  const [byAnn, byBob] = await heard;
  assert.deepEqual(byAnn.map(shown), ["hello", '{"hello":["in","JSON"]}', "3 bytes"]);
  assert.deepEqual(byBob.map(shown), byAnn.map(shown));
  return "text, JSON and bytes, in the same order for both";
}

async function acks({ place, ann, bob }: Stage): Promise<string> {
  const heard = bob.hears(2);
  const ackId = await ann.says("one");
  say(`ann's message was acknowledged under ackId ${ackId}`);
  const repeat = await soon("the ack of the repeat", ann.group.send("one", "text", { ackId }));
  assert.equal(repeat.isDuplicated, true);
  say(`ann sends it again under ackId ${ackId}: the service knows it already and applies it once`);
  await ann.says("two");
  assert.deepEqual(await heard, ["one", "two"]);

  const guest = new WebPubSubClient(place.accessUrl("guest", []));
  const refusal = await lastValueFrom(
    guest.sendToGroup(place.group, "let me in").pipe(
      map(() => undefined),
      catchError((error: unknown) => of(error)),
    ),
  );
  await guest.dispose();
  assert.ok(refusal instanceof SendMessageError && refusal.code === "Forbidden");
  say(`a guest without roles is refused: ${refusal.message}`);
  return "accepted once, a repeat recognised, a guest refused";
}

async function serve({ ann, bob }: Stage, { server }: Backstage): Promise<string> {
  const heardBy = ({ client, name }: User, count: number): Promise<unknown[]> =>
    soon(
      `the server's messages to ${name}`,
      client.serverMessages$.pipe(
        take(count),
        map(({ data }) => data),
        toArray(),
      ),
    );
  const served = Promise.all([heardBy(ann, 3), heardBy(bob, 1)]);
  server.onEvent("upper-case", ({ data }) => String(data).toUpperCase());
  server.sendToUser("ann", "for ann only");
  server.sendToAll({ forEverybody: true });
  await soon("the ack of the event", ann.client.sendEvent("upper-case", "please"));
  const [toAnn, toBob] = await served;
  say(`ann hears from the server: ${toAnn.map(shown).join(", ")}`);
  say(`bob hears from the server: ${toBob.map(shown).join(", ")}`);
  assert.deepEqual(toAnn, ["for ann only", { forEverybody: true }, "PLEASE"]);
  assert.deepEqual(toBob, [{ forEverybody: true }]);
  return "to one user, to all, and the answer to an event";
}

async function dropLink({ ann, bob }: Stage, { faults }: Backstage): Promise<string> {
  const before = await bob.joined();
  const outcome = soon(
    "a recovery",
    merge(
      bob.client.recovered$.pipe(map(({ downForMs }) => downForMs)),
      bob.client.gap$.pipe(map(() => assert.fail("the session was lost"))),
    ),
  );
  const heard = bob.hears(20);
  for (const n of numbers(1, 20)) {
    if (n === 6) {
      say("*** bob's link is cut");
      faults.drop(before);
    }
    await ann.says(n, { noEcho: true });
  }
  assert.deepEqual(await heard, numbers(1, 20));
  say(`bob was away for ${await outcome} ms and has heard 1 to 20, each once, in order (recovered$)`);
  assert.deepEqual(bob.client.state, { status: "connected", connectionId: before, userId: "bob" });
  return "20 of 20 messages, each once, in order, same session";
}

async function loseSession({ ann, bob }: Stage, { faults }: Backstage): Promise<string> {
  const before = await bob.joined();
  const gap = soon("the gap", bob.client.gap$);
  const ready = soon("a new session", bob.client.connected$);
  say("*** bob's link is cut, and the service will not know his session any more");
  faults.refuseRecovery(before);
  faults.drop(before);
  await ann.says("bob cannot hear this");
  const { previousConnectionId, groups } = await gap;
  assert.equal(previousConnectionId, before);
  say(`bob is told (gap$) that he may have missed something in: ${groups.join(", ")}`);
  assert.equal((await ready).previousConnectionId, before);
  return backInTheGroup({ ann, bob }, before);
}

async function renewSession({ ann, bob }: Pick<Stage, "ann" | "bob">): Promise<string> {
  const before = await bob.joined();
  const gap = soon("the gap", bob.client.gap$);
  say("bob asks for a new session, as after a change of his roles: reconnect({ newSession: true })");
  await bob.client.reconnect({ newSession: true });
  assert.equal((await gap).previousConnectionId, before);
  return backInTheGroup({ ann, bob }, before);
}

async function backInTheGroup({ ann, bob }: Pick<Stage, "ann" | "bob">, before: string): Promise<string> {
  await bob.joined(before);
  say("bob is in the group again");
  const heard = bob.hears(1);
  await ann.says("welcome back");
  assert.deepEqual(await heard, ["welcome back"]);
  return "gap announced, group joined again, next message heard";
}

async function leave({ ann, bob }: Stage): Promise<string> {
  const ended = Promise.all([ann, bob].map(({ client }) => lastValueFrom(client.state$)));
  await Promise.all([ann.client.dispose(), bob.client.dispose()]);
  for (const state of await ended) assert.deepEqual(state, { status: "stopped", reason: "disposed" });
  return "sockets closed, every Observable completed";
}

/** The steps of one performance, in order. */
export function stepsOf(stage: Stage, backstage: Backstage | undefined): readonly Step[] {
  const withBackstage = (what: string, run: (stage: Stage, backstage: Backstage) => Promise<string>): Step["run"] =>
    backstage ? () => run(stage, backstage) : { leftOut: `needs ${what}, which only a service in this process has` };
  return [
    { title: "Two users meet in a group", run: () => meet(stage) },
    { title: "Acks", run: () => acks(stage) },
    { title: "The server speaks", run: withBackstage("the server's side", serve) },
    { title: "A dropped link recovers", run: withBackstage("a fault", dropLink) },
    { title: "A lost session is replaced", run: withBackstage("a fault", loseSession) },
    { title: "A new session on request", run: () => renewSession(stage) },
    { title: "Goodbye", run: () => leave(stage) },
  ];
}
