import { setTimeout as delay } from "node:timers/promises";
import { groupName, preciseNow, type Sample } from "../plan.js";
import type { Measured, Scenario } from "../scenario.js";
import { median, percentile } from "../statistics.js";
import type { BenchClient } from "./bench-client.js";

type Of<Kind extends Scenario["kind"]> = Extract<Scenario, { kind: Kind }>;

const groupNames = (count: number) => Array.from({ length: count }, (_, index) => groupName(index));

/** Starts watching time and CPU time; what it returns tells both, in microseconds. */
function stopwatch(): () => { wall: number; cpu: number } {
  const began = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return { wall: (performance.now() - began) * 1_000, cpu: user + system };
  };
}

export function inbound(client: BenchClient, url: string, { groups, burst }: Of<"inbound">): Promise<Measured> {
  const warmUp = Math.floor(burst.messages / 3);
  let count = 0;
  let lap = stopwatch();
  return new Promise((resolve, reject) => {
    const onMessage = () => {
      count++;
      if (count === warmUp) lap = stopwatch();
      if (count < burst.messages) return;
      const { wall, cpu } = lap();
      const messages = count - warmUp;
      resolve({ cpu: cpu / messages, perSecond: (messages / wall) * 1e6 });
    };
    client.start(url, groupNames(groups), onMessage).catch(reject);
  });
}

/** Of the time of a timed run a quarter goes before. */
const WARM_UP = 0.25;
export const TIMED_IN_ALL = 1 + WARM_UP;

export async function timed(client: BenchClient, url: string, { seconds }: Of<"timed">): Promise<Measured> {
  let count = 0;
  await client.start(url, groupNames(1), () => count++);
  await delay(seconds * WARM_UP * 1_000);
  const before = count;
  const lap = stopwatch();
  await delay(seconds * 1_000);
  const { wall, cpu } = lap();
  const lost = Number(await (await fetch(url.replace("ws:", "http:"))).text());
  return { perSecond: ((count - before) / wall) * 1e6, cpu: cpu / (count - before), lost };
}

export async function publish(
  client: BenchClient,
  url: string,
  { operations, inFlight }: Of<"publish">,
): Promise<Measured> {
  await client.start(url, [], () => {});
  const content = { text: "x".repeat(88) };
  const latencies: number[] = [];
  const send = (total: number) =>
    new Promise<void>((resolve) => {
      let sent = 0;
      let settled = 0;
      const next = () => {
        sent++;
        const began = performance.now();
        client.publish("room", content, () => {
          latencies.push((performance.now() - began) * 1_000);
          settled++;
          if (sent < total) next();
          else if (settled === total) resolve();
        });
      };
      while (sent < Math.min(inFlight, total)) next();
    });
  await send(Math.floor(operations / 3));
  latencies.length = 0;
  const lap = stopwatch();
  await send(operations);
  const { wall, cpu } = lap();
  return {
    perSecond: (operations / wall) * 1e6,
    cpu: cpu / operations,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

export function rejoin(client: BenchClient, url: string, { groups }: Of<"rejoin">): Promise<Measured> {
  return new Promise((resolve, reject) => {
    client
      .start(url, groupNames(groups), () => {})
      .then(() => client.onRejoined?.((ms) => resolve({ ms })))
      .catch(reject);
  });
}

/** Every message is to come once and in order, whatever happens to the link. */
export function cuts(client: BenchClient, url: string): Promise<Measured> {
  const outages: number[] = [];
  const seen = new Set<number>();
  let lastCut = 0;
  let highest = 0;
  let doubled = 0;
  let reordered = 0;
  return new Promise((resolve, reject) => {
    const onMessage = (data: unknown) => {
      const { i, cutAt, isLast } = data as Sample;
      if (cutAt !== lastCut) outages.push(preciseNow() - cutAt);
      lastCut = cutAt;
      if (seen.has(i)) doubled++;
      else if (i < highest) reordered++;
      seen.add(i);
      highest = Math.max(highest, i);
      if (!isLast) return;
      const lost = highest - seen.size;
      resolve({ p50: median(outages), max: Math.max(...outages), cuts: outages.length, lost, doubled, reordered });
    };
    client.start(url, groupNames(1), onMessage).catch(reject);
  });
}

/** For clients that are connected and idle, by what `weigh` tells of the heap. Needs `--expose-gc`. */
export async function heap<T>(
  make: () => BenchClient,
  url: string,
  { clients }: Of<"heap">,
  weigh: () => T,
): Promise<{ before: Awaited<T>; after: Awaited<T> }> {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  const kept: BenchClient[] = [];
  const connect = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const client = make();
      kept.push(client);
      await client.start(url, [], () => {});
    }
    await delay(100);
    collect();
    collect();
    return await weigh();
  };
  // The first ones pay for what all share.
  const before = await connect(20);
  return { before, after: await connect(clients) };
}
