import jwt from "jsonwebtoken";
import type { WebPubSubEmulator } from "../../lib/emulator/index.js";

export interface Asked {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | ReadableStream;
  /** Instead of a good token; `null` for none. */
  readonly token?: string | null;
}

export interface Answered {
  readonly status: number;
  readonly code: string | null;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A server that asks the data plane by hand. Paths begin after `/api/hubs/chat`, unless they begin with `/api/`. */
export class RestCaller {
  readonly key: string;

  constructor(private readonly emulator: WebPubSubEmulator) {
    this.key = /AccessKey=([^;]+)/.exec(emulator.connectionString)![1]!;
  }

  url(path: string): string {
    return this.emulator.endpoint + (path.startsWith("/api/") ? path : `/api/hubs/chat${path}`);
  }

  sign(audience: string, options: jwt.SignOptions = { expiresIn: 3_600 }, key = this.key): string {
    return jwt.sign({ aud: audience }, key, options);
  }

  async ask(method: string, path: string, { headers = {}, body, token }: Asked = {}): Promise<Answered> {
    const url = this.url(path);
    const bearer = token === undefined ? this.sign(url) : token;
    const response = await fetch(url, {
      method,
      headers: { ...(bearer !== null && { Authorization: `Bearer ${bearer}` }), ...headers },
      ...(body !== undefined && { body, duplex: "half" }),
    } as RequestInit);
    const text = await response.text();
    return {
      status: response.status,
      code: response.headers.get("x-ms-error-code"),
      headers: response.headers,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
  }

  send(path: string, data: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const type = { "Content-Type": "application/json" };
    return this.ask("POST", path, { body: JSON.stringify(data), headers: { ...type, ...headers } });
  }
}
