import type { WhenOffline } from "../../lib/index.js";
import { GROUPS, type ChaosClient, type ChaosWorld } from "./chaos-world.js";
import { keepBook, type SendRecord } from "./sends.js";

type Act = (world: ChaosWorld, one: ChaosClient) => void;

const command = (world: ChaosWorld, one: ChaosClient, what: string): SendRecord | undefined => {
  const { dice } = world;
  const n = world.number();
  const whenOffline = dice.weighted<WhenOffline>([
    [8, "queue"],
    [1, "fail"],
    [1, "drop"],
  ]);
  const fireAndForget = dice.chance(0.1);
  const options = { whenOffline, fireAndForget };
  const about = { n, what, fireAndForget, mayBeDropped: whenOffline === "drop" };
  if (what === "fail" && (fireAndForget || whenOffline === "drop")) return undefined;
  const command$ =
    what === "sendToGroup"
      ? one.client.sendToGroup(dice.one(GROUPS), { n }, "json", { ...options, noEcho: dice.chance(0.3) })
      : one.client.sendEvent(what, { n }, "json", options);
  const record = keepBook(command$, about);
  one.sends.push(record);
  return record;
};

/** What may happen to a client, and how often. */
export const acts: readonly (readonly [weight: number, name: string, act: Act])[] = [
  [12, "send to a group", (world, one) => void command(world, one, "sendToGroup")],
  [6, "send an event", (world, one) => void command(world, one, "count")],
  [1, "send an event that fails", (world, one) => void command(world, one, "fail")],
  [
    4,
    "send many",
    (world, one) => {
      for (let i = world.dice.below(60); i > 0; i--) command(world, one, world.dice.one(["sendToGroup", "count"]));
    },
  ],
  [2, "send and withdraw", (world, one) => command(world, one, "sendToGroup")?.withdraw()],
  [2, "withdraw a send", (world, one) => one.sends.length > 0 && world.dice.one(one.sends).withdraw()],
  [6, "the server sends to all", (world) => world.hub.sendToAll({ n: world.number() })],
  [
    3,
    "the server sends many",
    (world) => {
      for (let i = world.dice.below(200); i > 0; i--) {
        if (world.dice.chance(0.5)) world.hub.sendToAll({ n: world.number() });
        else world.hub.sendToGroup(world.dice.one(GROUPS), { n: world.number() });
      }
    },
  ],
  [
    6,
    "subscribe to a group",
    ({ dice }, one) => {
      const group = dice.one(GROUPS);
      const subscriptions = one.observed.get(group) ?? [];
      one.observed.set(group, [...subscriptions, one.client.group(group).messages$.subscribe()]);
    },
  ],
  [4, "unsubscribe from a group", ({ dice }, one) => one.observed.get(dice.one(GROUPS))?.pop()?.unsubscribe()],
  [
    2,
    "join and leave by command",
    (world, one) => {
      const group = world.dice.one(["c0", "c1"]);
      const command$ = world.dice.chance(0.6) ? one.client.joinGroup(group) : one.client.leaveGroup(group);
      const about = { n: -1, what: `membership of ${group}`, fireAndForget: false, mayBeDropped: false };
      one.sends.push(keepBook(command$, about));
    },
  ],
  [14, "drop", ({ emulator }, { connectionId }) => emulator.faults.drop(connectionId)],
  [
    3,
    "close",
    ({ dice, emulator }, { connectionId }) =>
      emulator.faults.close(connectionId, dice.one([1000, 1001, 1008, 1011, 1012, 4001]), "chaos"),
  ],
  [2, "goodbye", ({ hub }, { connectionId }) => hub.closeConnection(connectionId, "chaos")],
  [3, "freeze", ({ emulator }, { connectionId }) => emulator.faults.freeze(connectionId)],
  [3, "thaw", ({ emulator }, { connectionId }) => emulator.faults.thaw(connectionId)],
  [3, "refuse the next recovery", ({ emulator }, { connectionId }) => emulator.faults.refuseRecovery(connectionId)],
  [
    2,
    "delay acks",
    ({ dice, emulator }, { connectionId }) => emulator.faults.delayAcks(connectionId, dice.one([0, 300, 5_000])),
  ],
  [2, "lose acks", ({ dice, emulator }, { connectionId }) => emulator.faults.loseAcks(connectionId, dice.below(6))],
  [
    2,
    "duplicate messages",
    ({ dice, emulator }, { connectionId, isReliable }) => {
      if (isReliable) emulator.faults.duplicate(connectionId, dice.below(9));
    },
  ],
  [1, "garble", ({ dice, emulator }, { connectionId }) => emulator.faults.garble(connectionId, dice.below(3))],
  [
    4,
    "a bad network",
    ({ dice }, { network }) => {
      for (let i = 1 + dice.below(4); i > 0; i--) network.fates.push(dice.one(["refused", "hangs", "mute", "works"]));
    },
  ],
  [
    3,
    "access changes",
    ({ dice }, one) => {
      one.mood = dice.weighted([
        [4, "answers"],
        [1, "is slow"],
        [1, "fails"],
        [1, "never answers"],
      ]);
    },
  ],
  [2, "stop", (_, one) => one.stop()],
  [5, "start", (_, one) => one.start()],
  [
    2,
    "reconnect",
    (_, one) => {
      one.journal.started();
      void one.client.reconnect();
    },
  ],
  [
    1,
    "reconnect to a new session",
    (_, one) => {
      one.journal.renewed();
      void one.client.reconnect({ newSession: true });
    },
  ],
  [2, "wake up", (_, one) => one.wake$.next()],
  [1, "sleep", ({ dice }, one) => one.sleep(dice.one([-5_000, 3_000, 60_000, 3_600_000]))],
];
