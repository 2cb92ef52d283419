/** A request to the data plane, as a transport knows it. */
export interface RestRequest {
  readonly method: string;
  /** Path and query exactly as in the request line: tokens are made for that spelling. */
  readonly target: string;
  /** Host and port as the caller named them. */
  readonly host: string;
  /** Values of a header that came more than once are joined by commas. */
  readonly headers: Headers;
  body(): Promise<Uint8Array>;
}

/** What is answered; a body is JSON. */
export interface RestResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const ok: RestResponse = { status: 200 };
export const accepted: RestResponse = { status: 202 };
export const noContent: RestResponse = { status: 204 };
