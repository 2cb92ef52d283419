/*
 * One client process: takes its kind, the service's port and a scenario. For each line "measure" or "profile" that it
 * reads it does that once, with a new client, and prints the outcome; in between it does nothing, while it is the turn of
 * others.
 */
import { createInterface } from "node:readline";
import { planOf, type ClientKind, type Measured, type Scenario } from "../scenario.js";
import type { BenchClient } from "./bench-client.js";
import { cpuProfile, heapProfile, type Profile } from "./profile.js";
import { cuts, heap, inbound, publish, rejoin, timed, TIMED_IN_ALL } from "./measure.js";

const [kind, port, json = ""] = process.argv.slice(2);

/** Each process loads the one client that it runs. */
async function clientClass(): Promise<new () => BenchClient> {
  switch (kind as ClientKind) {
    case "ours":
      return (await import("./ours.js")).Ours;
    case "official":
      return (await import("./official.js")).Official;
    case "floor":
      return (await import("./floor.js")).Floor;
    case "floor100":
      return (await import("./floor.js")).PacedFloor;
    case "floorOwn":
      return (await import("./floor.js")).OwningFloor;
  }
}

const scenario = JSON.parse(json) as Scenario;
const Client = await clientClass();

function urlOf(run: string): string {
  const plan = encodeURIComponent(JSON.stringify(planOf(scenario, run)));
  return `ws://127.0.0.1:${port}/client/hubs/bench?run=${run}&plan=${plan}`;
}

async function measure(url: string): Promise<Measured> {
  if (scenario.kind === "heap") {
    const { before, after } = await heap(
      () => new Client(),
      url,
      scenario,
      () => process.memoryUsage().heapUsed,
    );
    return { kB: (after - before) / scenario.clients / 1_024 };
  }
  const client = new Client();
  try {
    switch (scenario.kind) {
      case "inbound":
        return await inbound(client, url, scenario);
      case "timed":
        return await timed(client, url, scenario);
      case "publish":
        return await publish(client, url, scenario);
      case "rejoin":
        return await rejoin(client, url, scenario);
      case "cuts":
        return await cuts(client, url);
    }
  } finally {
    client.stop();
  }
}

/** How many of what a profile counts by there were in all. */
function countOf({ perSecond = 0 }: Measured): number {
  switch (scenario.kind) {
    case "inbound":
      return scenario.burst.messages;
    case "timed":
      return perSecond * scenario.seconds * TIMED_IN_ALL;
    case "publish":
      return (scenario.operations * 4) / 3;
    case "rejoin":
      return scenario.groups * 2;
    case "heap":
      return scenario.clients;
    case "cuts":
      return 1;
  }
}

/** Microseconds or bytes, for each of what was done. */
async function profile(url: string): Promise<Profile> {
  let measured: Measured = {};
  let amounts: Profile;
  if (scenario.kind === "heap") {
    const { before, after } = await heap(() => new Client(), url, scenario, heapProfile);
    amounts = Object.fromEntries(Object.entries(after).map(([kind, bytes]) => [kind, bytes - (before[kind] ?? 0)]));
  } else {
    amounts = await cpuProfile(async () => (measured = await measure(url)));
  }
  const count = countOf(measured);
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount / count]));
}

let turn = 0;
for await (const line of createInterface(process.stdin)) {
  const url = urlOf(`${kind}-${process.pid}-${++turn}`);
  console.log(JSON.stringify(await (line === "profile" ? profile(url) : measure(url))));
}
