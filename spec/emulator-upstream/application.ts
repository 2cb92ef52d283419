import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array;
}

type Answer = (event: Received) => Reply | Promise<Reply> | undefined;

/** An application by hand: it agrees to the validation, keeps what it gets, and answers as the test says. */
export class Application {
  readonly events: Received[] = [];
  answer: Answer = () => undefined;
  #told: () => void = () => undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Application> {
    const server = createServer();
    const application = new Application(server);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (request.method === "OPTIONS") {
          response.writeHead(200, { "WebHook-Allowed-Origin": "*" }).end();
          return;
        }
        const event = { path: request.url!, headers: request.headers, body: Buffer.concat(chunks) };
        application.events.push(event);
        application.#told();
        void Promise.resolve(application.answer(event)).then(({ status = 204, headers = {}, body } = {}) => {
          response.writeHead(status, headers).end(body);
        });
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return application;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The names of the events so far, once there are so many. */
  async names(count: number): Promise<string[]> {
    while (this.events.length < count) await new Promise<void>((resolve) => (this.#told = resolve));
    return this.events.map(({ headers }) => String(headers["ce-eventname"]));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
