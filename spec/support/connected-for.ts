import { historyOf } from "./history.js";
import { connectionIdOf, VirtualClients } from "./virtual-clients.js";

/** A client that has been connected for a while, and what it tells from then on. */
export function connectedFor(
  timeInMs: number,
  service = new VirtualClients(),
  ...args: Parameters<VirtualClients["connected"]>
) {
  const client = service.connected(...args);
  const history = historyOf(client, service.scheduler);
  service.advance(timeInMs);
  history.take();
  return { service, client, history, id: connectionIdOf(client) };
}
