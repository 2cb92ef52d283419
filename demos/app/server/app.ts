import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { Announcements } from "./announcements.js";
import { Archive } from "./archive.js";
import type { Environment } from "./environment.js";
import { eventHandler } from "./event-handler.js";
import { faultRoutes, Refusals } from "./faults.js";
import { keptRoute } from "./kept-route.js";
import { negotiateRoute } from "./negotiate.js";
import { pageRoutes } from "./page.js";
import { People } from "./people.js";
import { findService, HUB } from "./service.js";

/** The demo, running. */
export interface App {
  readonly url: string;
  /** Which service it uses, as a sentence. */
  readonly service: string;
  stop(): Promise<void>;
}

export async function startApp({ port, connectionString }: Environment): Promise<App> {
  const service = await findService(connectionString);
  const people = new People();
  const refusals = new Refusals();
  const archive = new Archive(service.sdk);
  const announcements = new Announcements(service.sdk, people);
  const events = eventHandler({ people, refusals, announcements });

  const app = express();
  app.disable("x-powered-by");
  // Before anything that reads bodies: it reads its own.
  app.use(events.getMiddleware());
  app.use(await pageRoutes(service));
  app.use(negotiateRoute(service.sdk, archive));
  app.use(keptRoute(archive));
  app.use(faultRoutes(service.emulator, refusals));

  const announcing = announcements.all$.subscribe();
  const stopService = async (): Promise<void> => {
    announcing.unsubscribe();
    await archive.close();
    await service.emulator?.stop();
  };
  const server = createServer(app);
  try {
    await listen(server, port);
  } catch (error) {
    await stopService();
    throw error;
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  service.emulator?.hub(HUB).upstream({ url: url + events.path, presence: ["joined", "left"] });
  return {
    url,
    service: service.emulator
      ? `The service is the emulator, in this process.`
      : `The service is ${service.name}; for who is here it needs an event handler at …${events.path}.`,
    async stop() {
      await stopService();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new Error(`port ${port} cannot be had: PORT=0 npm run demo:app takes a free one`, { cause });
  }
}
