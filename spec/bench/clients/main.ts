/* One client process: takes its kind, the service's port and a scenario, and prints what it measured. */
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

async function measure(scenario: Scenario): Promise<Measured> {
  const plan = encodeURIComponent(JSON.stringify(planOf(scenario, `${kind}-${process.pid}`)));
  const url = `ws://127.0.0.1:${port}/client/hubs/bench?run=${kind}-${process.pid}&plan=${plan}`;
  const Client = await clientClass();
  switch (scenario.kind) {
    case "inbound":
      return inbound(new Client(), url, scenario);
    case "timed":
      return timed(new Client(), url, scenario);
    case "publish":
      return publish(new Client(), url, scenario);
    case "rejoin":
      return rejoin(new Client(), url, scenario);
    case "cuts":
      return cuts(new Client(), url);
    case "heap":
      return heap(() => new Client(), url, scenario);
  }
}

console.log(JSON.stringify(await measure(JSON.parse(json) as Scenario)));
process.exit(0);
