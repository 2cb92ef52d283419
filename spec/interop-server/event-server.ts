import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebPubSubEventHandler, type WebPubSubEventHandlerOptions } from "@azure/web-pubsub-express";
import express from "express";

/** An express application with Azure's own middleware. */
export class EventServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(hub: string, options: WebPubSubEventHandlerOptions): Promise<EventServer> {
    const handler = new WebPubSubEventHandler(hub, { path: "/eventhandler", ...options });
    const app = express();
    app.use(handler.getMiddleware());
    const server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new EventServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}${handler.path}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
