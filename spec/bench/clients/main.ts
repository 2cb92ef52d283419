/*
 * One client process: takes its kind, the service's port and a scenario. For each line it reads it measures once, with a
 * new client, and prints what it measured; in between it does nothing, while it is the turn of others.
 */
import { createInterface } from "node:readline";
import { planOf, type ClientKind, type Measured, type Scenario } from "../scenario.js";
import type { BenchClient } from "./bench-client.js";
import { cuts, heap, inbound, publish, rejoin, timed } from "./measure.js";

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
  }
}

const parsed = JSON.parse(json) as Scenario;
const Client = await clientClass();

async function measure(scenario: Scenario, run: string): Promise<Measured> {
  const plan = encodeURIComponent(JSON.stringify(planOf(scenario, run)));
  const url = `ws://127.0.0.1:${port}/client/hubs/bench?run=${run}&plan=${plan}`;
  if (scenario.kind === "heap") return heap(() => new Client(), url, scenario);
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

let turn = 0;
for await (const line of createInterface(process.stdin)) {
  if (line !== "go") continue;
  console.log(JSON.stringify(await measure(parsed, `${kind}-${process.pid}-${++turn}`)));
}
