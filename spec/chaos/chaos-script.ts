import { acts } from "./acts.js";
import { audit, makePeace } from "./audit.js";
import { VirtualWorld, type ChaosClient, type ChaosWorld } from "./chaos-world.js";

/** How one script turned out. */
export interface ChaosReport {
  readonly seed: number;
  readonly problems: readonly string[];
  /** What was done, with its time: for whoever looks into a failure. */
  readonly steps: readonly string[];
  readonly sends: number;
  readonly messages: number;
  readonly sessions: number;
  readonly recoveries: number;
  readonly gaps: number;
}

/** Longer than anything that is under way can take: the time for an ack four times over, and a keepalive. */
const PEACE_MS = 300_000;

/** Does something to somebody, and says what. */
export function happen(world: ChaosWorld): string {
  const one = world.dice.one(world.clients);
  const { name, act } = world.dice.weighted(choices);
  const step = `${world.scheduler.now()} ${one.name}: ${name}`;
  act(world, one);
  return step;
}

const choices = acts.map(([weight, name, act]) => [weight, { name, act }] as const);

/** Plays the script that a seed stands for in virtual time, lets peace return, and audits the books. */
export function playScript(seed: number): ChaosReport {
  const world = new VirtualWorld(seed);
  const { dice } = world;
  const steps: string[] = [];
  for (const one of world.clients) one.start();
  for (let i = 30 + dice.below(60); i > 0; i--) {
    steps.push(happen(world));
    const pause = dice.weighted([
      [3, 0],
      [4, dice.below(100)],
      [3, dice.below(3_000)],
      [1, dice.below(40_000)],
    ]);
    // Now and then not even what is due gets its turn: several things happen at once.
    if (pause > 0 || dice.chance(0.5)) world.advance(pause);
  }

  makePeace(world);
  world.advance(PEACE_MS);
  const last = world.number();
  world.hub.sendToAll({ n: last });
  world.advance(0);
  const problems = audit(world, last);
  world.stop();
  world.advance(500);
  for (const { name, network } of world.clients) {
    if (network.live.length > 0) problems.push(`${name} has ${network.live.length} sockets after stop()`);
  }
  // The service keeps for 30 s what lost its link.
  world.advance(30_000);
  const timers = world.time.actions.length;
  if (timers > 0) problems.push(`${timers} timers are left`);
  return reportOf(world, seed, steps, problems);
}

export function reportOf(
  { clients }: ChaosWorld,
  seed: number,
  steps: readonly string[],
  problems: readonly string[],
): ChaosReport {
  const sum = (of: (one: ChaosClient) => number): number => clients.reduce((total, one) => total + of(one), 0);
  return {
    seed,
    steps,
    problems: [...problems, ...clients.flatMap(({ journal }) => journal.problems)],
    sends: sum(({ sends }) => sends.length),
    messages: sum(({ journal }) => journal.messages),
    sessions: sum(({ journal }) => journal.sessions.length),
    recoveries: sum(({ journal }) => journal.recoveries),
    gaps: sum(({ journal }) => journal.gaps),
  };
}
