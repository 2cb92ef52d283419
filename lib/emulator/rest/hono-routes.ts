import type { HttpBindings } from "@hono/node-server";
import type { Hono } from "hono";
import type { DataPlaneSettings } from "./call.js";
import { answerRest } from "./data-plane.js";
import type { RestResponse } from "./rest-request.js";

/** Lets an HTTP application answer the data plane. */
export function addDataPlane(app: Hono<{ Bindings: HttpBindings }>, settings: DataPlaneSettings): void {
  app.all("/api/*", async ({ req, env }) => {
    const { headers } = req.raw;
    const response = await answerRest(
      {
        method: req.method,
        // As it came: the framework's URL is a tidied one.
        target: env.incoming.url ?? "",
        host: env.incoming.headers.host ?? "",
        headers,
        body: async () => new Uint8Array(await req.arrayBuffer()),
      },
      settings,
    );
    return toHttp(response, req.method);
  });
}

function toHttp({ status, headers, body }: RestResponse, method: string): Response {
  if (body === undefined || method === "HEAD") return new Response(null, { status, headers });
  return Response.json(body, { status, headers });
}
