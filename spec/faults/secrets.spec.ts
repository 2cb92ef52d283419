import { merge, throwError } from "rxjs";
import type { ClientAccess, WebPubSubClient, WebPubSubClientOptions } from "../../lib/index.js";
import { recordLog } from "../support/log.js";
import { closing, failing, hung, refusing, silent, type Peer } from "../support/peers.js";
import { VirtualClients } from "../support/virtual-clients.js";

const ACCESS = "SECRET-OF-ACCESS";
const RECONNECTION = "SECRET-OF-RECONNECTION";
const URL_WITH_SECRET = `wss://example.test/client/hubs/chat?access_token=${ACCESS}`;
const RECOVERY_URL = `${URL_WITH_SECRET}&awps_connection_id=A&awps_reconnection_token=${RECONNECTION}`;

/** Every text in a value, however deep: properties that are not enumerable, such as an error's, and symbols among them. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return [value.name];
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  const inherited = value instanceof Error ? [value.message, value.stack ?? "", String(value)] : [];
  const own = Reflect.ownKeys(value).flatMap((key) => [String(key), ...textsIn(Reflect.get(value, key), seen)]);
  return [...inherited, ...own];
}

/** A client with secrets, and everything that anybody could read of it. */
function spied(options: WebPubSubClientOptions, peers: readonly Peer[], access: ClientAccess) {
  const service = new VirtualClients();
  service.next(...peers);
  const client = service.client(options, access);
  const told: unknown[] = [];
  const tell = { next: (value: unknown) => told.push(value), error: (error: unknown) => told.push(error) };
  const { state$, connected$, recovered$, disconnected$, gap$, stopped$, rejoinGroupFailed$, acks$ } = client;
  const { protocolErrors$ } = client;
  const { messages$ } = client.group("room");
  merge(state$, connected$, recovered$, disconnected$, gap$, stopped$, rejoinGroupFailed$, acks$).subscribe(tell);
  merge(protocolErrors$, messages$).subscribe(tell);
  const send = () => client.sendToGroup("room", 1).subscribe(tell);
  const started = client.start().catch((error: unknown) => told.push(error));
  service.settle();
  return { service, client, told, tell, send, started };
}

const handshake: Peer = (socket) => {
  socket.open();
  socket.connected("A", RECONNECTION);
};

/** Shakes hands, then more. */
const then =
  (more: Peer): Peer =>
  (socket) => {
    handshake(socket);
    more(socket);
  };

const fetchFailed: ClientAccess = () => {
  const cause = new Error(`GET ${URL_WITH_SECRET} failed`);
  const wrapped = new AggregateError([new Error(`tried ${URL_WITH_SECRET}`)], "all attempts failed", { cause });
  return throwError(() => new Error("negotiation failed", { cause: wrapped }));
};
const rejected: ClientAccess = () => throwError(() => ({ status: 500, url: URL_WITH_SECRET }));
const notAUrl: ClientAccess = () => [`https://example.test/?access_token=${ACCESS}`];

const fixed: ClientAccess = () => [URL_WITH_SECRET];

const scenarios: readonly (readonly [name: string, peers: readonly Peer[], access: ClientAccess])[] = (
  [
    ["a provider that fails, its causes full of URLs", [], fetchFailed],
    ["a provider that fails with an object", [], rejected],
    ["a provider that answers with something else", [], notAUrl],
    ["a socket that cannot be made", [failing(`cannot open ${URL_WITH_SECRET}`)]],
    ["an upgrade that is refused", [refusing(401), refusing(403), refusing(404)]],
    ["an upgrade that hangs", [hung]],
    ["a handshake that stays away", [silent]],
    ["a close with the URL for a reason", [closing(1011, `redirect to ${URL_WITH_SECRET}`)]],
    ["a session", [handshake]],
    ["a cut, and a recovery that fails", [then((socket) => socket.end(1006)), failing(`cannot open ${RECOVERY_URL}`)]],
    ["a cut, and a recovery that is refused", [then((socket) => socket.end(1006)), closing(1008, RECOVERY_URL)]],
    ["a cut, and recoveries that stay silent", [then((socket) => socket.end(1006)), silent, silent]],
    ["a close that tells the URL", [then((socket) => socket.end(1008, { reason: RECOVERY_URL }))]],
    [
      "a goodbye that tells the URL",
      [
        then((socket) => {
          socket.receive({ type: "system", event: "disconnected", message: `see ${RECOVERY_URL}` });
          socket.end(1000);
        }),
      ],
    ],
    [
      "frames that cannot be understood, tokens in them",
      [
        then((socket) => {
          socket.receive(
            `{"type":"system","event":"connected","connectionId":7,"reconnectionToken":"${RECONNECTION}"}`,
          );
          socket.receive(`{"reconnectionToken":"${RECONNECTION}`);
          socket.receive(`not JSON: ${RECOVERY_URL}`);
        }),
      ],
    ],
    [
      "a refusal that tells the URL",
      [
        then((socket) => {
          for (const ackId of [1, 2]) {
            socket.receive({
              type: "ack",
              ackId,
              success: false,
              error: { name: "Forbidden", message: `Bearer ${ACCESS} may not, see ${RECOVERY_URL}` },
            });
          }
        }),
      ],
    ],
  ] as readonly (readonly [string, readonly Peer[], ClientAccess?])[]
).map(([name, peers, access = fixed]) => [name, peers, access] as const);

describe("No token is ever told", () => {
  const lines = recordLog("verbose");

  it.each(scenarios)("neither in a log line nor in anything emitted nor in state: %s", async (_name, peers, access) => {
    const { service, client, told, send, started } = spied({ reconnectRetryOptions: { maxRetries: 2 } }, peers, access);
    const texts: string[] = [];
    const look = (one: WebPubSubClient) => texts.push(...textsIn(one.state));
    send();
    look(client);
    for (const ms of [10, 500, 5_000, 40_000, 100_000]) {
      service.advance(ms);
      look(client);
      send();
    }
    void client.dispose();
    service.advance(1_000);
    await started;
    texts.push(...textsIn(told), ...textsIn(lines));
    expect(lines.length).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThan(1);
    expect(texts.filter((text) => text.includes(ACCESS) || text.includes(RECONNECTION))).toEqual([]);
  });
});
