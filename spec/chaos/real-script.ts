import { asyncScheduler, firstValueFrom, timer } from "rxjs";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { audit, makePeace } from "./audit.js";
import { happen, reportOf, type ChaosReport } from "./chaos-script.js";
import { ChaosWorld } from "./chaos-world.js";
import { Dice } from "./dice.js";

/** How long peace may take, at worst. */
const PEACE_MS = 60_000;

/**
 * Plays the script that a seed stands for over a real port, in real time, which takes some seconds. What happens is fixed
 * by the seed, how it interleaves with the network is not.
 */
export async function playRealScript(seed: number): Promise<ChaosReport> {
  const dice = new Dice(seed);
  const emulator = await WebPubSubEmulator.start({ port: 0, connectedOnRecovery: dice.chance(0.5) });
  const world = new ChaosWorld(dice, emulator, asyncScheduler);
  world.populate(() => ({
    ...dice.one([
      { keepAliveIntervalInMs: 500, keepAliveTimeoutInMs: 2_000 },
      { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 },
    ]),
    ackTimeoutInMs: dice.one([500, 2_000]),
    startTimeoutInMs: dice.one([500, 2_000]),
    recoveryTimeoutInMs: dice.one([0, 1_000, 3_000]),
    proofOfLifeInMs: dice.one([300, 1_000]),
    leaveDelayInMs: dice.one([0, 250]),
    reconnectRetryOptions: { retryDelayInMs: 100, maxRetryDelayInMs: 500 },
  }));
  const problems: string[] = [];
  const steps: string[] = [];
  await until(() => world.isWitnessed, PEACE_MS);
  for (const one of world.clients) one.start();
  for (let i = 30 + dice.below(40); i > 0; i--) {
    steps.push(happen(world));
    const pause = dice.weighted([
      [3, 0],
      [4, dice.below(10)],
      [2, dice.below(300)],
    ]);
    if (pause > 0) await pass(pause);
  }

  makePeace(world);
  const isQuiet = () =>
    world.clients.every(({ client, sends }) => {
      const isSettled = sends.every(({ outcomes, withdrawn }) => withdrawn || outcomes.length > 0);
      return isSettled && client.state.status === "connected";
    });
  // Twice, with time between for what a thawed link still brings.
  for (let i = 0; i < 2; i++) {
    if (!(await until(isQuiet, PEACE_MS))) problems.push("no peace in 60 s");
    await pass(4_000);
  }
  const last = world.number();
  world.hub.sendToAll({ n: last });
  await until(() => world.clients.every(({ journal }) => journal.has(last)), 5_000);
  problems.push(...audit(world, last));
  world.stop();
  await pass(600);
  for (const { name, network } of world.clients) {
    if (network.live.length > 0) problems.push(`${name} has ${network.live.length} sockets after stop()`);
  }
  await emulator.stop();
  return reportOf(world, seed, steps, problems);
}

const pass = (ms: number): Promise<unknown> => firstValueFrom(timer(ms));

async function until(isTrue: () => boolean, patienceInMs: number): Promise<boolean> {
  const due = Date.now() + patienceInMs;
  while (!isTrue() && Date.now() < due) await pass(20);
  return isTrue();
}
