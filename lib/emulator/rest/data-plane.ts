import { invalidGroupName, invalidHubName } from "../../protocol/names.js";
import { loggerNamed } from "../../logging/logger.js";
import { checkApiVersion, SUPPORTED_VERSIONS } from "./api-version.js";
import { authorize } from "./authorization.js";
import type { DataPlaneSettings } from "./call.js";
import { Parameters } from "./parameters.js";
import { matchPath, readPath } from "./path.js";
import { badRequest, requireValid, RestError } from "./rest-error.js";
import { ok, type RestRequest, type RestResponse } from "./rest-request.js";
import { findRoute } from "./routes.js";

const { verbose, warning } = loggerNamed("rx-webpubsub:emulator");

/**
 * Answers requests to the REST API of the service, version 2024-12-01 (service-surface §2, §3). It knows hubs and
 * HTTP's words, but neither Node nor a transport. Never rejects: what goes wrong is a response too.
 */
export async function answerRest(request: RestRequest, settings: DataPlaneSettings): Promise<RestResponse> {
  const response = await run(request, settings).catch((error: unknown) => errorResponse(error));
  verbose(() => `${request.method} ${request.target} is answered with ${response.status}`);
  return { ...response, headers: { "api-supported-versions": SUPPORTED_VERSIONS, ...response.headers } };
}

async function run(request: RestRequest, settings: DataPlaneSettings): Promise<RestResponse> {
  const [, path = "", search = ""] = /^([^?]*)(.*)$/s.exec(request.target) ?? [];
  const query = new Parameters(search);
  const segments = readPath(path);
  if (!segments) throw badRequest("The path is not well encoded.");
  if (isHealth(request.method, segments)) {
    checkApiVersion(query);
    return ok;
  }
  const found = findRoute(request.method, segments);
  if (!found) throw new RestError(404, "NotFound", "There is no such operation.");
  authorize(request, settings.accessKey, settings.now());
  checkApiVersion(query);
  const { values } = found;
  requireValid(invalidHubName(values.get("hub")), "hub");
  if (values.has("group")) requireValid(invalidGroupName(values.get("group")), "group");
  const hub = settings.hub(values.get("hub") ?? "");
  return found.run({ settings, hub, query, request, path: (name) => values.get(name) ?? "" });
}

/** Needs no token; also answers what a browser asks. */
const isHealth = (method: string, segments: readonly string[]): boolean =>
  ["HEAD", "GET"].includes(method) && matchPath("/api/health", segments) !== undefined;

function errorResponse(error: unknown): RestResponse {
  if (error instanceof RestError) {
    const { status, code, message, target } = error;
    return { status, headers: { "x-ms-error-code": code }, body: { code, message, target, details: [] } };
  }
  warning(() => `A request to the data plane failed: ${String(error)}`);
  return { status: 500, body: { code: "InternalServerError", message: "Internal server error", details: [] } };
}
