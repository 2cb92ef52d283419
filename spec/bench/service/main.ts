/*
 * A stand-in for the service, as fast as Node makes it, in a process of its own. It knows no tokens and no roles; what a
 * client gets is said by the plan in its access URL. It prints its port; a GET answers how many sessions a run has lost.
 */
import { createServer } from "node:http";
import { Socket, type AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { Plan } from "../plan.js";
import { BenchSession } from "./session.js";

const sessions = new Map<string, BenchSession>();
const sessionsOfRun = new Map<string, number>();
const lostOfRun = new Map<string, number>();
const add = (counts: Map<string, number>, run: string) => counts.set(run, (counts.get(run) ?? 0) + 1);

function newSession(plan: Plan): BenchSession {
  const id = `c${sessions.size + 1}`;
  const lose = () => void add(lostOfRun, plan.run);
  const session = new BenchSession(id, plan, lose, !sessionsOfRun.has(plan.run));
  add(sessionsOfRun, plan.run);
  sessions.set(id, session);
  return session;
}

const server = createServer((request, response) => {
  const run = new URL(request.url ?? "/", "http://service").searchParams.get("run") ?? "";
  response.end(String(lostOfRun.get(run) ?? 0));
});
const sockets = new WebSocketServer({ noServer: true, handleProtocols: ([first]) => first ?? false });

server.on("upgrade", (request, socket, head) => {
  if (!(socket instanceof Socket)) throw new TypeError("not a TCP socket");
  socket.setNoDelay(true);
  const { searchParams } = new URL(request.url ?? "/", "http://service");
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const recovered = sessions.get(searchParams.get("awps_connection_id") ?? "");
    const session = recovered ?? newSession(JSON.parse(searchParams.get("plan") ?? "{}") as Plan);
    session.attach(ws, socket);
  });
});

server.listen(0, "127.0.0.1", () => {
  console.log((server.address() as AddressInfo).port);
});
