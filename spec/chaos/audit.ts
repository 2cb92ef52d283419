import { GROUPS, type ChaosWorld } from "./chaos-world.js";
import { problemOf } from "./sends.js";

/** Ends every trouble there is, and starts whoever is stopped. */
export function makePeace({ emulator, hub, clients }: ChaosWorld): void {
  for (const one of clients) {
    one.mood = "answers";
    one.network.heal();
    one.start();
  }
  for (const { connectionId } of hub.connections) {
    emulator.faults.thaw(connectionId);
    emulator.faults.delayAcks(connectionId, 0);
    for (const fault of ["loseAcks", "duplicate", "garble"] as const) emulator.faults[fault](connectionId, 0);
  }
}

/** Holds everything against everything else, when peace has been for a while and a last message was sent to all. */
export function audit({ hub, clients, published, applied }: ChaosWorld, last: number): string[] {
  const problems: string[] = [];
  for (const { name, client, journal, network, sends, observed, connectionId } of clients) {
    if (client.state.status !== "connected") problems.push(`${name} is ${client.state.status} in the end`);
    if (!journal.has(last)) problems.push(`${name} did not get the last message`);
    if (network.mostAtOnce > 1) problems.push(`${name} had ${network.mostAtOnce} sockets at once`);
    journal.close(published);
    for (const send of sends) {
      const problem = problemOf(send, send.n < 0 ? undefined : (applied.get(send.n) ?? 0));
      if (problem !== undefined) problems.push(`${name}: ${problem}`);
    }
    const joined = hub.connections.find((session) => session.connectionId === connectionId)?.groups ?? [];
    for (const group of GROUPS) {
      const isObserved = (observed.get(group)?.length ?? 0) > 0;
      if (joined.includes(group) !== isObserved) problems.push(`${name} is ${isObserved ? "not " : ""}in ${group}`);
    }
  }
  return problems;
}
